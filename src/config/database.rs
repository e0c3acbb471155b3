//! `[database]`: the identity store.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

use super::reader::Reader;
use crate::domain::secret::SecretString;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    pub url: DatabaseUrl,
    pub max_connections: u32,
    /// How long one statement may take.
    pub statement_timeout: Duration,
    /// How long a request waits for a free connection.
    pub acquire_timeout: Duration,
}

#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The whole URL, as sqlx reads it: it may carry a password.
    Postgres(SecretString),
    /// The embedded database's file.
    Sqlite(PathBuf),
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: DatabaseUrl::Sqlite("senid.db".into()),
            max_connections: 10,
            statement_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(2),
        }
    }
}

impl Database {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let url = from.secret("database.url", DatabaseUrl::parse, ToString::to_string);
        if url.is_none() && !from.is_set("database.url") && !from.is_set("database.url_file") {
            from.show("database.url", Some(toml::Value::String(default.url.to_string())));
        }
        Self {
            url: url.unwrap_or(default.url),
            max_connections: from.within("database.max_connections", default.max_connections, 1..=1000),
            statement_timeout: from.within(
                "database.statement_timeout",
                default.statement_timeout,
                Duration::from_millis(100)..=Duration::from_secs(60),
            ),
            acquire_timeout: from.within(
                "database.acquire_timeout",
                default.acquire_timeout,
                Duration::from_millis(100)..=Duration::from_secs(30),
            ),
        }
    }
}

impl DatabaseUrl {
    /// Reads `postgres://…`, `postgresql://…` or `sqlite:path`.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(rest) = text.strip_prefix("sqlite:") {
            return sqlite(rest);
        }
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => {
                // sqlx fills in what is missing; a database without a name would be the user's own.
                if url.path().len() > 1 {
                    Ok(Self::Postgres(SecretString::new(text)))
                } else {
                    Err("the database's name at the end: postgres://user@host/name".to_owned())
                }
            }
            _ => Err("postgres://user:password@host/name or sqlite:path".to_owned()),
        }
    }
}

fn sqlite(rest: &str) -> Result<DatabaseUrl, String> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.contains([':', '?', '\0']) {
        // `:memory:` would be another empty database for every connection of the pool.
        return Err("sqlite: and the path of a file, without options".to_owned());
    }
    Ok(DatabaseUrl::Sqlite(path.into()))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres(url) => f.write_str(&without_password(url.expose())),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The URL with its password hidden, and its query too: a password may stand there as well.
pub(super) fn without_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return "[secret]".to_owned() };
    if url.password().is_some() && url.set_password(Some("hidden")).is_err() {
        return "[secret]".to_owned();
    }
    if url.query().is_some() {
        url.set_query(Some("hidden"));
    }
    url.into()
}
