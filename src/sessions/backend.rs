//! What a short-lived store must be able to do, over bytes.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use super::key::RawKey;
use crate::domain::time::Timestamp;

/// How an attempt to be the first ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Claim {
    /// Nothing stood there: the caller is the first, and the only one.
    Won,
    /// Someone was here before.
    Taken,
}

/// Why the store did not answer. None of these means that a record is absent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing can be said about any record now: answer 503 and let nothing through.
    #[error("the short-lived store is unavailable: {0}")]
    Unavailable(String),
    #[error("a {kind} record of {bytes} bytes is larger than the short-lived store takes")]
    TooLarge { kind: &'static str, bytes: usize },
    #[error("a {kind} record cannot be encoded")]
    Unencodable { kind: &'static str },
}

/// One write of a step, as a pipeline carries it.
#[derive(Clone, Debug)]
pub enum Write {
    Put { key: RawKey, body: Vec<u8>, ttl: Duration },
    Delete { key: RawKey },
    Insert { key: RawKey, member: Vec<u8>, ttl: Duration },
    Remove { key: RawKey, member: Vec<u8> },
}

/// A short-lived store over bytes. [`super::Store`] is the typed door to it.
///
/// Every verb is atomic on its one key. A record is absent once it has expired by our clock, or when
/// it is of another epoch and its kind does not outlive one.
#[async_trait]
pub trait Backend: Send + Sync + fmt::Debug {
    async fn put(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<(), Error>;

    async fn get(&self, key: &RawKey) -> Result<Option<Vec<u8>>, Error>;

    /// Reads several keys in one round trip, each by itself.
    async fn get_many(&self, keys: &[&RawKey]) -> Result<Vec<Option<Vec<u8>>>, Error>;

    /// Reads and deletes: of many callers one gets the record.
    async fn take(&self, key: &RawKey) -> Result<Option<Vec<u8>>, Error>;

    /// Replaces what stands there and returns it; leaves an absent record absent.
    async fn swap(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<Option<Vec<u8>>, Error>;

    /// Writes only if nothing stands there. A record of another epoch, or one that cannot be read,
    /// still stands: a replay mark does its duty until it expires.
    async fn claim(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<Claim, Error>;

    async fn delete(&self, key: &RawKey) -> Result<(), Error>;

    /// Adds one to this `window`'s counter and returns the sum.
    async fn count(&self, key: &RawKey, window: Duration) -> Result<u64, Error>;

    /// Takes one off this `window`'s counter, which never falls below zero.
    async fn discount(&self, key: &RawKey, window: Duration) -> Result<(), Error>;

    /// This `window`'s counter as it stands.
    async fn peek_count(&self, key: &RawKey, window: Duration) -> Result<u64, Error>;

    /// Sets this `window`'s counter back to zero.
    async fn reset_count(&self, key: &RawKey, window: Duration) -> Result<(), Error>;

    /// Adds a member, or prolongs it; an earlier, longer time to live stays.
    async fn insert(&self, key: &RawKey, member: &[u8], ttl: Duration) -> Result<(), Error>;

    async fn remove(&self, key: &RawKey, member: &[u8]) -> Result<(), Error>;

    /// At most `limit` members that have not expired.
    async fn members(&self, key: &RawKey, limit: usize) -> Result<Vec<Vec<u8>>, Error>;

    /// Sends the writes in one round trip, in their order. Each is atomic by itself, all together
    /// are not: after an error some may have happened. Every write may be repeated.
    async fn apply(&self, writes: &[Write]) -> Result<(), Error>;

    /// Whether the verbs would be served now, or why not.
    async fn health(&self) -> Result<(), Error>;
}

/// The counter's key in the window that `now` falls in: windows are counted from the Unix epoch.
pub(super) fn in_window(key: &RawKey, window: Duration, now: Timestamp) -> (String, Timestamp) {
    let length = i64::try_from(window.as_micros()).unwrap_or(i64::MAX).max(1);
    let number = now.micros().div_euclid(length);
    let end = Timestamp::from_micros(number.saturating_add(1).saturating_mul(length));
    (format!("{}:{number}", key.text), end)
}
