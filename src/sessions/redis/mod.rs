//! The short-lived store on Redis 7 or later.
//!
//! One connection, shared and multiplexed. [`keeper`] opens it, proves that a primary stands behind
//! it and which reign this is, and has what ended [applied again](Recovery) before a reign is
//! trusted; [`link`] speaks the verbs over it. Until there is a trusted link every verb answers
//! [`Error::Unavailable`].
//!
//! A primary that is cut off from its replicas would go on serving until it is deposed: run it with
//! `min-replicas-to-write`, as `deploy/` does, so that it stops by itself.

mod diagnosis;
mod keeper;
mod link;
mod settings;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::diagnosis::{KnownSettings, RedisFacts};
use self::keeper::{Keeper, State};
use self::link::Link;
pub use self::settings::{InvalidSettings, RedisSettings, Topology};
use super::backend::{Backend, Claim, Error, Write};
use super::key::RawKey;
use super::store::Store;
use crate::domain::time::Clock;

/// Applies again what must stay ended, when a reign begins that may have forgotten it.
#[async_trait]
pub trait Recovery: Send + Sync + fmt::Debug {
    /// Deletes from `store` every session that SQL says has ended. The store answers nobody else
    /// until this has succeeded; a failure is retried. Called at start and after every failover or
    /// restart of Redis.
    async fn reapply(&self, store: &Store) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

/// A short-lived store on Redis. Dropping it closes its connection.
pub struct Redis {
    state: watch::Receiver<State>,
    patience: Duration,
    keeper: JoinHandle<()>,
}

impl Redis {
    /// Begins to connect, and goes on until this is dropped; [`health`](Backend::health) says how far
    /// it is. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If the settings cannot be used. A Redis that is away is not an error: it may come.
    pub fn open(
        settings: RedisSettings,
        clock: Arc<dyn Clock>,
        recovery: Arc<dyn Recovery>,
    ) -> Result<Self, InvalidSettings> {
        // Long enough for one attempt to succeed, so that a restart of Redis costs a request a moment, not its answer.
        let patience = settings.connect_timeout + settings.response_timeout * 2;
        let (publish, state) = watch::channel(State::Opening);
        let keeper = tokio::spawn(Keeper::new(settings, clock, recovery, publish)?.keep());
        Ok(Self { state, patience, keeper })
    }

    /// The trusted link; where one is just being opened, after a short wait for it.
    async fn link(&self) -> Result<Arc<Link>, Error> {
        let state = self.state.borrow().clone();
        if state.is_settled() {
            return state.link();
        }
        let mut state = self.state.clone();
        let settled = tokio::time::timeout(self.patience, state.wait_for(State::is_settled)).await;
        match settled {
            Ok(Ok(state)) => state.clone().link(),
            Ok(Err(_)) => Err(Error::Unavailable("the keeper of the connection has ended".into())),
            Err(_) => State::Opening.link(),
        }
    }
}

#[async_trait]
impl Backend for Redis {
    async fn put(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<(), Error> {
        self.link().await?.put(key, body, ttl).await
    }

    async fn get(&self, key: &RawKey) -> Result<Option<Vec<u8>>, Error> {
        self.link().await?.get(key).await
    }

    async fn get_many(&self, keys: &[&RawKey]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        self.link().await?.get_many(keys).await
    }

    async fn take(&self, key: &RawKey) -> Result<Option<Vec<u8>>, Error> {
        self.link().await?.take(key).await
    }

    async fn swap(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<Option<Vec<u8>>, Error> {
        self.link().await?.swap(key, body, ttl).await
    }

    async fn claim(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<Claim, Error> {
        self.link().await?.claim(key, body, ttl).await
    }

    async fn delete(&self, key: &RawKey) -> Result<(), Error> {
        self.link().await?.delete(key).await
    }

    async fn count(&self, key: &RawKey, window: Duration) -> Result<u64, Error> {
        self.link().await?.count(key, window).await
    }

    async fn discount(&self, key: &RawKey, window: Duration) -> Result<(), Error> {
        self.link().await?.discount(key, window).await
    }

    async fn peek_count(&self, key: &RawKey, window: Duration) -> Result<u64, Error> {
        self.link().await?.peek_count(key, window).await
    }

    async fn reset_count(&self, key: &RawKey, window: Duration) -> Result<(), Error> {
        self.link().await?.reset_count(key, window).await
    }

    async fn insert(&self, key: &RawKey, member: &[u8], ttl: Duration) -> Result<(), Error> {
        self.link().await?.insert(key, member, ttl).await
    }

    async fn remove(&self, key: &RawKey, member: &[u8]) -> Result<(), Error> {
        self.link().await?.remove(key, member).await
    }

    async fn members(&self, key: &RawKey, limit: usize) -> Result<Vec<Vec<u8>>, Error> {
        self.link().await?.members(key, limit).await
    }

    async fn apply(&self, writes: &[Write]) -> Result<(), Error> {
        self.link().await?.apply(writes).await
    }

    async fn health(&self) -> Result<(), Error> {
        self.link().await?.health().await
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("state", &*self.state.borrow()).finish_non_exhaustive()
    }
}
