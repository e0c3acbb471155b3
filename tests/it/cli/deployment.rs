//! Opening a deployment: the first start makes its keys, and every later one needs them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use senid::app::{Deployment, OpenError, SystemClock, deployment};
use senid::config::{DatabaseUrl, MasterKey, Settings};
use senid::crypto::random::SystemRandom;
use senid::domain::ids::CitizenId;
use senid::domain::keys::{KeyPair, KeyState, SignatureAlgorithm};
use senid::domain::secret::SecretString;
use senid::domain::time::{Clock, ManualClock};
use uuid::Uuid;

use crate::support::Postgres;

fn settings(url: &str, folder: &Path) -> Settings {
    let mut settings = Settings::default();
    settings.database.url = DatabaseUrl::parse(url).unwrap();
    // Two busy cores and a dozen connections: how long a test waits is not what it measures.
    settings.database.acquire_timeout = Duration::from_secs(30);
    settings.keys.folder = folder.join("keys");
    settings
}

fn sqlite(folder: &Path) -> Settings {
    settings(&format!("sqlite:{}", folder.join("senid.db").display()), folder)
}

async fn migrate(settings: &Settings) {
    let store = deployment::connect(settings).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
}

async fn open(settings: &Settings) -> Result<Deployment, OpenError> {
    deployment::open(Arc::new(settings.clone()), Arc::new(SystemClock), Arc::new(SystemRandom::new())).await
}

/// What two deployments with the same keys have in common.
fn identity(opened: &Deployment) -> (String, String) {
    let jwks = String::from_utf8(opened.keys.ring.published(SystemClock.now()).into_owned()).unwrap();
    (jwks, opened.keys.subjects.pairwise("portal.example", CitizenId::from_uuid(Uuid::from_u128(7))))
}

async fn why_not(settings: &Settings) -> String {
    open(settings).await.unwrap_err().to_string()
}

#[tokio::test]
async fn the_first_start_makes_the_keys_and_the_second_finds_them() {
    let folder = tempfile::tempdir().unwrap();
    let settings = sqlite(folder.path());
    migrate(&settings).await;
    let first = open(&settings).await.unwrap();
    let keys: Vec<KeyPair> = first.keys.ring.keys().cloned().collect();
    for algorithm in [SignatureAlgorithm::Es256, SignatureAlgorithm::EdDsa, SignatureAlgorithm::Rs256] {
        let states = keys.iter().filter(|key| key.algorithm == algorithm.into());
        let states: Vec<KeyState> = states.map(|key| key.state(&keys, SystemClock.now())).collect();
        assert_eq!(states, [KeyState::Current, KeyState::Next], "{algorithm}");
    }
    let second = open(&settings).await.unwrap();
    assert_eq!(identity(&first), identity(&second));
}

#[tokio::test]
async fn development_keys_are_their_owner_s_alone_and_left_out_of_git() {
    let folder = tempfile::tempdir().unwrap();
    let settings = sqlite(folder.path());
    migrate(&settings).await;
    open(&settings).await.unwrap();
    let private = folder.path().join("keys/private");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&private), mode(&private.join("master.key"))), (0o700, 0o600));
    assert!(std::fs::read_to_string(private.join(".gitignore")).unwrap().lines().any(|line| line == "*"));
    let mut names: Vec<_> =
        std::fs::read_dir(&private).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [".gitignore", "master.key"], "nothing is left behind");
}

#[tokio::test]
async fn a_server_whose_clock_is_behind_makes_no_other_keys() {
    let folder = tempfile::tempdir().unwrap();
    let settings = sqlite(folder.path());
    migrate(&settings).await;
    let first = open(&settings).await.unwrap();
    let behind = Arc::new(ManualClock::at(SystemClock.now() - Duration::from_secs(30)));
    let random = Arc::new(SystemRandom::new());
    let second = deployment::open(Arc::new(settings), behind, random).await.unwrap();
    assert_eq!(identity(&first), identity(&second));
}

/// Several servers start for the first time, all at once: each has its own connections.
async fn race(settings: &Settings) {
    migrate(settings).await;
    let starts: Vec<_> = (0..4)
        .map(|_| {
            let settings = settings.clone();
            tokio::spawn(async move { open(&settings).await.map(|opened| identity(&opened)) })
        })
        .collect();
    let mut identities = Vec::new();
    for start in starts {
        identities.push(start.await.unwrap().unwrap());
    }
    let first = identities.pop().unwrap();
    for other in identities {
        assert_eq!(other, first);
    }
    let keys = open(settings).await.unwrap().keys.ring.keys().count();
    assert_eq!(keys, 3 * 2 + 2, "a current and a next key an algorithm, and one of each type to encrypt to");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_start_together_on_sqlite_have_the_same_keys() {
    let folder = tempfile::tempdir().unwrap();
    race(&sqlite(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_that_start_together_on_postgres_have_the_same_keys() {
    let folder = tempfile::tempdir().unwrap();
    let database = Postgres::start().database().await;
    race(&settings(database.url(), folder.path())).await;
}

#[tokio::test]
async fn development_keys_are_refused_where_others_reach_the_issuer() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = sqlite(folder.path());
    migrate(&settings).await;
    settings.issuer = "https://id.example.gov".parse().unwrap();
    assert_eq!(
        why_not(&settings).await,
        "development keys are not for https://id.example.gov: set keys.master_key_file or SENID_MASTER_KEY"
    );
    assert!(!folder.path().join("keys").exists(), "nothing was made");
}

#[tokio::test]
async fn a_master_key_that_is_gone_is_not_replaced_by_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let settings = sqlite(folder.path());
    migrate(&settings).await;
    open(&settings).await.unwrap();
    let key = folder.path().join("keys/private/master.key");
    std::fs::remove_file(&key).unwrap();
    assert_eq!(
        why_not(&settings).await,
        format!("the master key {} is gone, and the keys in the identity store are sealed under it", key.display())
    );
    assert!(!key.exists());
}

#[tokio::test]
async fn another_deployment_s_master_key_opens_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = sqlite(folder.path());
    migrate(&settings).await;
    let master = |byte: u8| {
        use base64::Engine;
        let key = base64::engine::general_purpose::STANDARD.encode([byte; 32]);
        MasterKey::Environment(SecretString::new(format!("1:{key}")))
    };
    settings.keys.master_key = master(1);
    open(&settings).await.unwrap();
    settings.keys.master_key = master(2);
    assert_eq!(
        why_not(&settings).await,
        "the master key does not open the keys in the identity store: it belongs to another one (the sealed value does \
         not open here)"
    );
    settings.keys.master_key = MasterKey::Environment(SecretString::new("1:short"));
    assert!(why_not(&settings).await.starts_with("SENID_MASTER_KEY: line 1: expected a version"));
}

#[tokio::test]
async fn a_master_key_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = sqlite(folder.path());
    migrate(&settings).await;
    open(&settings).await.unwrap();
    let key = folder.path().join("keys/private/master.key");
    settings.keys.master_key = MasterKey::File(key.clone());
    open(&settings).await.unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(why_not(&settings).await.ends_with(&format!("(mode 0640); run: chmod 600 {}", key.display())));
}

#[tokio::test]
async fn a_database_that_is_not_there_or_not_migrated_is_said_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let settings = sqlite(folder.path());
    let path = folder.path().join("senid.db");
    assert_eq!(why_not(&settings).await, format!("there is no database at {} yet; run: senid migrate", path.display()));
    assert!(!path.exists());
    deployment::connect(&settings).await.unwrap().close().await;
    let all = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite")).unwrap().count();
    assert_eq!(
        why_not(&settings).await,
        format!("the database's schema is {all} migration(s) behind this program; run: senid migrate")
    );
}

#[tokio::test]
async fn a_schema_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let settings = sqlite(folder.path());
    migrate(&settings).await;
    let url = format!("sqlite:{}", folder.path().join("senid.db").display());
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of tomorrow', TRUE, x'00', 0)",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    assert_eq!(
        why_not(&settings).await,
        "the database's schema is not one that this version of SenID knows; run the version that made it, or a newer one"
    );
}
