//! The audit log, sent on to receivers that really receive: syslog over TLS, and OTLP over HTTP. Every event reaches them, in the order
//! of its place, whoever is killed or away meanwhile.

mod receivers;

use std::process::Child;
use std::time::Duration;

use serde_json::Value;

use self::receivers::{Otlp, Syslog, authority};
use super::processes::until_ready;
use crate::cli::program::Senid;
use crate::support::free_port;
use crate::support::world::{AN, web};

/// Looks before a test gives up: half a minute and more.
const LOOKS: usize = 800;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> (Senid, u16) {
    let (public, operations) = (free_port(), free_port());
    let senid = Senid::ready()
        .with("SENID_ISSUER", format!("http://127.0.0.1:{public}"))
        .with("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{public}"))
        .with("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{operations}"));
    (senid, operations)
}

/// Has an event recorded that says this.
fn record(senid: &Senid, reason: &str) {
    senid.run(&["citizen", "lock", AN.identifier, "--reason", reason]).ended(0);
    senid.run(&["citizen", "unlock", AN.identifier, "--reason", reason]).ended(0);
}

/// Until so many places have arrived, without a gap: at least once, and what came twice is the same.
async fn until_whole(size: u64, lines: impl Fn() -> Vec<Value>) -> Vec<Value> {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..LOOKS {
        looks.tick().await;
        let mut arrived = lines();
        arrived.sort_by_key(|line| line["place"].as_u64());
        arrived.dedup();
        if arrived.len() as u64 >= size {
            let places: Vec<u64> = arrived.iter().map(|line| line["place"].as_u64().unwrap()).collect();
            assert_eq!(places, (0..arrived.len() as u64).collect::<Vec<_>>(), "none is missing, none is two");
            return arrived;
        }
    }
    panic!("{} of {size} events arrived", lines().len());
}

fn size(senid: &Senid) -> u64 {
    senid.run(&["audit", "verify", "--json"]).ended(0).json()["size"].as_u64().unwrap()
}

async fn backlog(operations: u16, collector: &str) -> Option<u64> {
    let metrics = web::get(&format!("http://127.0.0.1:{operations}/metrics"), &[]).await.body;
    let name = format!("senid_audit_stream_backlog{{collector=\"{collector}\"}} ");
    metrics.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_reaches_a_syslog_receiver_that_was_away_and_a_server_that_was_killed_goes_on() {
    let (roots, identity) = authority();
    let receiver = Syslog::start(&identity, None).await;
    let (senid, operations) = program();
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, roots).unwrap();
    let senid = senid
        .with("SENID_AUDIT__SYSLOG", format!("127.0.0.1:{}", receiver.port))
        .with("SENID_OUTBOUND__CA_FILE", ca.to_str().unwrap())
        .with("SENID_OUTBOUND__ALLOW_LOOPBACK", "true");
    let person = ["citizen", "add", "--national-id", AN.identifier, "--name", AN.name, "--password-stdin"];
    senid.run_with(&person, AN.password).ended(0);
    let server = Server(senid.start(&["serve"]));
    until_ready(operations).await;
    // What somebody says begins no message of its own.
    record(&senid, "theft\n<13>1 - - - - - - forged");
    let expected = size(&senid);
    until_whole(expected, || receiver.lines()).await;
    assert!(!receiver.messages().iter().any(|message| message.contains('\n') || message.starts_with("<13>")));
    for message in receiver.messages() {
        assert!(message.starts_with("<110>1 ") || message.starts_with("<108>1 "), "{message}");
        assert!(message.contains(" 127.0.0.1 senid - "), "{message}");
    }

    // The receiver is away, while more happens; the server is killed in between.
    let (port, mut kept) = (receiver.port, receiver.lines());
    drop(receiver);
    record(&senid, "the receiver is away");
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    while backlog(operations, "syslog").await.is_none_or(|events| events == 0) {
        looks.tick().await;
    }
    drop(server);
    record(&senid, "the server is away");
    let receiver = Syslog::start(&identity, Some(port)).await;
    let _server = Server(senid.start(&["serve"]));
    until_ready(operations).await;
    let expected = size(&senid);
    let all = until_whole(expected, || [kept.clone(), receiver.lines()].concat()).await;
    // It went on from where it was.
    assert!(receiver.lines().iter().all(|line| line["place"].as_u64() > Some(0)));
    kept.clear();
    // What arrived is what was recorded: each line is one of an export.
    let exported = folder.path().join("log.jsonl");
    senid.run(&["audit", "export", "--file", exported.to_str().unwrap()]).ended(0);
    let exported = std::fs::read_to_string(exported).unwrap();
    let exported: Vec<Value> = exported.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(all.iter().take(5).all(|line| exported.contains(line)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_of_otlp_logs_that_refuses_is_sent_the_same_again() {
    let collector = Otlp::start().await;
    collector.answers(503);
    let (senid, operations) = program();
    let senid = senid
        .with("SENID_AUDIT__OTLP", format!("http://127.0.0.1:{}/v1/logs", collector.port))
        .with("SENID_OUTBOUND__ALLOW_LOOPBACK", "true");
    let _server = Server(senid.start(&["serve"]));
    until_ready(operations).await;
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    while collector.requests() == 0 {
        looks.tick().await;
    }
    assert!(collector.records().is_empty());
    collector.answers(200);
    let expected = size(&senid);
    until_whole(expected, || collector.lines()).await;
    for record in collector.records() {
        let line: Value = serde_json::from_str(record["body"]["stringValue"].as_str().unwrap()).unwrap();
        assert_eq!(record["eventName"], line["event"]["kind"]);
        let nanoseconds: u128 = record["timeUnixNano"].as_str().unwrap().parse().unwrap();
        assert_eq!(nanoseconds, u128::from(line["event"]["at"].as_u64().unwrap()) * 1000);
        assert_eq!(record["attributes"][0]["value"]["intValue"], line["place"].to_string());
        assert!([9, 13].contains(&record["severityNumber"].as_u64().unwrap()));
    }
}

/// Addresses of this machine are for those whose settings say so, and an authority that nobody trusts is no receiver's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_where_the_settings_do_not_reach_or_to_whom_nobody_vouches_for() {
    let (_, identity) = authority();
    let receiver = Syslog::start(&identity, None).await;
    for loopback in ["false", "true"] {
        let (senid, operations) = program();
        let senid = senid
            .with("SENID_AUDIT__SYSLOG", format!("127.0.0.1:{}", receiver.port))
            .with("SENID_OUTBOUND__ALLOW_LOOPBACK", loopback);
        let _server = Server(senid.start(&["serve"]));
        until_ready(operations).await;
        size(&senid);
        let mut looks = tokio::time::interval(Duration::from_millis(50));
        while backlog(operations, "syslog").await.is_none_or(|events| events == 0) {
            looks.tick().await;
        }
        // Twice tried, and once more.
        for _ in 0..120 {
            looks.tick().await;
        }
        assert_eq!(receiver.connections() > 0, loopback == "true");
        assert!(receiver.messages().is_empty());
    }
}
