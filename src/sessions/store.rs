//! The typed door to the short-lived store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::backend::{Backend, Claim, Error, Write};
use super::key::{CounterKey, Key, RawKey, SetKey};
use super::record::{decode, encode};

/// The short-lived store, as flows hold it. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Store {
    backend: Arc<dyn Backend>,
    unreadable: Arc<AtomicU64>,
}

/// A span of one call: its verb and the kind of the record, never the key.
macro_rules! call {
    ($verb:literal, $kind:expr) => {
        tracing::trace_span!(target: "senid::calls", "short-lived store", verb = $verb, kind = $kind)
    };
}

impl Store {
    /// How many members [`members`](Self::members) returns at most.
    pub const MEMBERS_AT_ONCE: usize = 1000;

    pub fn new(backend: Arc<dyn Backend>) -> Self {
        Self { backend, unreadable: Arc::default() }
    }

    /// Writes `record`, whatever stood there; it expires after `ttl`.
    pub async fn put<T: Serialize>(&self, key: &Key<T>, record: &T, ttl: Duration) -> Result<(), Error> {
        let _call = call!("put", key.raw.kind());
        self.backend.put(&key.raw, &encode(&key.raw, key.version, record)?, ttl).await
    }

    pub async fn get<T: DeserializeOwned>(&self, key: &Key<T>) -> Result<Option<T>, Error> {
        let _call = call!("get", key.raw.kind());
        Ok(self.read(key, self.backend.get(&key.raw).await?))
    }

    /// Reads several records in one round trip; the answers stand in the order of `keys`.
    pub async fn get_many<T: DeserializeOwned>(&self, keys: &[Key<T>]) -> Result<Vec<Option<T>>, Error> {
        let _call = call!("get_many", keys.first().map_or("none", |key| key.raw.kind()));
        let raw: Vec<&RawKey> = keys.iter().map(|key| &key.raw).collect();
        let bodies = self.backend.get_many(&raw).await?;
        Ok(keys.iter().zip(bodies).map(|(key, body)| self.read(key, body)).collect())
    }

    /// Reads two records of different kinds in one round trip.
    pub async fn get_both<A, B>(&self, one: &Key<A>, other: &Key<B>) -> Result<(Option<A>, Option<B>), Error>
    where
        A: DeserializeOwned,
        B: DeserializeOwned,
    {
        let _call = call!("get_many", one.raw.kind());
        let mut bodies = self.backend.get_many(&[&one.raw, &other.raw]).await?.into_iter();
        Ok((self.read(one, bodies.next().flatten()), self.read(other, bodies.next().flatten())))
    }

    /// Reads and deletes. Of many callers one gets the record.
    pub async fn take<T: DeserializeOwned>(&self, key: &Key<T>) -> Result<Option<T>, Error> {
        let _call = call!("take", key.raw.kind());
        Ok(self.read(key, self.backend.take(&key.raw).await?))
    }

    /// Replaces what stands there and returns it; an absent record stays absent. Of many callers one
    /// gets the first record, the others get what an earlier caller put in its place.
    pub async fn swap<T>(&self, key: &Key<T>, record: &T, ttl: Duration) -> Result<Option<T>, Error>
    where
        T: Serialize + DeserializeOwned,
    {
        let _call = call!("swap", key.raw.kind());
        let body = encode(&key.raw, key.version, record)?;
        Ok(self.read(key, self.backend.swap(&key.raw, &body, ttl).await?))
    }

    /// Writes `record` only if nothing stands there. Of many callers one wins.
    pub async fn claim<T: Serialize>(&self, key: &Key<T>, record: &T, ttl: Duration) -> Result<Claim, Error> {
        let _call = call!("claim", key.raw.kind());
        self.backend.claim(&key.raw, &encode(&key.raw, key.version, record)?, ttl).await
    }

    pub async fn delete<T>(&self, key: &Key<T>) -> Result<(), Error> {
        let _call = call!("delete", key.raw.kind());
        self.backend.delete(&key.raw).await
    }

    /// Adds one to the counter of the present `window` and returns the sum. Windows follow each
    /// other from the Unix epoch on: a burst across a border counts in two.
    pub async fn count(&self, key: &CounterKey, window: Duration) -> Result<u64, Error> {
        let _call = call!("count", key.raw.kind());
        self.backend.count(&key.raw, window).await
    }

    /// Takes one off the counter of the present `window`: what was counted turned out not to count.
    pub async fn discount(&self, key: &CounterKey, window: Duration) -> Result<(), Error> {
        let _call = call!("discount", key.raw.kind());
        self.backend.discount(&key.raw, window).await
    }

    /// The counter of the present `window` as it stands.
    pub async fn peek_count(&self, key: &CounterKey, window: Duration) -> Result<u64, Error> {
        let _call = call!("peek_count", key.raw.kind());
        self.backend.peek_count(&key.raw, window).await
    }

    /// Sets the counter of the present `window` back to zero.
    pub async fn reset_count(&self, key: &CounterKey, window: Duration) -> Result<(), Error> {
        let _call = call!("reset_count", key.raw.kind());
        self.backend.reset_count(&key.raw, window).await
    }

    /// Adds `member` for `ttl`; a member that is there already is prolonged, never shortened.
    pub async fn insert<M: Serialize>(&self, key: &SetKey<M>, member: &M, ttl: Duration) -> Result<(), Error> {
        let _call = call!("insert", key.raw.kind());
        self.backend.insert(&key.raw, &encode(&key.raw, key.version, member)?, ttl).await
    }

    pub async fn remove<M: Serialize>(&self, key: &SetKey<M>, member: &M) -> Result<(), Error> {
        let _call = call!("remove", key.raw.kind());
        self.backend.remove(&key.raw, &encode(&key.raw, key.version, member)?).await
    }

    /// The members, at most [`MEMBERS_AT_ONCE`](Self::MEMBERS_AT_ONCE) of them, soonest to expire
    /// first. Who must reach all of them removes those that are dealt with and asks again.
    pub async fn members<M: DeserializeOwned>(&self, key: &SetKey<M>) -> Result<Vec<M>, Error> {
        let _call = call!("members", key.raw.kind());
        let members = self.backend.members(&key.raw, Self::MEMBERS_AT_ONCE).await?;
        Ok(members.iter().filter_map(|body| self.decode_or_count(&key.raw, key.version, body)).collect())
    }

    pub async fn delete_set<M>(&self, key: &SetKey<M>) -> Result<(), Error> {
        let _call = call!("delete_set", key.raw.kind());
        self.backend.delete(&key.raw).await
    }

    /// Sends a step's writes in one round trip, in their order. Each is atomic by itself, all
    /// together are not: after an error some may have happened, and the batch may be sent again.
    pub async fn apply(&self, batch: Batch) -> Result<(), Error> {
        let _call = call!("apply", "batch");
        if batch.writes.is_empty() {
            return Ok(());
        }
        self.backend.apply(&batch.writes).await
    }

    /// Whether the store would answer now, or why not.
    pub async fn health(&self) -> Result<(), Error> {
        self.backend.health().await
    }

    /// How many records were treated as absent because they could not be read.
    pub fn unreadable_records(&self) -> u64 {
        self.unreadable.load(Ordering::Relaxed)
    }

    fn read<T: DeserializeOwned>(&self, key: &Key<T>, body: Option<Vec<u8>>) -> Option<T> {
        self.decode_or_count(&key.raw, key.version, &body?)
    }

    fn decode_or_count<T: DeserializeOwned>(&self, key: &RawKey, version: u8, body: &[u8]) -> Option<T> {
        let record = decode(version, body);
        if record.is_none() {
            let seen = self.unreadable.fetch_add(1, Ordering::Relaxed) + 1;
            // After a change of encoding there may be millions: the log gets a handful.
            if seen.is_power_of_two() {
                tracing::warn!(kind = key.kind(), seen, "unreadable records in the short-lived store");
            }
        }
        record
    }
}

/// The writes of one step, for [`Store::apply`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Batch {
    writes: Vec<Write>,
}

impl Batch {
    pub fn new() -> Self {
        Self::default()
    }

    /// # Errors
    /// If `record` is too large or cannot be encoded; so for [`insert`](Self::insert) and [`remove`](Self::remove).
    pub fn put<T: Serialize>(mut self, key: &Key<T>, record: &T, ttl: Duration) -> Result<Self, Error> {
        let body = encode(&key.raw, key.version, record)?;
        self.writes.push(Write::Put { key: key.raw.clone(), body, ttl });
        Ok(self)
    }

    pub fn delete<T>(mut self, key: &Key<T>) -> Self {
        self.writes.push(Write::Delete { key: key.raw.clone() });
        self
    }

    pub fn insert<M: Serialize>(mut self, key: &SetKey<M>, member: &M, ttl: Duration) -> Result<Self, Error> {
        let member = encode(&key.raw, key.version, member)?;
        self.writes.push(Write::Insert { key: key.raw.clone(), member, ttl });
        Ok(self)
    }

    pub fn remove<M: Serialize>(mut self, key: &SetKey<M>, member: &M) -> Result<Self, Error> {
        let member = encode(&key.raw, key.version, member)?;
        self.writes.push(Write::Remove { key: key.raw.clone(), member });
        Ok(self)
    }

    pub fn delete_set<M>(mut self, key: &SetKey<M>) -> Self {
        self.writes.push(Write::Delete { key: key.raw.clone() });
        self
    }
}
