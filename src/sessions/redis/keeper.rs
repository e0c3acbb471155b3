//! Keeps one trusted link: connects, identifies the reign, recovers, watches, and begins again.
//!
//! All attempts are made here, one after the other, so an outage never becomes a storm of them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, InfoDict};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::link::Link;
use super::settings::{InvalidSettings, RedisSettings, Source};
use super::{Recovery, Store};
use crate::crypto::hash::sha256;
use crate::domain::time::Clock;
use crate::sessions::backend::Error;
use crate::sessions::record::Epoch;

/// What a verb finds.
#[derive(Clone)]
pub(super) enum State {
    /// A link is being opened, and the last one is broken or there was none.
    Opening,
    Up(Arc<Link>),
    /// The last attempt failed; the next one follows by itself.
    Down(Arc<str>),
}

impl State {
    /// Whether a verb has its answer, be it a refusal, without waiting.
    pub(super) fn is_settled(&self) -> bool {
        match self {
            Self::Opening => false,
            Self::Up(link) => !link.is_broken(),
            Self::Down(_) => true,
        }
    }

    pub(super) fn link(self) -> Result<Arc<Link>, Error> {
        match self {
            Self::Up(link) => Ok(link),
            Self::Opening => Err(Error::Unavailable("Redis is still being connected to".into())),
            Self::Down(reason) => Err(Error::Unavailable(reason.to_string())),
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Opening => f.write_str("opening"),
            Self::Up(_) => f.write_str("up"),
            Self::Down(reason) => write!(f, "down: {reason}"),
        }
    }
}

pub(super) struct Keeper {
    settings: RedisSettings,
    source: Source,
    clock: Arc<dyn Clock>,
    recovery: Arc<dyn Recovery>,
    publish: watch::Sender<State>,
    /// The reign whose data have been recovered.
    trusted: Option<Reign>,
}

impl Keeper {
    const SHORTEST_PAUSE: Duration = Duration::from_millis(25);

    pub(super) fn new(
        settings: RedisSettings,
        clock: Arc<dyn Clock>,
        recovery: Arc<dyn Recovery>,
        publish: watch::Sender<State>,
    ) -> Result<Self, InvalidSettings> {
        let source = settings.source()?;
        Ok(Self { settings, source, clock, recovery, publish, trusted: None })
    }

    pub(super) async fn keep(mut self) {
        let mut pause = Self::SHORTEST_PAUSE;
        loop {
            match self.open().await {
                Ok((link, reign)) => {
                    tracing::info!(epoch = link.epoch(), "Redis is trusted");
                    self.publish.send_replace(State::Up(Arc::clone(&link)));
                    pause = Self::SHORTEST_PAUSE;
                    let reason = self.watch(&link, &reign).await;
                    tracing::warn!(reason, "the connection to Redis is given up");
                    self.publish.send_replace(State::Opening);
                }
                Err(reason) => {
                    tracing::warn!(reason, "Redis is not available");
                    self.publish.send_replace(State::Down(reason.into()));
                    pause = (pause * 2).min(self.settings.longest_pause);
                }
            }
            // Ends the pause, and the keeper, when the store is dropped.
            if timeout(pause, self.publish.closed()).await.is_ok() {
                return;
            }
        }
    }

    async fn open(&mut self) -> Result<(Arc<Link>, Reign), String> {
        let mut connection = timeout(self.settings.connect_timeout, self.connect())
            .await
            .map_err(|_| "no connection within the time allowed".to_owned())?
            .map_err(|error| error.to_string())?;
        let reign = Reign::of(&mut connection).await?;
        refuse_eviction(&mut connection).await?;

        let link = Arc::new(Link::new(connection, &self.settings.prefix, reign.epoch(), Arc::clone(&self.clock)));
        if self.trusted.as_ref() != Some(&reign) {
            let raw = Store::new(Arc::clone(&link) as _);
            self.recovery.reapply(&raw).await.map_err(|error| format!("recovery failed: {error}"))?;
            self.trusted = Some(reign.clone());
        }
        Ok((link, reign))
    }

    async fn connect(&mut self) -> redis::RedisResult<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.settings.connect_timeout))
            .set_response_timeout(Some(self.settings.response_timeout));
        self.source.primary().await?.get_multiplexed_async_connection_with_config(&config).await
    }

    /// Returns, with the reason, once `link` must no longer be used.
    async fn watch(&self, link: &Link, reign: &Reign) -> String {
        let mut ticks = interval(self.settings.watch_interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first tick comes at once, and that look has just been taken.
        ticks.tick().await;
        loop {
            tokio::select! {
                () = link.broken() => return "a command failed".into(),
                _ = ticks.tick() => match Reign::of(&mut link.connection()).await {
                    Ok(now) if now == *reign => {}
                    Ok(_) => return "another reign has begun".into(),
                    Err(reason) => return reason,
                },
            }
        }
    }
}

/// One primary's time in office. A restart gives another run id; a promotion gives another
/// replication id, even to a server that was primary before and has lost writes in between.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reign {
    run_id: String,
    replication_id: String,
}

impl Reign {
    const OLDEST_MAJOR: u32 = 7;

    async fn of(connection: &mut MultiplexedConnection) -> Result<Self, String> {
        let mut pipeline = redis::pipe();
        pipeline.cmd("INFO").arg("server").cmd("INFO").arg("replication");
        let (server, replication): (InfoDict, InfoDict) =
            pipeline.query_async(connection).await.map_err(|error| error.to_string())?;
        let text = |info: &InfoDict, name: &str| {
            info.get::<String>(name).ok_or_else(|| format!("Redis does not tell its {name}"))
        };
        let version = text(&server, "redis_version")?;
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major.is_none_or(|major| major < Self::OLDEST_MAJOR) {
            return Err(format!("Redis {version} is too old: {} or later is needed", Self::OLDEST_MAJOR));
        }
        let role = text(&replication, "role")?;
        if role != "master" {
            return Err(format!("this Redis is not a primary: its role is {role}"));
        }
        Ok(Self { run_id: text(&server, "run_id")?, replication_id: text(&replication, "master_replid")? })
    }

    fn epoch(&self) -> Epoch {
        let digest = sha256(format!("{} {}", self.run_id, self.replication_id).as_bytes());
        Epoch::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])
    }
}

/// A Redis that evicts would forget a replay mark or a spent code when its memory is full.
async fn refuse_eviction(connection: &mut MultiplexedConnection) -> Result<(), String> {
    let answer: redis::RedisResult<Vec<(String, String)>> =
        redis::cmd("CONFIG").arg("GET").arg("maxmemory*").query_async(connection).await;
    let settings = match answer {
        Ok(settings) => settings,
        Err(error) if matches!(error.kind(), redis::ErrorKind::Server(_)) => {
            // Hosted servers often forbid CONFIG; then it is the operator who answers for it.
            tracing::warn!(%error, "Redis does not tell its maxmemory-policy: make sure that it is noeviction");
            return Ok(());
        }
        Err(error) => return Err(error.to_string()),
    };
    let setting = |name: &str| settings.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    match (setting("maxmemory"), setting("maxmemory-policy")) {
        ("0", _) | (_, "noeviction") => Ok(()),
        (_, policy) => Err(format!("Redis would evict records (maxmemory-policy {policy}): it must be noeviction")),
    }
}
