//! `senid doctor`, run as an operator does: against a deployment that is as it should be, and against ones that were broken for real.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};

use http::HeaderMap;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use senid::outbound::{Prober, TlsFault};
use serde_json::Value;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;
use tokio::net::TcpListener;
use url::Url;

use super::processes::until_ready;
use crate::cli::program::{Ran, Senid, finish};
use crate::support::redis::Memory;
use crate::support::{Postgres, Redis, free_port};

const ROLES: &str = include_str!("../../../deploy/postgres/roles.sql");
const SOUND_SETTINGS: [&str; 3] =
    ["ALTER SYSTEM SET fsync = on", "ALTER SYSTEM SET full_page_writes = on", "SELECT pg_reload_conf()"];

/// A process that does not outlive its test.
struct Running(Option<Child>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(mut left) = self.0.take() {
            let _ = left.kill();
            let _ = left.wait();
        }
    }
}

/// The codes that were found, each with its severity.
fn found(ran: &Ran) -> BTreeMap<String, String> {
    let told: Value = ran.json();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    told["findings"].as_array().unwrap().iter().map(|one| (text(one, "code"), text(one, "severity"))).collect()
}

fn severities<'a>(found: &'a BTreeMap<String, String>, severity: &str) -> Vec<&'a str> {
    found.iter().filter(|(_, own)| *own == severity).map(|(code, _)| code.as_str()).collect()
}

/// An authority that this test's operator trusts, and what it issues.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    fn der(&self) -> CertificateDer<'static> {
        self.issuer.der().clone()
    }

    /// A certificate for that host, valid from and until so many years from 2026 on.
    fn issues(&self, host: &str, years: (i32, i32)) -> (String, String) {
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026 + years.0, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026 + years.1, 1, 1);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_that_is_as_it_should_be_has_no_warning_and_one_setting_makes_one() {
    let (postgres, redis) = (Postgres::start_private(), Redis::start_private(Memory::Remembers));
    let database = postgres.database().await;
    let sessions = redis.database();
    let mut owner = PgConnection::connect(database.url()).await.unwrap();
    for setting in SOUND_SETTINGS {
        owner.execute(setting).await.unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let (certificate, key) = authority.issues("localhost", (-1, 4));
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
        folder.path().join(name).display().to_string()
    };
    let (certificate, key) = (write("tls.pem", &certificate), write("tls.key", &key));
    let ca = write("ca.pem", &authority.issuer.pem());
    let (public, operations) = (free_port(), free_port());
    let master = format!("1:{}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, [9; 32]));
    let program = |database: &str| {
        Senid::new()
            .with("SENID_ISSUER", format!("https://localhost:{public}"))
            .with("SENID_DATABASE__URL", database)
            .with("SENID_SESSIONS__URL", &sessions)
            .with("SENID_MASTER_KEY", &master)
            .with("SENID_OUTBOUND__CA_FILE", &ca)
            .with("SENID_LISTENERS__PUBLIC__TLS__CERTIFICATE", &certificate)
            .with("SENID_LISTENERS__PUBLIC__TLS__KEY", &key)
            .with("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{public}"))
            .with("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{operations}"))
            .with("SENID_LOG__LEVEL", "warn")
    };
    let as_superuser = program(database.url());

    // Before anything is there: the schema is missing, and nobody listens.
    let broken = found(&as_superuser.run(&["doctor", "--json"]).ended(1));
    assert_eq!(severities(&broken, "fault"), ["issuer.unreachable", "schema.behind"], "{broken:?}");

    as_superuser.run(&["migrate"]).ended(0);
    owner.execute(sqlx::AssertSqlSafe(ROLES.to_owned())).await.unwrap();
    owner.execute("ALTER ROLE senid_server PASSWORD 'of-this-test'").await.unwrap();
    let mut served_as = Url::parse(database.url()).unwrap();
    served_as.set_username("senid_server").unwrap();
    served_as.set_password(Some("of-this-test")).unwrap();
    let program = program(served_as.as_str());
    let _serving = Running(Some(program.start(&["serve"])));
    until_ready(operations).await;

    let ran = program.run(&["doctor", "--json"]).ended(0);
    let sound = found(&ran);
    assert_eq!(ran.json()["worst"], "note", "{sound:?}");
    for subject in ["audit", "certificates", "clock", "database", "issuer", "keys", "outbox", "redis", "schema", "tls"]
    {
        assert_eq!(sound.get(&format!("{subject}.sound")).map(String::as_str), Some("ok"), "{subject}: {sound:?}");
    }
    let text = program.run(&["doctor", "--quiet"]).ended(0).out;
    assert!(text.contains("redis.alone") && !text.contains("redis.sound"), "{text}");
    assert!(!text.contains("of-this-test") && !text.contains(&master), "nothing secret is told");

    // As the one that may do everything, with more servers than the database takes.
    let too_much = found(&as_superuser.run(&["doctor", "--json", "--inside", "--servers", "200"]).ended(1));
    assert_eq!(severities(&too_much, "warning"), ["database.superuser"], "{too_much:?}");
    assert_eq!(severities(&too_much, "fault"), ["database.max_connections"], "{too_much:?}");

    // A role that may do more than the server needs.
    owner.execute("GRANT UPDATE ON audit_events TO senid_server").await.unwrap();
    owner.execute("ALTER ROLE senid_server SET synchronous_commit = off").await.unwrap();
    owner.execute("ALTER ROLE senid_server SET default_transaction_isolation = 'serializable'").await.unwrap();
    let role = found(&program.run(&["doctor", "--json", "--inside"]).ended(1));
    assert_eq!(severities(&role, "warning"), ["database.isolation", "database.rights"], "{role:?}");
    assert_eq!(severities(&role, "fault"), ["database.synchronous_commit"], "{role:?}");
    for setting in ["ALTER ROLE senid_server RESET ALL", "REVOKE UPDATE ON audit_events FROM senid_server"] {
        owner.execute(setting).await.unwrap();
    }

    // A database and a Redis that lose what they acknowledged.
    for setting in ["ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", SOUND_SETTINGS[2]] {
        owner.execute(setting).await.unwrap();
    }
    let client = redis::Client::open(sessions.as_str()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    for (name, value) in [("maxmemory", "100mb"), ("maxmemory-policy", "allkeys-lru"), ("appendonly", "no")] {
        redis::cmd("CONFIG").arg("SET").arg(name).arg(value).exec_async(&mut connection).await.unwrap();
    }
    let forgetful = found(&program.run(&["doctor", "--json", "--inside"]).ended(1));
    assert_eq!(severities(&forgetful, "fault"), ["database.fsync", "database.full_page_writes", "redis.evicts"]);
    assert_eq!(severities(&forgetful, "warning"), ["redis.not_kept"]);

    // Another issuer in the settings than the one that is served, and another master key than the keys are sealed under.
    let other = program.bare().with("SENID_ISSUER", format!("https://localhost:{public}/id"));
    let other = other
        .with("SENID_DATABASE__URL", served_as.as_str())
        .with("SENID_SESSIONS__URL", &sessions)
        .with("SENID_MASTER_KEY", "1:aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMmh1bnQ=")
        .with("SENID_OUTBOUND__CA_FILE", &ca);
    let other = found(&other.run(&["doctor", "--json"]).ended(1));
    assert!(other.contains_key("issuer.status") && other.contains_key("keys.other_master"), "{other:?}");

    // Both gone.
    postgres.stop();
    redis.stop();
    let gone = found(&as_superuser.run(&["doctor", "--json", "--inside"]).ended(1));
    assert_eq!(severities(&gone, "fault"), ["database.away", "redis.away"], "{gone:?}");
    std::mem::forget(database);
}

#[test]
fn an_embedded_deployment_is_told_what_it_is() {
    let senid = Senid::ready();
    // Nothing runs here: what was recorded may wait for its place by now, which is a warning.
    let found = found(&senid.run(&["doctor", "--json", "--inside", "--servers", "1"]));
    assert_eq!(found.get("redis.none").map(String::as_str), Some("note"), "{found:?}");
    assert_eq!(found.get("database.embedded").map(String::as_str), Some("note"), "{found:?}");
    assert!(severities(&found, "fault").is_empty(), "{found:?}");
}

/// Serves `certificate` with these versions of TLS and answers whatever it is asked with what a server of SenID would not.
async fn serve(certificate: &str, key: &str, versions: &'static [&'static rustls::SupportedProtocolVersion]) -> Url {
    use rustls_pki_types::pem::PemObject;
    let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect::<Result<Vec<_>, _>>().unwrap();
    let key = PrivatePkcs8KeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    let config = config.with_no_client_auth().with_single_cert(chain, key.into()).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                use tokio::io::{AsyncReadExt, AsyncWriteExt};
                let Ok(mut stream) = acceptor.accept(tcp).await else { return };
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(b"HTTP/1.1 308 x\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n").await;
                let _ = stream.shutdown().await;
            });
        }
    });
    Url::parse(&format!("https://localhost:{port}/")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_tls_server_is_told_apart() {
    const BOTH: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12, &rustls::version::TLS13];
    const OLDER: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];
    let authority = Authority::new();
    let prober = Prober::new(vec![authority.der()]).unwrap();
    let strict = Prober::new(Vec::new()).unwrap();
    let (certificate, key) = authority.issues("localhost", (-1, 4));
    let sound = serve(&certificate, &key, BOTH).await;
    let seen = prober.shake_hands(&sound).await.unwrap();
    assert!(seen.speaks_1_2 && seen.speaks_1_3 && !seen.speaks_older && seen.not_after.is_some(), "{seen:?}");
    let answer = prober.get(&sound, HeaderMap::new()).await.unwrap();
    assert_eq!((answer.status, answer.location.as_deref()), (308, Some("/elsewhere")), "no redirect is followed");
    assert_eq!(strict.shake_hands(&sound).await, Err(TlsFault::Untrusted));
    let twelve = serve(&certificate, &key, OLDER).await;
    let seen = prober.shake_hands(&twelve).await.unwrap();
    assert!(seen.speaks_1_2 && !seen.speaks_1_3, "{seen:?}");
    for (host, years, fault) in [
        ("other.example", (-1, 4), TlsFault::Name),
        ("localhost", (-5, -2), TlsFault::Expired),
        ("localhost", (2, 4), TlsFault::NotYet),
    ] {
        let (certificate, key) = authority.issues(host, years);
        assert_eq!(prober.shake_hands(&serve(&certificate, &key, BOTH).await).await, Err(fault));
    }
    let nobody = Url::parse(&format!("https://localhost:{}/", free_port())).unwrap();
    assert_eq!(prober.shake_hands(&nobody).await, Err(TlsFault::Unreachable));
    assert!(!prober.is_reached(&nobody).await && prober.is_reached(&sound).await);
}

/// OpenSSL serves what rustls no longer can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_speaks_tls_1_1_is_found() {
    let authority = Authority::new();
    let folder: TempDir = tempfile::tempdir().unwrap();
    let (certificate, key) = authority.issues("localhost", (-1, 4));
    std::fs::write(folder.path().join("tls.pem"), certificate).unwrap();
    std::fs::write(folder.path().join("tls.key"), key).unwrap();
    let port = free_port();
    let server = Command::new("openssl")
        .args(["s_server", "-accept", &format!("127.0.0.1:{port}"), "-cert", "tls.pem", "-key", "tls.key", "-www"])
        .args(["-cipher", "ALL:@SECLEVEL=0", "-no_tls1"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl is installed by `make test`");
    let _serving = Running(Some(server));
    let url = Url::parse(&format!("https://localhost:{port}/")).unwrap();
    let prober = Prober::new(vec![authority.der()]).unwrap();
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(50));
    let mut seen = None;
    for _ in 0..100 {
        looks.tick().await;
        seen = prober.shake_hands(&url).await.ok();
        if seen.is_some() {
            break;
        }
    }
    let seen = seen.expect("openssl serves");
    assert!(seen.speaks_older && seen.speaks_1_2, "{seen:?}");
}

/// The proxy of this deployment passes on whatever it is sent, and nobody takes what citizens are to be told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_anybody_may_forge_and_messages_that_nobody_takes_are_found() {
    let (public, operations, nobody) = (free_port(), free_port(), free_port());
    let senid = |header: &str| {
        Senid::ready()
            .with("SENID_LISTENERS__PUBLIC__ADDRESS", format!("127.0.0.1:{public}"))
            .with("SENID_LISTENERS__OPERATIONS__ADDRESS", format!("127.0.0.1:{operations}"))
            .with("SENID_ISSUER", format!("http://127.0.0.1:{public}"))
            .with("SENID_PROXIES__TRUSTED", "127.0.0.1/32")
            .with("SENID_PROXIES__HEADER", "x-forwarded-for")
            .with("SENID_PROXIES__CLIENT_CERTIFICATE", header)
            .with("SENID_OUTBOUND__ALLOW_LOOPBACK", "true")
            .with("SENID_MESSAGES__MAIL__SERVER", format!("127.0.0.1:{nobody}"))
            .with("SENID_MESSAGES__MAIL__SECURITY", "none")
            .with("SENID_MESSAGES__MAIL__FROM", "no-reply@id.example")
            .with("SENID_MESSAGES__SMS__URL", format!("http://127.0.0.1:{nobody}/send"))
            .with("SENID_MESSAGES__SMS__KEY", "an-example-of-a-key-of-32-letters")
    };
    let believing = senid("client-cert");
    let serving = Running(Some(believing.start(&["serve"])));
    until_ready(operations).await;
    let seen = found(&believing.run(&["doctor", "--json"]).ended(1));
    let faults = severities(&seen, "fault");
    assert_eq!(faults, ["proxies.forged_certificate", "reach.mail", "reach.sms", "redis.none_for_many"], "{seen:?}");
    let text = believing.run(&["doctor"]).out;
    assert!(!text.contains("an-example-of-a-key"), "{text}");
    drop(serving);

    // One that reads another header takes no notice of this one, as where a proxy takes it away.
    let deaf = senid("x-ssl-client-cert");
    let _serving = Running(Some(deaf.start(&["serve"])));
    until_ready(operations).await;
    let seen = found(&senid("client-cert").run(&["doctor", "--json", "--servers", "1"]).ended(1));
    assert_eq!(severities(&seen, "fault"), ["reach.mail", "reach.sms"], "{seen:?}");
}

#[test]
fn every_finding_is_documented() {
    let page = include_str!("../../../docs/doctor.md");
    for what in senid::flows::doctor::What::ALL {
        let line = format!("| `{}` | {} |", what.as_str(), what.severity().as_str());
        assert!(page.contains(&line), "docs/doctor.md has no line that begins with {line}");
    }
    let lines = page.lines().filter(|line| line.starts_with("| `") && line.contains('.')).count();
    assert_eq!(lines, senid::flows::doctor::What::ALL.len(), "docs/doctor.md has a finding that there is none of");
}

#[test]
fn a_program_that_is_told_wrong_says_so() {
    let ran = finish(Senid::new().start(&["doctor", "--servers", "0"]));
    assert_eq!(ran.code, 2, "{ran:?}");
}
