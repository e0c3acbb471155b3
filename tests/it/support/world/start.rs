//! How a world comes to be: a deployment is made once for each database, with its keys, people and clients, and every
//! world begins with a copy of it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use senid::app::sandbox::enter as enter_sandbox;
use senid::app::serve::Running;
use senid::app::server::open_redis;
use senid::app::{Deployment, Server, demo_data, deployment};
use senid::config::{Argon2, DatabaseUrl, MasterKey, MutualTlsListener, Sandbox, Settings, Size};
use senid::crypto::random::SystemRandom;
use senid::demo::people;
use senid::demo::portal::PortalSettings;
use senid::domain::client::{Client, PolicyName};
use senid::domain::secret::SecretString;
use senid::domain::stage::Stage;
use senid::domain::time::{ManualClock, Timestamp};
use senid::http::Sockets;
use senid::sessions::RedisSettings;
use senid::storage::Store;
use senid::web::layout::Standing;
use tokio::sync::OnceCell;

use super::{Front, NOW, World, certificates, clients};
use crate::support::postgres::Database;
use crate::support::{Postgres, Redis};

/// What a world's stores lie in.
pub struct Backend {
    database: DatabaseUrl,
    redis: Option<RedisSettings>,
    /// When the clock of its world begins.
    start: Timestamp,
    _place: Place,
}

enum Place {
    Folder {
        _folder: tempfile::TempDir,
    },
    Database {
        _database: Database,
    },
    /// The test holds it.
    Elsewhere,
}

impl Backend {
    pub async fn embedded() -> Self {
        static PREPARED: OnceCell<Vec<u8>> = OnceCell::const_new();
        let prepared = PREPARED.get_or_init(|| async {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("senid.db");
            prepare(DatabaseUrl::Sqlite(file.clone()), NOW).await;
            std::fs::read(file).unwrap()
        });
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("senid.db");
        write_private(&file, prepared.await);
        let _place = Place::Folder { _folder: folder };
        Self { database: DatabaseUrl::Sqlite(file), redis: None, start: NOW, _place }
    }

    /// As [`Backend::embedded`], of a deployment that began at `start`: for who lives by the clock of the machine.
    pub async fn embedded_since(start: Timestamp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = DatabaseUrl::Sqlite(folder.path().join("senid.db"));
        prepare(database.clone(), start).await;
        Self { database, redis: None, start, _place: Place::Folder { _folder: folder } }
    }

    pub async fn production() -> Self {
        let database = Postgres::start().database_like("world", prepare_postgres).await;
        let url = database.url().to_owned();
        let redis = Redis::start().database();
        Self { _place: Place::Database { _database: database }, ..Self::on(&url, quick_redis(&redis)) }
    }

    /// Postgres and Redis that the test keeps itself, the database prepared by [`Backend::prepare`].
    pub fn on(postgres: &str, redis: RedisSettings) -> Self {
        Self {
            database: DatabaseUrl::parse(postgres).unwrap(),
            redis: Some(redis),
            start: NOW,
            _place: Place::Elsewhere,
        }
    }

    /// The schema and nothing else, on SQLite and the in-process store.
    pub async fn bare_embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = DatabaseUrl::Sqlite(folder.path().join("senid.db"));
        migrate(&database).await;
        Self { database, redis: None, start: NOW, _place: Place::Folder { _folder: folder } }
    }

    /// The schema and nothing else, on Postgres and Redis.
    pub async fn bare_production() -> Self {
        let database = Postgres::start().database().await;
        let url = database.url().to_owned();
        migrate(&DatabaseUrl::parse(&url).unwrap()).await;
        let redis = Redis::start().database();
        Self { _place: Place::Database { _database: database }, ..Self::on(&url, quick_redis(&redis)) }
    }

    /// The identity store, without its keys.
    pub async fn store(&self) -> Store {
        deployment::connect(&settings("http://127.0.0.1", self.database.clone())).await.unwrap()
    }

    /// A database on the test's own Postgres, prepared like every other.
    pub async fn prepare(postgres: &Postgres) -> Database {
        postgres.database_like("world", prepare_postgres).await
    }

    /// Where the Postgres database is.
    pub fn url(&self) -> String {
        match &self.database {
            DatabaseUrl::Postgres(url) => url.expose().to_owned(),
            DatabaseUrl::Sqlite(_) => panic!("this is no world of Postgres"),
        }
    }

    /// The file of the embedded database.
    pub fn file(&self) -> PathBuf {
        match &self.database {
            DatabaseUrl::Sqlite(path) => path.clone(),
            DatabaseUrl::Postgres(_) => panic!("this is no embedded world"),
        }
    }

    /// Where the production database is.
    pub fn postgres_url(&self) -> &str {
        match &self.database {
            DatabaseUrl::Postgres(url) => url.expose(),
            DatabaseUrl::Sqlite(_) => panic!("this is no production world"),
        }
    }

    async fn open(&self, settings: Arc<Settings>, clock: Arc<ManualClock>) -> Server {
        let opened: Deployment =
            deployment::open(settings, clock, Arc::new(SystemRandom::new())).await.expect("the deployment opens");
        match &self.redis {
            None => Server::start(opened).expect("the server starts"),
            Some(redis) => {
                let sessions = open_redis(redis.clone(), &opened).expect("Redis can be used");
                Server::start_with(opened, sessions).expect("the server starts")
            }
        }
    }
}

/// Redis at `url`, as a machine that is busy with tests takes it: slow is not broken.
pub fn quick_redis(url: &str) -> RedisSettings {
    RedisSettings {
        connect_timeout: Duration::from_secs(10),
        response_timeout: Duration::from_secs(10),
        watch_interval: Duration::from_millis(200),
        longest_pause: Duration::from_millis(100),
        ..RedisSettings::single(SecretString::new(url))
    }
}

pub(super) async fn one_server(backend: Backend, change: impl FnOnce(&mut Settings)) -> World {
    let (public, issuer) = listen();
    serve_one(backend, change, public, issuer).await
}

/// One server where another was.
pub(super) async fn one_server_at(backend: Backend, issuer: &str) -> World {
    let address = issuer.strip_prefix("http://").expect("a world's issuer");
    let public = TcpListener::bind(address).expect("whoever was there has gone");
    public.set_nonblocking(true).expect("a socket that does not block");
    serve_one(backend, |_| {}, public, issuer.to_owned()).await
}

async fn serve_one(backend: Backend, change: impl FnOnce(&mut Settings), public: TcpListener, issuer: String) -> World {
    let mut settings = settings(&issuer, backend.database.clone());
    change(&mut settings);
    let issuer = settings.issuer.to_string();
    let settings = Arc::new(settings);
    let clock = Arc::new(ManualClock::at(backend.start));
    let server = backend.open(settings, clock.clone()).await;
    World { clock, issuer, servers: vec![serve(server, public, None, None).await], front: None, backend, folder: None }
}

/// One server that is a sandbox, as `senid serve --sandbox` makes it one.
pub(super) async fn sandbox(backend: Backend) -> World {
    let (public, issuer) = listen();
    let mut settings = settings(&issuer, backend.database.clone());
    settings.sandbox = Sandbox { issuer: Some(settings.issuer.clone()), delay: Duration::from_secs(1) };
    let clock = Arc::new(ManualClock::at(backend.start));
    let random = Arc::new(SystemRandom::new());
    let opened = deployment::open(Arc::new(settings), clock.clone(), random).await.expect("the deployment opens");
    let mut tx = opened.store.begin().await.unwrap();
    let client = clients::registration(people::SANDBOX_CLIENT).client(&opened.keys.sealing);
    tx.clients().insert(&Client { stage: Stage::Sandbox, ..client }).await.unwrap();
    tx.commit().await.unwrap();
    let opened = enter_sandbox(opened).await.expect("nothing speaks against a sandbox");
    let server = match &backend.redis {
        None => Server::start(opened).expect("the server starts"),
        Some(redis) => {
            let sessions = open_redis(redis.clone(), &opened).expect("Redis can be used");
            Server::start_with(opened, sessions).expect("the server starts")
        }
    };
    World { clock, issuer, servers: vec![serve(server, public, None, None).await], front: None, backend, folder: None }
}

/// One server with a listener that asks for certificates.
pub(super) async fn with_mutual_tls(backend: Backend, change: impl FnOnce(&mut Settings)) -> World {
    let ((public, issuer), (mtls, _)) = (listen(), listen());
    let address = mtls.local_addr().expect("a port");
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = settings(&issuer, backend.database.clone());
    settings.listeners.mtls = Some(MutualTlsListener { address, tls: certificates::of_the_server(folder.path()) });
    settings.mtls.public_url = Some(format!("https://localhost:{}", address.port()).parse().expect("an address"));
    change(&mut settings);
    let clock = Arc::new(ManualClock::at(NOW));
    let server = backend.open(Arc::new(settings), clock.clone()).await;
    let servers = vec![serve(server, public, Some(mtls), None).await];
    World { clock, issuer, servers, front: None, backend, folder: Some(folder) }
}

pub(super) async fn two_servers(backend: Backend) -> World {
    let (port, issuer) = listen();
    let settings = Arc::new(settings(&issuer, backend.database.clone()));
    let clock = Arc::new(ManualClock::at(NOW));
    let mut servers = Vec::new();
    for _ in 0..2 {
        let (public, _) = listen();
        servers.push(serve(backend.open(settings.clone(), clock.clone()).await, public, None, None).await);
    }
    let front = Front::start(port, servers.iter().map(Running::public).collect());
    World { clock, issuer, servers, front: Some(front), backend, folder: None }
}

/// One server with a listener that asks browsers for certificates.
pub(super) async fn with_card_reader(backend: Backend, change: impl FnOnce(&mut Settings)) -> World {
    let ((public, issuer), (cards, _)) = (listen(), listen());
    let address = cards.local_addr().expect("a port");
    let folder = tempfile::tempdir().expect("a folder");
    let mut settings = settings(&issuer, backend.database.clone());
    let tls = certificates::of_the_server(folder.path());
    settings.listeners.certificate = Some(MutualTlsListener { address, tls });
    let url = format!("https://localhost:{}", address.port());
    settings.certificate_sign_in.public_url = Some(url.parse().expect("an address"));
    change(&mut settings);
    let clock = Arc::new(ManualClock::at(NOW));
    let server = backend.open(Arc::new(settings), clock.clone()).await;
    let servers = vec![serve(server, public, None, Some(cards)).await];
    World { clock, issuer, servers, front: None, backend, folder: Some(folder) }
}

async fn serve(
    server: Server,
    public: TcpListener,
    mtls: Option<TcpListener>,
    certificate: Option<TcpListener>,
) -> Running {
    let (operations, _) = listen();
    let sockets = Sockets { public, mtls, certificate, operations };
    Running::start_on(server, Standing::Official, sockets).await.expect("the server serves")
}

/// A free port, taken, and the issuer that it is.
fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.set_nonblocking(true).expect("a socket that does not block");
    let issuer = format!("http://{}", listener.local_addr().expect("a port"));
    (listener, issuer)
}

fn settings(issuer: &str, database: DatabaseUrl) -> Settings {
    let mut settings = Settings { issuer: issuer.parse().unwrap(), ..Settings::default() };
    settings.database.url = database;
    settings.database.max_connections = 6;
    // Two busy cores: how long a test waits is not what it measures.
    settings.database.acquire_timeout = Duration::from_secs(30);
    settings.limits.request_timeout = Duration::from_secs(60);
    settings.password.queue_wait = Duration::from_secs(30);
    // What hashing costs is measured elsewhere; here hundreds of people sign in.
    settings.password.argon2 = Argon2 { memory: Size::kib(64), iterations: 1, parallelism: 1 };
    settings.password.hashing_threads = Some(1);
    let key = base64::engine::general_purpose::STANDARD.encode([7; 32]);
    settings.keys.master_key = MasterKey::Environment(SecretString::new(format!("1:{key}")));
    settings.authority.support.phone = Some("1900 0000".to_owned());
    // Whoever tests the demand makes it.
    settings.policies.sensitive = PolicyName::legacy_openid();
    // The portals of a test are on this machine.
    settings.outbound.allow_loopback = true;
    settings
}

async fn prepare_postgres(url: String) {
    prepare(DatabaseUrl::parse(&url).unwrap(), NOW).await;
}

async fn migrate(database: &DatabaseUrl) {
    let store = deployment::connect(&settings("http://127.0.0.1", database.clone())).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
}

/// A deployment's first day: the schema, the keys, the people of the demonstration, and clients of every kind.
async fn prepare(database: DatabaseUrl, start: Timestamp) {
    migrate(&database).await;
    let settings = Arc::new(settings("http://127.0.0.1", database));
    let clock = Arc::new(ManualClock::at(start));
    let opened = deployment::open(settings.clone(), clock, Arc::new(SystemRandom::new())).await.unwrap();
    let portal = PortalSettings {
        issuer: settings.issuer.clone(),
        client_id: people::PORTAL_CLIENT.to_owned(),
        client_secret: SecretString::new(people::PORTAL_SECRET),
        base_url: "http://localhost:8081".parse().unwrap(),
    };
    demo_data::enter(&opened, &portal).await.unwrap();
    let mut tx = opened.store.begin().await.unwrap();
    // The sandbox is one of the demonstration's.
    for registration in clients::ALL.iter().filter(|registration| registration.id != people::SANDBOX_CLIENT) {
        tx.clients().insert(&registration.client(&opened.keys.sealing)).await.unwrap();
    }
    tx.commit().await.unwrap();
    opened.store.close().await;
}

/// As the store itself would have made it: its owner's alone.
fn write_private(path: &Path, bytes: &[u8]) {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap();
    file.write_all(bytes).unwrap();
}
