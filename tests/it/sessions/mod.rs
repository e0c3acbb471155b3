//! The short-lived store: one contract for both backends, and what only Redis can do wrong.

mod contract;
mod redis_outage;
mod redis_reign;
mod redis_sentinel;
mod redis_tls;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use senid::crypto::random::SystemRandom;
use senid::domain::secret::SecretString;
use senid::domain::time::{ManualClock, Timestamp};
use senid::sessions::{InProcess, Kind, Recovery, Redis, RedisSettings, Store, Tag};

const MINUTE: Duration = Duration::from_secs(60);
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// Outlives a change of epoch.
const SESSION: Kind<String> = Kind::surviving("session", 1);
/// Does not.
const CODE: Kind<String> = Kind::strict("code", 1);

fn tag(text: &str) -> Tag {
    Tag::text(text)
}

fn text(text: &str) -> String {
    text.to_owned()
}

/// An empty store and the clock that it goes by.
struct Empty {
    store: Store,
    clock: Arc<ManualClock>,
}

impl Empty {
    fn in_process() -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let store = Store::new(Arc::new(InProcess::new(clock.clone(), &SystemRandom::new())));
        Self { store, clock }
    }

    async fn redis() -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let settings = quick(&crate::support::Redis::start().database());
        let redis = Redis::open(settings, clock.clone(), Arc::new(NothingEnded)).unwrap();
        Self { store: Store::new(Arc::new(redis)), clock }
    }
}

/// Settings for `url` that notice and retry quickly, so that tests need not wait long.
fn quick(url: &str) -> RedisSettings {
    RedisSettings {
        // The tests share two cores with a compiler: slow is not broken.
        connect_timeout: Duration::from_secs(10),
        response_timeout: Duration::from_secs(10),
        watch_interval: Duration::from_millis(50),
        longest_pause: Duration::from_millis(100),
        ..RedisSettings::single(SecretString::new(url))
    }
}

/// For a store where nothing has ended that could come back.
#[derive(Debug)]
struct NothingEnded;

#[async_trait]
impl Recovery for NothingEnded {
    async fn reapply(&self, _: &Store) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Ok(())
    }
}

/// Asks until `holds` says yes: for what another process does in its own time.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let asked = async {
        while !holds().await {
            ticks.tick().await;
        }
    };
    assert!(tokio::time::timeout(MINUTE, asked).await.is_ok(), "not within a minute: {what}");
}

/// A second look at the server, past the store.
async fn raw(url: &str) -> redis::aio::MultiplexedConnection {
    redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap()
}
