//! The store: pools of connections to Postgres or SQLite.

use std::fmt;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use sqlx::pool::{PoolConnectionMetadata, PoolOptions};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Database, PgPool, SqlitePool};
use tokio::sync::broadcast;

use super::connection::{Link, Reading, Session, Transaction, TransactionLink, Writing};
use super::diagnosis::PoolLoad;
use super::error::Error;
use super::invalidations::{Invalidation, Invalidations};
use super::registration::Sealer;
use super::schema::{self, SchemaState};
use super::vault::Vault;
use crate::crypto::blind_index::IndexKeys;
use crate::domain::ids::CitizenId;
use crate::domain::risk::Place;
use crate::domain::sign_in_name::SignInName;

/// Invalidations that a slow listener may leave unread before it is told that everything is stale.
const UNREAD_INVALIDATIONS: usize = 256;
/// A connection that rested for longer is tried before it is handed out; a busy one is not, which saves the hot paths a
/// round trip for each request.
const TRUSTED_IDLE: Duration = Duration::from_secs(2);

/// A SQLite read holds its connection for microseconds; more of them only cost memory.
const SQLITE_READERS: u32 = 4;

#[derive(Clone, Debug)]
pub struct Options {
    /// Connections to Postgres that this server holds at most.
    pub max_connections: u32,
    /// How long a request waits for a connection before it is told that the store cannot be reached.
    pub acquire_timeout: Duration,
    /// Where to listen for changes, if the database URL leads through a transaction pooler.
    pub listen_url: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_connections: 16, acquire_timeout: Duration::from_secs(2), listen_url: None }
    }
}

/// The identity store. A clone is another handle on the same one.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    pool: Pool,
    changes: broadcast::Sender<Invalidation>,
    listen_url: String,
    vault: ArcSwapOption<Vault>,
    /// Who waits for a connection.
    waiting: AtomicU32,
}

/// Somebody who waits for a connection, until this is dropped.
struct Waits<'s>(&'s AtomicU32);

impl<'s> Waits<'s> {
    fn begin(waiting: &'s AtomicU32) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

enum Pool {
    Postgres(PgPool),
    /// One connection writes, so that writers queue in order here instead of polling for the file's lock.
    Sqlite {
        readers: SqlitePool,
        writer: SqlitePool,
    },
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.pool {
            Pool::Postgres(_) => "Store(Postgres)",
            Pool::Sqlite { .. } => "Store(SQLite)",
        })
    }
}

impl Store {
    /// Connects to `postgres://…` or `sqlite:path`. A SQLite file that is not there is created, its folder is not.
    ///
    /// # Errors
    /// `Address` for another kind of URL, `Unavailable` where nobody answers.
    pub async fn connect(url: &str, options: &Options) -> Result<Self, Error> {
        let pool = match url.split_once(':') {
            Some(("postgres" | "postgresql", _)) => connect_postgres(url, options).await?,
            Some(("sqlite", path)) if !path.contains(":memory:") => connect_sqlite(url, options).await?,
            _ => return Err(Error::Address),
        };
        let listen_url = options.listen_url.clone().unwrap_or_else(|| url.to_owned());
        let (changes, _) = broadcast::channel(UNREAD_INVALIDATIONS);
        Ok(Self(Arc::new(Inner {
            pool,
            changes,
            listen_url,
            vault: ArcSwapOption::empty(),
            waiting: AtomicU32::new(0),
        })))
    }

    /// Hands over the keys that seal and find citizens: once they are loaded, and again when they change.
    pub fn unlock(&self, vault: Vault) {
        self.0.vault.store(Some(Arc::new(vault)));
    }

    /// What counters of other stores may call a name by; it cannot be traced back to the name.
    pub fn name_tag(&self, name: &SignInName) -> Result<String, Error> {
        Ok(self.0.vault.load().as_ref().ok_or(Error::Locked)?.name_tag(name))
    }

    /// A coarse block of addresses as this citizen's records name it, and after it as older records do while a key is being
    /// changed; it can be traced back neither to the block nor to another citizen's records.
    pub fn places(&self, citizen: CitizenId, block: &str) -> Result<Vec<Place>, Error> {
        Ok(self.0.vault.load().as_ref().ok_or(Error::Locked)?.places(citizen, block))
    }

    /// Other keys of the blind index, once they have changed; whatever is under way goes on with those it began with.
    pub fn renew_index(&self, keys: IndexKeys) -> Result<(), Error> {
        let vault = self.0.vault.load_full().ok_or(Error::Locked)?;
        if vault.index_versions() != keys.versions().collect::<Vec<_>>() {
            self.unlock(vault.with_index(keys));
        }
        Ok(())
    }

    /// The version of the master key that wraps, and the live versions of the index key, the newest first.
    pub fn key_versions(&self) -> Result<(u16, Vec<u16>), Error> {
        let vault = self.0.vault.load_full().ok_or(Error::Locked)?;
        Ok((u16::try_from(vault.master_version()).unwrap_or(u16::MAX), vault.index_versions()))
    }

    /// What seals new citizens apart from any connection, on as many threads as there are.
    pub fn sealer(&self) -> Result<Sealer, Error> {
        self.0.vault.load_full().map(Sealer::new).ok_or(Error::Locked)
    }

    /// A connection for reads alone.
    pub async fn read(&self) -> Result<Reading, Error> {
        let _waits = Waits::begin(&self.0.waiting);
        let _call = tracing::trace_span!(target: "senid::calls", "sql connection");
        let link = match &self.0.pool {
            Pool::Postgres(pool) => Link::Postgres(pool.acquire().await?),
            Pool::Sqlite { readers, .. } => Link::Sqlite(readers.acquire().await?),
        };
        Ok(Reading::new(self.session(link)))
    }

    /// A connection for writes of one statement, each of which commits by itself.
    pub async fn write(&self) -> Result<Writing, Error> {
        let _waits = Waits::begin(&self.0.waiting);
        let _call = tracing::trace_span!(target: "senid::calls", "sql connection");
        let link = match &self.0.pool {
            Pool::Postgres(pool) => Link::Postgres(pool.acquire().await?),
            Pool::Sqlite { writer, .. } => Link::Sqlite(writer.acquire().await?),
        };
        Ok(Writing::new(self.session(link)))
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        let _waits = Waits::begin(&self.0.waiting);
        let _call = tracing::trace_span!(target: "senid::calls", "sql connection");
        let link = match &self.0.pool {
            Pool::Postgres(pool) => TransactionLink::Postgres(pool.begin().await?),
            // A transaction that began as a reader cannot always become a writer.
            Pool::Sqlite { writer, .. } => TransactionLink::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
        };
        Ok(Transaction::new(link, self.0.vault.load_full(), self.0.changes.clone()))
    }

    /// Begins a transaction that only reads, and sees the store as it is at this moment for as long as it lasts. Whoever
    /// writes meanwhile does not wait.
    pub async fn snapshot(&self) -> Result<Transaction, Error> {
        let _waits = Waits::begin(&self.0.waiting);
        let _call = tracing::trace_span!(target: "senid::calls", "sql connection");
        let link = match &self.0.pool {
            Pool::Postgres(pool) => {
                TransactionLink::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
            Pool::Sqlite { readers, .. } => TransactionLink::Sqlite(readers.begin().await?),
        };
        Ok(Transaction::new(link, self.0.vault.load_full(), self.0.changes.clone()))
    }

    /// Brings the schema up to this program's. Safe to call from several servers at once and while older ones run.
    pub async fn migrate(&self) -> Result<(), Error> {
        match &self.0.pool {
            Pool::Postgres(pool) => schema::migrate_postgres(&mut *pool.acquire().await?).await,
            Pool::Sqlite { writer, .. } => schema::migrate_sqlite(&mut *writer.acquire().await?).await,
        }
    }

    /// How the schema that is there compares with this program's.
    pub async fn schema_state(&self) -> Result<SchemaState, Error> {
        match &self.0.pool {
            Pool::Postgres(pool) => schema::state_postgres(&mut *pool.acquire().await?).await,
            // By a reader: whoever asks a running server how it is does not wait for who writes.
            Pool::Sqlite { readers, .. } => schema::state_sqlite(&mut *readers.acquire().await?).await,
        }
    }

    /// Connections that this server holds to its database now.
    pub fn pool(&self) -> PoolLoad {
        fn of<DB: Database>(pool: &sqlx::Pool<DB>, waiting: u32) -> PoolLoad {
            let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
            PoolLoad { open: pool.size(), idle, most: pool.options().get_max_connections(), waiting }
        }
        let waiting = self.0.waiting.load(Ordering::Relaxed);
        match &self.0.pool {
            Pool::Postgres(pool) => of(pool, waiting),
            Pool::Sqlite { readers, writer } => of(readers, waiting).and(of(writer, waiting)),
        }
    }

    /// Asks the database for nothing in particular: whether it answers.
    pub async fn ping(&self) -> Result<(), Error> {
        match &self.0.pool {
            Pool::Postgres(pool) => pool.acquire().await?.ping().await?,
            Pool::Sqlite { readers, .. } => readers.acquire().await?.ping().await?,
        }
        Ok(())
    }

    /// What changes from now on, to keep caches by.
    pub async fn invalidations(&self) -> Result<Invalidations, Error> {
        match &self.0.pool {
            Pool::Postgres(_) => Invalidations::postgres(self.0.listen_url.clone()).await,
            Pool::Sqlite { .. } => Ok(Invalidations::in_process(self.0.changes.subscribe())),
        }
    }

    /// Waits for what is under way and closes the connections.
    pub async fn close(&self) {
        match &self.0.pool {
            Pool::Postgres(pool) => pool.close().await,
            Pool::Sqlite { readers, writer } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }

    fn session(&self, link: Link) -> Session {
        Session { link, vault: self.0.vault.load_full() }
    }
}

async fn connect_postgres(url: &str, options: &Options) -> Result<Pool, Error> {
    let connect = PgConnectOptions::from_str(url).map_err(|error| Error::Other(Box::new(error)))?;
    let connect = safely(url, connect)
        .application_name("senid")
        // Statements carry no values, but they are not for our logs either.
        .disable_statement_logging();
    let pool = pool_options(options.max_connections, options).connect_with(connect).await?;
    Ok(Pool::Postgres(pool))
}

/// A database across a network is spoken to over TLS and must show whose it is, unless the URL says otherwise:
/// sqlx would fall back to plain text where the server offers nothing better.
fn safely(url: &str, connect: PgConnectOptions) -> PgConnectOptions {
    let here =
        connect.get_socket().is_some() || matches!(connect.get_host(), "localhost" | "127.0.0.1" | "::1" | "[::1]");
    if here || connect.get_host().starts_with('/') || url.contains("sslmode=") {
        return connect;
    }
    connect.ssl_mode(PgSslMode::VerifyFull)
}

async fn connect_sqlite(url: &str, options: &Options) -> Result<Pool, Error> {
    let connect = SqliteConnectOptions::from_str(url)
        .map_err(|error| Error::Other(Box::new(error)))?
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged sign-up or revocation outlives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // For other processes on the same file (`senid client create` while the server runs).
        .busy_timeout(options.acquire_timeout)
        // What is deleted is overwritten: a withdrawn consent leaves no trace in a free page.
        .pragma("secure_delete", "ON")
        .disable_statement_logging();
    create_for_owner_alone(connect.get_filename())?;
    // The writer first: it puts the file into WAL mode.
    let writer = pool_options(1, options).connect_with(connect.clone()).await?;
    let readers = pool_options(SQLITE_READERS, options).connect_with(connect.pragma("query_only", "ON")).await?;
    Ok(Pool::Sqlite { readers, writer })
}

/// What SQLite puts beside the file (`-wal`, `-shm`) gets the file's own mode.
fn create_for_owner_alone(path: &Path) -> Result<(), Error> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(Error::Unavailable(Box::new(error))),
        _ => Ok(()),
    }
}

fn pool_options<DB: Database>(max_connections: u32, options: &Options) -> PoolOptions<DB> {
    PoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(options.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection: &mut DB::Connection, known: PoolConnectionMetadata| {
            Box::pin(async move {
                if known.idle_for > TRUSTED_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> PgSslMode {
        safely(url, url.parse().unwrap()).get_ssl_mode()
    }

    #[test]
    fn a_database_across_a_network_must_show_whose_it_is() {
        assert!(matches!(mode("postgres://senid@db.example/senid"), PgSslMode::VerifyFull));
        assert!(matches!(mode("postgres://senid@localhost.example/senid"), PgSslMode::VerifyFull));
    }

    #[test]
    fn what_the_url_says_and_what_stays_on_this_machine_is_left_as_it_is() {
        assert!(matches!(mode("postgres://senid@db.example/senid?sslmode=require"), PgSslMode::Require));
        assert!(matches!(mode("postgres://senid@127.0.0.1/senid"), PgSslMode::Prefer));
    }
}
