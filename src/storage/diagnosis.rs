//! How the database server is set up, as far as it matters to whoever relies on what it acknowledged.

use std::collections::BTreeMap;

use super::connection::{Backend, Read, Reading};
use super::error::Error;
use super::store::Store;
use crate::domain::time::Timestamp;

const SETTINGS: &str = "SELECT name, setting FROM pg_settings WHERE name = ANY($1)";
const NAMES: [&str; 8] = [
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "synchronous_standby_names",
    "max_connections",
    "superuser_reserved_connections",
    "default_transaction_isolation",
    "server_version",
];
const NOW: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
const IS_SUPERUSER: &str = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user";
/// Rows of the log are added, and never changed: whoever may do more may forge. `NULL` where there is no such table yet.
const MAY_FORGE: &str = "SELECT coalesce(has_table_privilege(to_regclass('audit_events')::oid, 'UPDATE')
    OR has_table_privilege(to_regclass('audit_events')::oid, 'DELETE')
    OR has_table_privilege(to_regclass('audit_events')::oid, 'TRUNCATE'), false)";
const IS_STANDBY: &str = "SELECT pg_is_in_recovery()";
/// Of this connection; a socket and this machine itself need no TLS.
const IS_PLAIN: &str =
    "SELECT coalesce(NOT s.ssl AND NOT (inet_server_addr() <<= '127.0.0.0/8' OR inet_server_addr() = '::1'), false)
    FROM pg_stat_ssl s WHERE s.pid = pg_backend_pid()";

/// What a Postgres says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseFacts {
    /// By their names, as `SHOW` has them for this role and database.
    pub settings: BTreeMap<String, String>,
    pub now: Timestamp,
    pub is_superuser: bool,
    /// Whether the role can change or remove what the audit log has.
    pub may_forge: bool,
    pub is_standby: bool,
    /// Whether this connection crosses a network in the clear.
    pub is_plain: bool,
}

impl DatabaseFacts {
    pub fn setting(&self, name: &str) -> &str {
        self.settings.get(name).map_or("", String::as_str)
    }
}

impl Store {
    /// What the database server says of itself; `None` for an embedded one.
    ///
    /// # Errors
    /// `Unavailable` where it does not answer.
    pub async fn diagnose(&self) -> Result<Option<DatabaseFacts>, Error> {
        let mut reading: Reading = self.read().await?;
        let Backend::Postgres(db) = reading.backend() else { return Ok(None) };
        let settings: Vec<(String, String)> =
            sqlx::query_as(SETTINGS).bind(&NAMES.map(str::to_owned)[..]).fetch_all(&mut *db).await?;
        let now: i64 = sqlx::query_scalar(NOW).fetch_one(&mut *db).await?;
        Ok(Some(DatabaseFacts {
            settings: settings.into_iter().collect(),
            now: Timestamp::from_micros(now),
            is_superuser: sqlx::query_scalar(IS_SUPERUSER).fetch_one(&mut *db).await?,
            may_forge: sqlx::query_scalar(MAY_FORGE).fetch_one(&mut *db).await?,
            is_standby: sqlx::query_scalar(IS_STANDBY).fetch_one(&mut *db).await?,
            is_plain: sqlx::query_scalar(IS_PLAIN).fetch_optional(&mut *db).await?.unwrap_or(false),
        }))
    }
}

/// Connections of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolLoad {
    pub open: u32,
    pub idle: u32,
    /// As many as it may ever hold.
    pub most: u32,
    /// Who waits for one.
    pub waiting: u32,
}

impl PoolLoad {
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            open: self.open + other.open,
            idle: self.idle + other.idle,
            most: self.most + other.most,
            waiting: self.waiting,
        }
    }
}
