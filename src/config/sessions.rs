//! `[sessions]`: the short-lived store.

use std::fmt;

use url::Url;

use super::database::without_password;
use super::reader::Reader;
use crate::domain::secret::SecretString;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sessions {
    pub url: SessionStoreUrl,
    /// Begins every key, so that two installations may share one Redis.
    pub key_prefix: String,
}

/// Where the short-lived records live. Redis URLs may carry passwords, and are as the `redis` crate reads them.
#[derive(Clone, PartialEq, Eq)]
pub enum SessionStoreUrl {
    /// In the process itself: for one server, and gone when it stops.
    Memory,
    /// One server: `redis://` or `rediss://`.
    Redis(SecretString),
    /// Some nodes of a cluster; it names the others.
    RedisCluster(Vec<SecretString>),
    RedisSentinel(Sentinel),
}

/// A primary that sentinels name: `redis+sentinel://[[user]:password@]host[:port],…/name[/database]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Sentinel {
    /// `host:port` of each sentinel.
    pub sentinels: Vec<String>,
    /// The name under which the sentinels watch the primary.
    pub name: String,
    pub database: u8,
    pub username: Option<String>,
    pub password: Option<SecretString>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { url: SessionStoreUrl::Memory, key_prefix: "senid:".to_owned() }
    }
}

impl Sessions {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let url = from.secret("sessions.url", SessionStoreUrl::parse, ToString::to_string);
        if url.is_none() && !from.is_set("sessions.url") && !from.is_set("sessions.url_file") {
            from.show("sessions.url", Some(toml::Value::String(default.url.to_string())));
        }
        let key_prefix = from.checked("sessions.key_prefix", default.key_prefix, |prefix: &String| {
            // Braces would be a cluster's hash tag and put every key on one node.
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
            if prefix.len() <= 32 && prefix.bytes().all(plain) {
                Ok(())
            } else {
                Err("at most 32 characters of A-Z a-z 0-9 - _ . :".to_owned())
            }
        });
        Self { url: url.unwrap_or(default.url), key_prefix }
    }
}

impl SessionStoreUrl {
    /// Reads `memory`, one Redis URL, several with commas between them (a cluster), or a sentinel URL.
    ///
    /// # Errors
    /// What is expected instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "memory" {
            return Ok(Self::Memory);
        }
        if text.starts_with("redis+sentinel://") {
            return Sentinel::parse(text).map(Self::RedisSentinel).ok_or_else(|| {
                "redis+sentinel://[[user]:password@]host[:port],host[:port]/name[/database]".to_owned()
            });
        }
        let nodes: Vec<&str> = text.split(',').map(str::trim).collect();
        if !nodes.iter().all(|node| is_redis(node)) {
            return Err("memory, redis://host:6379/0, rediss://…, redis+sentinel://…, or a cluster's nodes \
                        with commas between them"
                .to_owned());
        }
        Ok(match nodes.as_slice() {
            [one] => Self::Redis(SecretString::new(*one)),
            many => Self::RedisCluster(many.iter().map(|node| SecretString::new(*node)).collect()),
        })
    }
}

fn is_redis(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "redis" | "rediss") && url.has_host())
}

impl Sentinel {
    fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("redis+sentinel://")?;
        let (authority, path) = rest.split_once('/')?;
        let (account, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        // Each host is read as a URL of its own, so that ports and IPv6 addresses are the `url` crate's business.
        let read = |host: &str| Url::parse(&format!("redis://{account}@{host}")).ok().filter(Url::has_host);
        let mut sentinels = Vec::new();
        for host in hosts.split(',') {
            let url = read(host)?;
            sentinels.push(format!("{}:{}", url.host_str()?, url.port().unwrap_or(26379)));
        }
        let first = read(hosts.split(',').next()?)?;
        let (name, database) = path.split_once('/').unwrap_or((path, "0"));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if name.is_empty() || !name.bytes().all(plain) {
            return None;
        }
        Some(Self {
            sentinels,
            name: name.to_owned(),
            database: database.parse().ok()?,
            username: Some(decoded(first.username())?).filter(|name| !name.is_empty()),
            password: match first.password() {
                Some(password) => Some(SecretString::new(decoded(password)?)),
                None => None,
            },
        })
    }
}

impl Sentinel {
    /// How the primary is opened, once the sentinels have named it: credentials and database, and a host that is not used.
    pub fn primary_url(&self) -> SecretString {
        let encode =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        let account = match (&self.username, &self.password) {
            (None, None) => String::new(),
            (user, password) => {
                let user = user.as_deref().map(encode).unwrap_or_default();
                let password = password.as_ref().map(|password| encode(password.expose())).unwrap_or_default();
                format!("{user}:{password}@")
            }
        };
        SecretString::new(format!("redis://{account}primary/{}", self.database))
    }
}

/// Takes percent-encoding out (RFC 3986 §2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Display for SessionStoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory"),
            Self::Redis(url) => f.write_str(&without_password(url.expose())),
            Self::RedisCluster(nodes) => {
                let nodes: Vec<String> = nodes.iter().map(|node| without_password(node.expose())).collect();
                f.write_str(&nodes.join(","))
            }
            Self::RedisSentinel(sentinel) => {
                let user = sentinel.username.as_deref().unwrap_or_default();
                let account = if sentinel.password.is_some() { format!("{user}:hidden@") } else { String::new() };
                write!(
                    f,
                    "redis+sentinel://{account}{}/{}/{}",
                    sentinel.sentinels.join(","),
                    sentinel.name,
                    sentinel.database
                )
            }
        }
    }
}

impl fmt::Debug for SessionStoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
