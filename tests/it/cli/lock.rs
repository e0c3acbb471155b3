//! `senid citizen lock|unlock`: sessions end at once, wherever they are.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use senid::app::SystemClock;
use senid::crypto::hash::hash_secret;
use senid::domain::assurance::{AccountLevel, Proof, Proofs, Requirement};
use senid::domain::grant::Authentication;
use senid::domain::ids::{CitizenId, SessionId};
use senid::domain::secret::SecretString;
use senid::domain::session::{BrowserSession, Remember};
use senid::domain::time::Clock;
use senid::flows::short_lived::{self, SessionMember};
use senid::sessions::{Batch, Recovery, Redis as RedisBackend, RedisSettings, Store};
use uuid::Uuid;

use super::program::Senid;
use crate::support::redis::Memory;
use crate::support::{Postgres, Redis};

const AN: [&str; 6] = ["citizen", "add", "--national-id", "001090123456", "--name", "Nguyễn Văn An"];

#[test]
fn a_lock_is_recorded_and_taken_back() {
    let senid = Senid::ready();
    senid.run(&AN).ended(0);
    let locked = senid.run(&["citizen", "lock", "001090123456", "--reason", "thiết bị bị mất"]).ended(0);
    assert!(
        locked.out.ends_with(
            "is now locked; a running server keeps sessions in its own memory, and honours this as soon as it asks the \
             database\n"
        ),
        "{}",
        locked.out
    );
    let shown = senid.run(&["citizen", "show", "001090123456", "--json"]).ended(0).json();
    assert_eq!(shown["status"], "locked");
    assert!(shown["sessions_ended"].is_string());
    assert!(senid.run(&["citizen", "lock", "001090123456"]).ended(0).out.contains("is already locked"));
    assert_eq!(senid.run(&["citizen", "unlock", "001090123456", "--json"]).ended(0).json()["changed"], true);
    let recorded = senid.recorded(&["--citizen", "001090123456"]);
    let kinds: Vec<&str> = recorded.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["citizen.unlocked", "citizen.shown", "citizen.locked", "citizen.added"]);
    assert_eq!(recorded[2].1["reason"], "thiết bị bị mất");
    let unknown = senid.run(&["citizen", "lock", "079192000123"]).ended(1);
    assert_eq!(unknown.err, "senid: there is no citizen 079•••••123\n");
}

/// Nothing has ended before.
#[derive(Debug)]
struct Nothing;

#[async_trait]
impl Recovery for Nothing {
    async fn reapply(&self, _: &Store) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_takes_every_session_out_of_redis() {
    let database = Postgres::start().database().await;
    let redis = Redis::start_private(Memory::Forgets);
    let redis_url = redis.database();
    let senid =
        Senid::new().with("SENID_DATABASE__URL", database.url()).with("SENID_SESSIONS__URL", redis_url.as_str());
    senid.run(&["migrate"]).ended(0);
    let id = senid.run(&[&AN[..], &["--json"]].concat()).ended(0).json()["id"].as_str().unwrap().to_owned();
    let citizen: CitizenId = id.parse().unwrap();

    let settings = RedisSettings::single(SecretString::new(redis_url.as_str()));
    let store = Store::new(Arc::new(RedisBackend::open(settings, Arc::new(SystemClock), Arc::new(Nothing)).unwrap()));
    let (key, session) = (hash_secret(b"cookie"), SessionId::from_uuid(Uuid::from_u128(7)));
    let (now, hour) = (SystemClock.now(), Duration::from_secs(3600));
    let record = BrowserSession {
        authentication: Authentication {
            citizen,
            session,
            auth_time: now,
            account_level: AccountLevel::Proven,
            proofs: Proofs::new(vec![Proof::password(now)]),
        },
        demanded: Requirement::NONE,
        remember: Remember::Device,
        started_at: now,
        last_seen_at: now,
        expires_at: now + hour,
        device: "Firefox".to_owned(),
        address: "192.0.2.0/24".to_owned(),
    };
    let batch = Batch::new()
        .put(&short_lived::session(&key), &record, hour)
        .and_then(|batch| batch.insert(&short_lived::sessions_of(citizen), &SessionMember { key, id: session }, hour));
    store.apply(batch.unwrap()).await.unwrap();
    assert!(store.get(&short_lived::session(&key)).await.unwrap().is_some());

    let locked = senid.run(&["citizen", "lock", &id]).ended(0);
    assert_eq!(locked.out, format!("citizen {id} is now locked; their session has ended\n"));
    assert!(store.get(&short_lived::session(&key)).await.unwrap().is_none());

    redis.stop();
    senid.run(&["citizen", "unlock", &id]).ended(0);
    let partly = senid.run(&["citizen", "lock", &id]).ended(5);
    assert_eq!(partly.out, format!("citizen {id} is now locked\n"));
    assert!(
        partly.err.starts_with("senid: their sessions could not be taken out of the short-lived store: "),
        "{}",
        partly.err
    );
    assert_eq!(senid.run(&["citizen", "show", &id, "--json"]).ended(0).json()["status"], "locked");
}

#[test]
fn a_code_is_made_for_one_purpose_and_shown_once() {
    let senid = Senid::ready();
    senid.run(&AN).ended(0);
    let issued =
        senid.run(&["citizen", "issue-code", "001090123456", "--purpose", "recover", "--json"]).ended(0).json();
    let code = issued["code"].as_str().unwrap().to_owned();
    assert_eq!((code.len(), &issued["purpose"]), (19, &serde_json::json!("recover")));
    let said = senid.run(&["citizen", "issue-code", "001090123456", "--purpose", "raise"]).ended(0).out;
    assert!(said.contains("purpose raise, until ") && !said.contains(&code), "{said}");
    let off = senid.run(&["citizen", "issue-code", "001090123456", "--purpose", "counter"]).ended(2);
    assert!(off.err.contains("counter codes are off: the setting counter.enabled"), "{}", off.err);
    let unknown = senid.run(&["citizen", "issue-code", "001090123456", "--purpose", "enrol"]).ended(2);
    assert!(unknown.err.contains("expected recover, raise or counter"), "{}", unknown.err);
    senid.run(&["citizen", "lock", "001090123456"]).ended(0);
    let locked = senid.run(&["citizen", "issue-code", "001090123456", "--purpose", "recover"]).ended(1);
    assert!(locked.err.contains("the account is locked"), "{}", locked.err);
    let recorded = senid.recorded(&["--citizen", "001090123456"]);
    assert!(recorded.iter().any(|(kind, details)| kind == "code.issued" && details["purpose"] == "recover"));
    assert!(!format!("{recorded:?}").contains(&code), "the log never has the code");
}
