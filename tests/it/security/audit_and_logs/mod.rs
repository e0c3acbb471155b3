//! What is written down: neither secrets nor full identifiers, whatever the log level, and nothing that forges a line.

mod every_method;

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::support::World;
use crate::support::world::{AN, Citizen};

use super::up_to_password;

/// How many events of the audit log mention `text` in their details.
pub async fn audit_rows(world: &World, text: &str) -> usize {
    world.app(0).background.idle().await;
    world.app(0).audit.flush().await;
    let url = format!("sqlite:{}", world.backend().file().display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let rows: Vec<String> = sqlx::query_scalar("SELECT details FROM audit_events").fetch_all(&pool).await.unwrap();
    pool.close().await;
    rows.iter().filter(|details| details.contains(text)).count()
}

/// Everything that is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Log {
    /// What the server logged, a line each. What the tests' own HTTP client says of itself is not the server's.
    fn of_the_server(&self) -> Vec<String> {
        let written = self.0.lock().unwrap().clone();
        let lines = String::from_utf8_lossy(&written).into_owned();
        let own = |line: &&str| !line.contains("reqwest") && !line.contains("hyper_util::client");
        lines.lines().filter(own).map(str::to_owned).collect()
    }
}

/// No line has any of these.
fn none_is_logged(log: &Log, secrets: &[(&str, &str)]) {
    let ours = log.of_the_server();
    assert!(ours.iter().any(|line| line.contains("answered")), "nothing was logged");
    for (what, secret) in secrets {
        assert!(secret.len() >= 4, "{what} is too short to be looked for");
        let found = ours.iter().find(|line| says(line, secret));
        assert_eq!(found, None, "{what} was logged");
    }
}

/// Whether `secret` stands in `text`. Six digits also stand within longer numbers by chance.
fn says(text: &str, secret: &str) -> bool {
    let is_code = secret.len() == 6 && secret.bytes().all(|byte| byte.is_ascii_digit());
    let alone = |at: usize| {
        let (before, after) = (text[..at].chars().next_back(), text[at + secret.len()..].chars().next());
        !before.into_iter().chain(after).any(char::is_alphanumeric)
    };
    text.match_indices(secret).any(|(at, _)| !is_code || alone(at))
}

// On one thread, so that the subscriber of this test hears its own server and no other test's.
#[tokio::test(flavor = "current_thread")]
async fn no_log_level_writes_a_secret_or_an_identifier() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    // While there is one subscriber alone, a place that another thread logs from first is never heard by this one.
    let _another = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    let page = up_to_password(&mut browser, &portal, &AN).await;
    let form_token = page.field("csrf");
    AN.enters(&mut browser, &page, "a-mistyped-password").await;
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let tokens = portal.exchange(&started, &code).await;
    let refreshed = portal.refresh(&tokens.refresh_token()).await;
    portal.claims(&refreshed.access_token()).await;
    portal.exchange(&started, &code).await;
    portal.revoke(&refreshed.refresh_token()).await;
    portal.raw_token(&[("authorization", "Basic !")], &[("grant_type", "refresh_token")]).await;
    browser.open("/account").await;
    world.app(0).audit.flush().await;

    let secrets = [
        ("the password", AN.password),
        ("a mistyped password", "a-mistyped-password"),
        ("the identifier", AN.identifier),
        ("the name", AN.name),
        ("the code", &code),
        ("a refresh token", &tokens.refresh_token()),
        ("its successor", &refreshed.refresh_token()),
        ("an access token", &tokens.access_token()),
        ("an ID token", &tokens.id_token()),
        ("the session's cookie", &browser.cookies["senid-session"]),
        ("the browser's cookie", &browser.cookies["senid-browser"]),
        ("the device's cookie", &browser.cookies["senid-device"]),
        ("a form's token", &form_token),
        ("the portal's secret", portal.registration.secret),
        ("the portal's header", &portal.basic()),
        ("the verifier", &started.verifier),
        ("the nonce", &started.nonce),
    ];
    none_is_logged(&log, &secrets);
}

#[tokio::test]
async fn the_database_s_files_hold_no_secret_and_nobody_s_name() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser_at("127.0.77.5");
    let nobody = Citizen { identifier: "001090999999", ..AN };
    let page = up_to_password(&mut browser, &portal, &nobody).await;
    nobody.enters(&mut browser, &page, "a-mistyped-password").await;
    let started = portal.start();
    let page = browser.open(&started.url()).await;
    let code = AN.goes_through(&mut browser, page).await.code();
    let tokens = portal.exchange(&started, &code).await;
    let refreshed = portal.refresh(&tokens.refresh_token()).await;
    portal.claims(&refreshed.access_token()).await;
    world.app(0).background.idle().await;
    world.app(0).audit.flush().await;

    let file = world.backend().file();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.extend(std::fs::read(file.with_extension("db-wal")).unwrap_or_default());
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("tax-office") && holds("tokens.issued"), "these are not the right files");
    for (what, secret) in [
        ("the identifier", AN.identifier),
        ("an identifier that nobody has", nobody.identifier),
        ("the name", AN.name),
        ("the telephone number", "+84912345678"),
        ("the password", AN.password),
        ("a mistyped password", "a-mistyped-password"),
        ("the code", &code),
        ("a refresh token", &refreshed.refresh_token()),
        ("an access token", &tokens.access_token()),
        ("the session's cookie", &browser.cookies["senid-session"]),
        ("the device's cookie", &browser.cookies["senid-device"]),
        ("the portal's secret", portal.registration.secret),
        ("the address", "127.0.77.5"),
    ] {
        assert!(!holds(secret), "{what} is in the database's files");
    }
}

#[tokio::test]
async fn a_user_agent_forges_no_line() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let mut browser = world.browser();
    browser.user_agent = format!("Mozilla/5.0\t{{\"kind\":\"citizen.unlocked\"}} {}", "x".repeat(5000));
    world.sign_in_again(&mut browser, &portal, &AN).await;
    let events = world.operator().events_of(&AN).await;
    let device = events.iter().find_map(|event| event.details.get("device")).expect("an event that names the device");
    assert!(device.chars().count() <= 256 && !device.chars().any(char::is_control), "{device:?}");
}

#[tokio::test]
async fn a_flood_of_wrong_client_secrets_does_not_fill_the_audit_log() {
    let world = World::embedded().await;
    let portal = world.portal("tax-office");
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
        ("client_id", "tax-office"),
        ("client_secret", "wrong"),
    ];
    for _ in 0..50 {
        assert_eq!(portal.raw_token(&[], &form).await.refused(401), "invalid_client");
    }
    world.app(0).audit.flush().await;
    let url = format!("sqlite:{}", world.backend().file().display());
    let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
    let count = "SELECT COUNT(*) FROM audit_events WHERE kind = 'client.refused'";
    let written: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
    pool.close().await;
    assert!((1..=10).contains(&written), "{written}");
}
