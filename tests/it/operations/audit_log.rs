//! The audit log of real servers: what was acknowledged outlives them, and the account that they have rewrites nothing.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use senid::crypto::transparency::WitnessSigner;
use senid::domain::secret::SecretBytes;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::task::JoinSet;

use super::processes::{Deployment, until_ready};
use crate::cli::program::Senid;
use crate::support::world::{AN, Browser, TokenAnswer, web};
use crate::support::{Postgres, free_port};

const ROLES: &str = include_str!("../../../deploy/postgres/roles.sql");
/// Requests under way at once.
const AT_ONCE: usize = 16;
/// After so many acknowledged events the servers are killed.
const ACKNOWLEDGED: u64 = 200;

async fn count(db: &mut PgConnection, what: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {what}"))).fetch_one(db).await.unwrap()
}

/// Until every event has its place.
async fn until_sequenced(db: &mut PgConnection) {
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..600 {
        looks.tick().await;
        if count(db, "audit_pending").await == 0 {
            return;
        }
    }
    panic!("events wait for their places and get none");
}

async fn signed_in(deployment: &Deployment) -> TokenAnswer {
    let mut browser = Browser::new(&deployment.issuer, "127.0.0.1".parse().unwrap());
    let started = deployment.portal.start();
    let page = browser.open(&started.url()).await;
    let page = AN.goes_through(&mut browser, page).await;
    deployment.portal.exchange(&started, &page.code()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_are_killed_lose_no_event_that_was_acknowledged() {
    let mut deployment = Deployment::start().await;
    let token = signed_in(&deployment).await.access_token();
    let acknowledged = Arc::new(AtomicU64::new(0));
    let mut load = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (address, token) = (format!("{}/userinfo", deployment.issuer), format!("Bearer {token}"));
        let acknowledged = acknowledged.clone();
        load.spawn(async move {
            let client = web::client("127.0.0.1".parse().unwrap());
            loop {
                // What is told of somebody is told once it is recorded.
                match client.get(&address).header("authorization", &token).send().await {
                    Ok(answer) if answer.status() == 200 => acknowledged.fetch_add(1, Ordering::SeqCst),
                    _ => return,
                };
            }
        });
    }
    let mut looks = tokio::time::interval(Duration::from_millis(5));
    while acknowledged.load(Ordering::SeqCst) < ACKNOWLEDGED {
        looks.tick().await;
    }
    deployment.kill();
    load.join_all().await;

    let mut db = PgConnection::connect(deployment.database.url()).await.unwrap();
    let released = count(&mut db, "audit_events WHERE kind = 'data.released'").await.unsigned_abs();
    let acknowledged = acknowledged.load(Ordering::SeqCst);
    assert!(released >= acknowledged, "{acknowledged} were acknowledged, {released} are there");
    // Whoever comes next gives those their places that had none yet.
    deployment.restart().await;
    until_sequenced(&mut db).await;
    assert_eq!(count(&mut db, "audit_leaves").await, count(&mut db, "audit_events").await);
    let verified = deployment.operator.run(&["audit", "verify", "--json"]).ended(0).json();
    assert_eq!(verified["finding"], serde_json::Value::Null);
    assert!(verified["size"].as_u64().unwrap() >= acknowledged, "{verified}");
    deployment.stop();
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_s_own_account_serves_and_cannot_rewrite_the_log() {
    // Accounts are everybody's on a Postgres.
    let postgres = Postgres::start_private();
    let database = postgres.database().await;
    let mut superuser = PgConnection::connect(database.url()).await.unwrap();
    superuser.execute(AssertSqlSafe(ROLES.to_owned())).await.unwrap();
    for role in ["senid_owner", "senid_server"] {
        superuser.execute(AssertSqlSafe(format!("ALTER ROLE {role} PASSWORD 'a-password-of-{role}'"))).await.unwrap();
    }
    let url = |role: &str| {
        let mut url = url::Url::parse(database.url()).unwrap();
        url.set_username(role).unwrap();
        url.set_password(Some(&format!("a-password-of-{role}"))).unwrap();
        url.to_string()
    };
    let (public, operations) = (free_port(), free_port());
    let program = |role: &str| {
        Senid::new()
            .with("SENID_ISSUER", format!("http://127.0.0.1:{public}"))
            .with("SENID_DATABASE__URL", url(role))
            .with("SENID_MASTER_KEY", format!("1:{}", STANDARD.encode([9; 32])))
            .with("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{public}"))
            .with("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{operations}"))
    };
    let (owner, server) = (program("senid_owner"), program("senid_server"));
    owner.run(&["migrate"]).ended(0);
    superuser.execute(AssertSqlSafe(ROLES.to_owned())).await.unwrap();

    // The server starts, makes its keys, serves, sequences and signs.
    let _running = Server(server.start(&["serve"]));
    until_ready(operations).await;
    let person = ["citizen", "add", "--national-id", AN.identifier, "--name", AN.name, "--password-stdin"];
    server.run_with(&person, AN.password).ended(0);
    server.run(&["citizen", "lock", AN.identifier]).ended(0);
    until_sequenced(&mut superuser).await;
    let mut looks = tokio::time::interval(Duration::from_millis(100));
    while count(&mut superuser, "audit_heads").await == 0 {
        looks.tick().await;
    }

    let mut account = PgConnection::connect(&url("senid_server")).await.unwrap();
    let partition: String =
        sqlx::query_scalar("SELECT CAST(tableoid::regclass AS TEXT) FROM audit_events ORDER BY id DESC LIMIT 1")
            .fetch_one(&mut superuser)
            .await
            .unwrap();
    for statement in [
        "UPDATE audit_events SET actor = 'system'".to_owned(),
        "DELETE FROM audit_events".to_owned(),
        "TRUNCATE audit_events".to_owned(),
        format!("UPDATE {partition} SET actor = 'system'"),
        format!("DELETE FROM {partition}"),
        format!("INSERT INTO {partition} SELECT * FROM audit_events LIMIT 1"),
        format!("ALTER TABLE audit_events DETACH PARTITION {partition}"),
        "DROP TABLE audit_events".to_owned(),
        "DROP TRIGGER audit_no_update ON audit_events".to_owned(),
        "ALTER TABLE audit_events DISABLE TRIGGER ALL".to_owned(),
        "SET session_replication_role = replica".to_owned(),
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'"
            .to_owned(),
        "UPDATE audit_leaves SET place = place + 1".to_owned(),
        "DELETE FROM audit_leaves".to_owned(),
        "UPDATE audit_heads SET size = 0".to_owned(),
        "DELETE FROM audit_heads".to_owned(),
        "DELETE FROM audit_nodes".to_owned(),
        "DELETE FROM audit_cosignatures".to_owned(),
        "DELETE FROM audit_tree".to_owned(),
        "UPDATE audit_pending SET event_id = event_id".to_owned(),
        // To retire everything, and remove it then.
        "INSERT INTO audit_retirements (size, frontier, first_head, at) VALUES (1000000, '', 1, 1)".to_owned(),
        "INSERT INTO audit_leaves SELECT * FROM audit_leaves".to_owned(),
        "DELETE FROM _sqlx_migrations".to_owned(),
    ] {
        let done = account.execute(AssertSqlSafe(statement.clone())).await;
        assert!(done.is_err(), "the server's account may: {statement}");
    }
    let verified = owner.run(&["audit", "verify", "--json"]).ended(0).json();
    assert_eq!(verified["finding"], serde_json::Value::Null, "{verified}");
}

/// Until enough witnesses have signed more of the log than that: so much of it.
async fn until_witnessed(senid: &Senid, more_than: u64) -> u64 {
    let mut looks = tokio::time::interval(Duration::from_millis(500));
    for _ in 0..60 {
        looks.tick().await;
        let verified = senid.run(&["audit", "verify", "--json"]).ended(0).json();
        if let Some(witnessed) = verified["witnessed"].as_u64().filter(|witnessed| *witnessed > more_than) {
            return witnessed;
        }
    }
    panic!("no witness signs");
}

/// The embedded database as it lies there.
fn database(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("senid.db")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_cosigns_what_grows_and_no_log_that_was_rolled_back() {
    let (public, operations, port) = (free_port(), free_port(), free_port());
    let authority = tempfile::tempdir().unwrap();
    let heads = authority.path().join("kept-heads.jsonl");
    let senid = Senid::ready()
        .with("SENID_ISSUER", format!("http://127.0.0.1:{public}"))
        .with("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{public}"))
        .with("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{operations}"));
    let log = senid.run(&["audit", "head", "--json"]).ended(0).json()["keys"][0].as_str().unwrap().to_owned();
    // Another authority's: it has none of SenID's settings and stores.
    let other = Senid::new();
    let (folder, listen) = (authority.path().to_str().unwrap(), format!("127.0.0.1:{port}"));
    let witness =
        ["audit", "witness", "--name", "witness.example", "--folder", folder, "--listen", &listen, "--log", &log];
    let _witness = Server(other.start(&witness));
    let mut looks = tokio::time::interval(Duration::from_millis(50));
    while tokio::net::TcpStream::connect(&listen).await.is_err() {
        looks.tick().await;
    }
    let seed = std::fs::read_to_string(authority.path().join("witness.key")).unwrap();
    let seed = senid::crypto::base64url::decode(&seed).unwrap().try_into().unwrap();
    let signer = WitnessSigner::new("witness.example", &SecretBytes::new(seed)).unwrap();
    let senid = senid
        .with("SENID_AUDIT__WITNESSES", format!("{} http://{listen}/", signer.verifier()))
        .with("SENID_AUDIT__HEADS_FILE", heads.to_str().unwrap())
        .with("SENID_OUTBOUND__ALLOW_LOOPBACK", "true");

    let server = Server(senid.start(&["serve"]));
    until_ready(operations).await;
    let first = until_witnessed(&senid, 0).await;
    drop(server);
    let kept: Vec<(PathBuf, Vec<u8>)> =
        database(senid.path()).into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect();
    assert!(!kept.is_empty());
    // What waited for its place when the copy was made may get it in both.
    let copied = senid.run(&["audit", "verify", "--json"]).ended(0).json()["size"].as_u64().unwrap() + 3;
    let server = Server(senid.start(&["serve"]));
    until_ready(operations).await;
    let person = ["citizen", "add", "--national-id", AN.identifier, "--name", AN.name, "--password-stdin"];
    senid.run_with(&person, AN.password).ended(0);
    let second = until_witnessed(&senid, copied.max(first)).await;
    let file = heads.to_str().unwrap();
    senid.run(&["audit", "verify", "--heads", file]).ended(0);
    drop(server);

    // The operator puts an older copy in its place, and goes on from there: nobody was ever added.
    for path in database(senid.path()) {
        std::fs::remove_file(path).unwrap();
    }
    for (path, bytes) in kept {
        std::fs::write(path, bytes).unwrap();
    }
    let _server = Server(senid.start(&["serve"]));
    until_ready(operations).await;
    for _ in 0..second - first + 3 {
        senid.run(&["audit", "verify"]).ended(0);
    }
    let mut size = 0;
    while size <= second {
        looks.tick().await;
        size = senid.run(&["audit", "verify", "--json"]).ended(0).json()["signed"].as_u64().unwrap();
    }
    // A head is shown to the witness every five seconds: what did not happen has no event of its own to wait for.
    for _ in 0..120 {
        looks.tick().await;
    }
    let verified = senid.run(&["audit", "verify", "--json"]).ended(0).json();
    assert_eq!(verified["finding"], serde_json::Value::Null, "by itself it looks as it should");
    assert!(verified["witnessed"].as_u64().unwrap() <= copied, "no witness signs what grew from there: {verified}");
    let verified = senid.run(&["audit", "verify", "--json", "--heads", file]).ended(1).json();
    assert_eq!(verified["finding"]["what"], "forked", "{verified}");
    // What the witness shows says it, too.
    let shown = web::get(&format!("http://{listen}/heads"), &[]).await;
    let shown_file = authority.path().join("of-the-witness");
    std::fs::write(&shown_file, shown.body.as_bytes()).unwrap();
    let verified = senid.run(&["audit", "verify", "--json", "--heads", shown_file.to_str().unwrap()]).ended(1).json();
    assert_eq!(verified["finding"]["what"], "forked", "{verified}");
}
