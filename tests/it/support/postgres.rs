//! A private Postgres, and a database of its own for every test.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};

use super::supervisor::{Signal, Supervisor, User, free_port, on_path, password};

/// Nothing here outlives the machine's power, so nothing is forced to disk; a commit still outlives the server's crash.
/// Shared memory lies in the server's directory, so that it goes with it.
const SETTINGS: &str = "
    listen_addresses = '127.0.0.1'
    max_connections = 300
    shared_buffers = 64MB
    max_wal_size = 512MB
    fsync = off
    full_page_writes = off
    autovacuum = off
    dynamic_shared_memory_type = mmap
    timezone = 'UTC'
";

/// As an authority's own is set up, but for its memory: what is committed is on the disk. Nothing is vacuumed or analysed while
/// something is measured.
const SETTINGS_TO_MEASURE_WITH: &str = "
    fsync = on
    full_page_writes = on
    shared_buffers = 1GB
    max_wal_size = 8GB
";

/// A certificate where Postgres looks for one.
const MAKE_CERTIFICATE: &str = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
     -subj /CN=postgres -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE \
     -keyout data/server.key -out data/server.crt";

/// What a Postgres is for.
enum Purpose {
    Tests,
    /// It offers TLS beside plain TCP.
    TestsOfTls,
    #[allow(dead_code, reason = "tests/scale measures")]
    Measurements,
}

/// A running Postgres.
pub struct Postgres {
    supervisor: Supervisor,
    binaries: PathBuf,
    port: u16,
    password: String,
    /// Templates that are filled. Also held while one is being filled, so that each is filled once.
    templates: tokio::sync::Mutex<HashSet<&'static str>>,
    databases: Arc<Databases>,
}

#[derive(Default)]
struct Databases {
    count: AtomicU32,
    /// Those whose test has ended, to be dropped when the next is made.
    released: Mutex<Vec<String>>,
}

impl Databases {
    fn released(&self) -> MutexGuard<'_, Vec<String>> {
        self.released.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An empty or copied database that nobody else uses. Dropped some time after this value is.
pub struct Database {
    name: String,
    url: String,
    databases: Arc<Databases>,
}

impl Database {
    /// As the settings take it: `postgres://…`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        self.databases.released().push(name);
    }
}

impl Postgres {
    /// The one that all tests of this process share.
    pub fn start() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(Self::start_private)
    }

    /// One for a single test, which may stop it and start it again.
    pub fn start_private() -> Self {
        Self::start_for(Purpose::Tests)
    }

    #[allow(dead_code, reason = "tests/scale measures")]
    /// One that lies on a disk and keeps what it has committed, whatever happens.
    pub fn start_to_measure() -> Self {
        Self::start_for(Purpose::Measurements)
    }

    /// One for a single test that also speaks TLS as `localhost`, with a certificate of its own, which is returned.
    pub fn start_with_tls() -> (Self, PathBuf) {
        let postgres = Self::start_for(Purpose::TestsOfTls);
        let certificate = postgres.supervisor.directory().join("data/server.crt");
        (postgres, certificate)
    }

    fn start_for(purpose: Purpose) -> Self {
        let binaries = find_binaries();
        let (supervisor, more) = match purpose {
            Purpose::Tests | Purpose::TestsOfTls => (Supervisor::new(User::Postgres, Signal::Quit), ""),
            Purpose::Measurements => (Supervisor::on_disk(User::Postgres, Signal::Quit), SETTINGS_TO_MEASURE_WITH),
        };
        let password = password();
        supervisor.write("password", &password);
        let initdb = binaries.join("initdb");
        supervisor.run(&format!(
            "{} --pgdata=data --username=senid --pwfile=password --auth-local=trust --auth-host=md5 \
             --encoding=UTF8 --locale=C --no-sync --no-instructions",
            initdb.display()
        ));
        let tls = match purpose {
            Purpose::Tests | Purpose::Measurements => "off",
            Purpose::TestsOfTls => {
                supervisor.run(MAKE_CERTIFICATE);
                "on"
            }
        };
        let port = free_port();
        // The socket lies in the server's own directory, which only its user (and root) can enter.
        let directory = supervisor.directory().display();
        supervisor.write(
            "data/postgresql.conf",
            &format!("{SETTINGS}{more}\nssl = {tls}\nport = {port}\nunix_socket_directories = '{directory}'\n"),
        );
        let postgres = Self {
            supervisor,
            binaries,
            port,
            password,
            templates: tokio::sync::Mutex::default(),
            databases: Arc::default(),
        };
        postgres.start_again();
        postgres
    }

    #[allow(dead_code, reason = "tests/scale measures")]
    /// The process that all others of it are children of.
    pub fn process(&self) -> u32 {
        let file = std::fs::read_to_string(self.supervisor.directory().join("data/postmaster.pid")).unwrap();
        file.lines().next().unwrap().parse().unwrap()
    }

    /// Where it writes what it has to say.
    #[allow(dead_code, reason = "the test of growth reads it, and this module is shared with it")]
    pub fn log(&self) -> PathBuf {
        self.supervisor.directory().join("log")
    }

    /// The whole of a database, as `pg_dump` writes it.
    pub fn dump(&self, url: &str) -> Vec<u8> {
        let dump = Command::new(self.binaries.join("pg_dump")).arg(format!("--dbname={url}")).output().unwrap();
        assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
        dump.stdout
    }

    /// Ends the server at once, as a crash would. Connections break; data that was committed stays.
    pub fn stop(&self) {
        self.supervisor.stop(Signal::Quit);
    }

    /// Starts the stopped server on the same port, and waits until it answers.
    pub fn start_again(&self) {
        let postgres = self.binaries.join("postgres");
        self.supervisor.start(&format!("{} -D data", postgres.display()), || self.is_ready());
    }

    /// An empty database.
    pub async fn database(&self) -> Database {
        self.create("template0").await
    }

    /// A database as `prepare` leaves one behind (given its URL, it runs the migrations, say). `prepare` runs once
    /// for each `template` in this process, every further call copies.
    pub async fn database_like(&self, template: &'static str, prepare: impl AsyncFnOnce(String)) -> Database {
        let mut filled = self.templates.lock().await;
        if !filled.contains(template) {
            let mut connection = self.connect().await;
            // One is there already if an earlier `prepare` panicked.
            execute(&mut connection, &format!("DROP DATABASE IF EXISTS {template} WITH (FORCE)")).await;
            execute(&mut connection, &format!("CREATE DATABASE {template}")).await;
            prepare(self.url(template)).await;
            filled.insert(template);
        }
        drop(filled);
        self.create(template).await
    }

    async fn create(&self, template: &str) -> Database {
        let databases = Arc::clone(&self.databases);
        let number = databases.count.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        let mut connection = self.connect().await;
        let released = std::mem::take(&mut *databases.released());
        for old in released {
            // Dropping one that somebody still holds would wait for them: it is left to the next call.
            let connected = sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
                .bind(&old)
                .fetch_all(&mut connection)
                .await
                .expect("connections are ended");
            if connected.is_empty() {
                execute(&mut connection, &format!("DROP DATABASE {old}")).await;
            } else {
                databases.released().push(old);
            }
        }
        execute(&mut connection, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Database { url: self.url(&name), name, databases }
    }

    async fn connect(&self) -> PgConnection {
        let options = PgConnectOptions::new()
            .socket(self.supervisor.directory())
            .port(self.port)
            .username("senid")
            .database("postgres")
            .disable_statement_logging();
        PgConnection::connect_with(&options).await.expect("Postgres takes a connection")
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://senid:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    fn is_ready(&self) -> bool {
        Command::new(self.binaries.join("pg_isready"))
            .args(["--quiet", "--username=senid", "--dbname=postgres"])
            // By the socket: it is in our directory, so whoever answers is ours, and it has its port by then.
            .arg(format!("--host={}", self.supervisor.directory().display()))
            .arg(format!("--port={}", self.port))
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

async fn execute(connection: &mut PgConnection, statement: &str) {
    connection.execute(AssertSqlSafe(statement)).await.expect(statement);
}

/// The folder of the newest of Debian's, which are not on the path, or else of the `initdb` that is.
fn find_binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .filter(|(_, binaries)| binaries.join("initdb").is_file())
        .max();
    newest
        .map(|(_, binaries)| binaries)
        .or_else(|| on_path("initdb")?.parent().map(Path::to_path_buf))
        .expect("Postgres is not installed: `make test` installs what the tests need")
}

async fn connect(database: &Database) -> Result<PgConnection, sqlx::Error> {
    PgConnection::connect(database.url()).await
}

#[tokio::test]
async fn two_databases_know_nothing_of_each_other() {
    let postgres = Postgres::start();
    let (first, second) = (postgres.database().await, postgres.database().await);
    connect(&first).await.unwrap().execute("CREATE TABLE note (body TEXT)").await.unwrap();

    let seen = connect(&second).await.unwrap().execute("SELECT body FROM note").await;

    assert!(seen.unwrap_err().to_string().contains("does not exist"));
}

#[tokio::test]
async fn a_template_is_prepared_once_and_copied() {
    let postgres = Postgres::start();
    let times = AtomicU32::new(0);
    for _ in 0..2 {
        let database = postgres
            .database_like("template_of_this_test", async |url| {
                times.fetch_add(1, Ordering::Relaxed);
                let mut connection = PgConnection::connect(&url).await.unwrap();
                connection.execute("CREATE TABLE note (body TEXT)").await.unwrap();
            })
            .await;
        connect(&database).await.unwrap().execute("INSERT INTO note VALUES ('mine')").await.unwrap();
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM note")
            .fetch_one(&mut connect(&database).await.unwrap())
            .await
            .unwrap();
        assert_eq!(count, 1, "a copy starts as the template was");
    }
    assert_eq!(times.into_inner(), 1);
}

#[tokio::test]
async fn what_was_committed_survives_a_stopped_server() {
    let postgres = Postgres::start_private();
    let database = postgres.database().await;
    connect(&database).await.unwrap().execute("CREATE TABLE note (body TEXT)").await.unwrap();

    postgres.stop();
    assert!(connect(&database).await.is_err(), "nobody answers while it is stopped");
    postgres.start_again();

    connect(&database).await.unwrap().execute("INSERT INTO note VALUES ('still here')").await.unwrap();
}

#[tokio::test]
async fn a_released_database_is_dropped_when_nobody_holds_it() {
    let postgres = Postgres::start_private();
    let database = postgres.database().await;
    let held = connect(&database).await.unwrap();
    drop(database);

    let names = async || -> Vec<String> {
        let names = "SELECT datname FROM pg_database WHERE datname LIKE 'test_%' ORDER BY oid";
        sqlx::query_scalar(names).fetch_all(&mut postgres.connect().await).await.unwrap()
    };
    let second = postgres.database().await;
    assert_eq!(names().await, ["test_0", "test_1"], "still held");
    // Its connection was ended; once the backend is gone, so is the database.
    drop(held);
    let mut later = Vec::new();
    while names().await.contains(&"test_0".to_owned()) {
        assert!(later.len() < 50, "the database stays");
        later.push(postgres.database().await);
    }
    assert!(names().await.contains(&"test_1".to_owned()), "{} is in use", second.name);
}
