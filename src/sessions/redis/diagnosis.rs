//! How the Redis is set up, asked once over a connection of its own.

use redis::{AsyncConnectionConfig, InfoDict};

use super::settings::RedisSettings;

/// What a Redis says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedisFacts {
    pub version: String,
    /// `master` or `slave`.
    pub role: String,
    pub replicas: u64,
    /// In bytes.
    pub used_memory: u64,
    /// In bytes; 0 where there is no bound.
    pub max_memory: u64,
    /// `None` where it does not tell its settings.
    pub settings: Option<KnownSettings>,
}

/// Of `CONFIG GET`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownSettings {
    pub policy: String,
    pub append_only: bool,
    pub replicas_to_write: u64,
}

impl RedisFacts {
    /// Asks the primary that the settings lead to.
    ///
    /// # Errors
    /// A sentence without secrets: why nobody answers.
    pub async fn ask(settings: &RedisSettings) -> Result<Self, String> {
        let mut source = settings.source().map_err(|error| error.to_string())?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(settings.connect_timeout))
            .set_response_timeout(Some(settings.response_timeout));
        let connecting = async { source.primary().await?.get_multiplexed_async_connection_with_config(&config).await };
        let connected = tokio::time::timeout(settings.connect_timeout * 4, connecting).await;
        let mut connection = match connected {
            Err(_) => return Err("no connection within the time allowed".to_owned()),
            Ok(connected) => connected.map_err(|error| said(&error))?,
        };
        let info: InfoDict =
            redis::cmd("INFO").query_async(&mut connection).await.map_err(|error: redis::RedisError| said(&error))?;
        let text = |name: &str| info.get::<String>(name).unwrap_or_default();
        let number = |name: &str| info.get::<u64>(name).unwrap_or_default();
        let told: redis::RedisResult<Vec<(String, String)>> = redis::cmd("CONFIG")
            .arg("GET")
            .arg(&["maxmemory-policy", "appendonly", "min-replicas-to-write"][..])
            .query_async(&mut connection)
            .await;
        let settings = told.ok().filter(|told| !told.is_empty()).map(|told| {
            let setting = |name: &str| told.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
            KnownSettings {
                policy: setting("maxmemory-policy").to_owned(),
                append_only: setting("appendonly") == "yes",
                replicas_to_write: setting("min-replicas-to-write").parse().unwrap_or_default(),
            }
        });
        Ok(Self {
            version: text("redis_version"),
            role: text("role"),
            replicas: number("connected_slaves"),
            used_memory: number("used_memory"),
            max_memory: number("maxmemory"),
            settings,
        })
    }
}

/// The kind of failure alone: the library's words may quote an address with a password.
fn said(error: &redis::RedisError) -> String {
    match error.kind() {
        redis::ErrorKind::AuthenticationFailed => "it refuses the password, or the user".to_owned(),
        redis::ErrorKind::Io => "nobody answers there, or the connection broke off".to_owned(),
        _ => format!("it answers with {}", error.code().unwrap_or("an error")),
    }
}
