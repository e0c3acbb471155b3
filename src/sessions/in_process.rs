//! The embedded store: sharded maps in this process, gone with it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::backend::{Backend, Claim, Error, Write, in_window};
use super::key::RawKey;
use super::record::{Epoch, open, stamp};
use crate::domain::random::Random;
use crate::domain::time::{Clock, Timestamp};

const SHARDS: usize = 64;

/// A short-lived store in this process's memory, for the embedded mode.
pub struct InProcess {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    clock: Arc<dyn Clock>,
    epoch: Epoch,
}

impl InProcess {
    /// Entries that are held at most, members of sets included; each whole KiB of a record counts as one more.
    pub const CAPACITY: usize = 1 << 20;

    pub fn new(clock: Arc<dyn Clock>, random: &dyn Random) -> Self {
        Self::with_capacity(Self::CAPACITY, clock, random)
    }

    /// A store of about `capacity` entries. A full one refuses to grow: to evict a replay mark would let a replay through.
    pub fn with_capacity(capacity: usize, clock: Arc<dyn Clock>, random: &dyn Random) -> Self {
        let bound = capacity.div_ceil(SHARDS);
        let shards = (0..SHARDS).map(|_| Mutex::new(Shard::new(bound))).collect();
        Self { shards, hasher: RandomState::new(), clock, epoch: Epoch::from_le_bytes(random.bytes()) }
    }

    /// Shows `visit` what stands under `key` and still lives.
    fn look<R>(&self, key: &str, visit: impl FnOnce(Option<&Entry>, Timestamp) -> R) -> R {
        let now = self.clock.now();
        self.shard(key, |shard| visit(shard.entries.get(key).filter(|entry| entry.lives(now)), now))
    }

    /// Runs `change` on what stands under `key` and still lives.
    fn at<R>(&self, key: &str, change: impl FnOnce(&mut Option<Entry>, Timestamp) -> R) -> R {
        let now = self.clock.now();
        self.shard(key, |shard| shard.change(key, now, change))
    }

    /// The same where `change` may add an entry.
    fn grow<R>(&self, key: &str, change: impl FnOnce(&mut Option<Entry>, Timestamp) -> R) -> Result<R, Error> {
        let now = self.clock.now();
        self.shard(key, |shard| {
            shard.make_room(now)?;
            Ok(shard.change(key, now, change))
        })
    }

    fn shard<R>(&self, key: &str, visit: impl FnOnce(&mut Shard) -> R) -> R {
        let index = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or(0);
        // A panic under the lock leaves a map that is still whole: every change is one step.
        let mut shard = self.shards[index].lock().unwrap_or_else(PoisonError::into_inner);
        visit(&mut shard)
    }

    fn record(&self, body: &[u8], expires_at: Timestamp) -> Entry {
        Entry::Record { value: stamp(self.epoch, expires_at, body), expires_at }
    }

    fn body(&self, key: &RawKey, entry: Option<&Entry>, now: Timestamp) -> Option<Vec<u8>> {
        let Some(Entry::Record { value, .. }) = entry else { return None };
        open(value, key.epoch, self.epoch, now).body()
    }
}

#[async_trait]
impl Backend for InProcess {
    async fn put(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<(), Error> {
        self.grow(&key.text, |entry, now| *entry = Some(self.record(body, now + ttl)))
    }

    async fn get(&self, key: &RawKey) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.look(&key.text, |entry, now| self.body(key, entry, now)))
    }

    async fn get_many(&self, keys: &[&RawKey]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        Ok(keys.iter().map(|key| self.look(&key.text, |entry, now| self.body(key, entry, now))).collect())
    }

    async fn take(&self, key: &RawKey) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.at(&key.text, |entry, now| self.body(key, entry.take().as_ref(), now)))
    }

    async fn swap(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<Option<Vec<u8>>, Error> {
        Ok(self.at(&key.text, |entry, now| {
            let before = entry.take()?;
            *entry = Some(self.record(body, now + ttl));
            self.body(key, Some(&before), now)
        }))
    }

    async fn claim(&self, key: &RawKey, body: &[u8], ttl: Duration) -> Result<Claim, Error> {
        self.grow(&key.text, |entry, now| {
            if entry.is_some() {
                return Claim::Taken;
            }
            *entry = Some(self.record(body, now + ttl));
            Claim::Won
        })
    }

    async fn delete(&self, key: &RawKey) -> Result<(), Error> {
        self.at(&key.text, |entry, _| *entry = None);
        Ok(())
    }

    async fn count(&self, key: &RawKey, window: Duration) -> Result<u64, Error> {
        let (key, expires_at) = in_window(key, window, self.clock.now());
        self.grow(&key, |entry, _| {
            let sum = counted(entry.as_ref()).saturating_add(1);
            *entry = Some(Entry::Counter { sum, expires_at });
            sum
        })
    }

    async fn discount(&self, key: &RawKey, window: Duration) -> Result<(), Error> {
        let (key, _) = in_window(key, window, self.clock.now());
        self.at(&key, |entry, _| {
            if let Some(Entry::Counter { sum, .. }) = entry {
                *sum = sum.saturating_sub(1);
            }
        });
        Ok(())
    }

    async fn peek_count(&self, key: &RawKey, window: Duration) -> Result<u64, Error> {
        let (key, _) = in_window(key, window, self.clock.now());
        Ok(self.look(&key, |entry, _| counted(entry)))
    }

    async fn reset_count(&self, key: &RawKey, window: Duration) -> Result<(), Error> {
        let (key, _) = in_window(key, window, self.clock.now());
        self.at(&key, |entry, _| *entry = None);
        Ok(())
    }

    async fn insert(&self, key: &RawKey, member: &[u8], ttl: Duration) -> Result<(), Error> {
        self.grow(&key.text, |entry, now| {
            let mut members = match entry.take() {
                Some(Entry::Set(members)) => members,
                _ => BTreeMap::new(),
            };
            let expires_at = members.entry(member.to_vec()).or_insert(now + ttl);
            *expires_at = (*expires_at).max(now + ttl);
            *entry = Some(Entry::Set(members));
        })
    }

    async fn remove(&self, key: &RawKey, member: &[u8]) -> Result<(), Error> {
        self.at(&key.text, |entry, _| {
            if let Some(Entry::Set(members)) = entry {
                members.remove(member);
            }
        });
        Ok(())
    }

    async fn members(&self, key: &RawKey, limit: usize) -> Result<Vec<Vec<u8>>, Error> {
        Ok(self.look(&key.text, |entry, now| {
            let Some(Entry::Set(members)) = entry else { return Vec::new() };
            let living = members.iter().filter(|(_, expires_at)| **expires_at > now);
            let mut by_expiry: Vec<_> = living.map(|(member, expires_at)| (*expires_at, member)).collect();
            by_expiry.sort_unstable();
            by_expiry.into_iter().take(limit).map(|(_, member)| member.clone()).collect()
        }))
    }

    async fn apply(&self, writes: &[Write]) -> Result<(), Error> {
        for write in writes {
            match write {
                Write::Put { key, body, ttl } => self.put(key, body, *ttl).await?,
                Write::Delete { key } => self.delete(key).await?,
                Write::Insert { key, member, ttl } => self.insert(key, member, *ttl).await?,
                Write::Remove { key, member } => self.remove(key, member).await?,
            }
        }
        Ok(())
    }

    async fn health(&self) -> Result<(), Error> {
        Ok(())
    }
}

fn counted(entry: Option<&Entry>) -> u64 {
    match entry {
        Some(Entry::Counter { sum, .. }) => *sum,
        _ => 0,
    }
}

#[derive(Clone)]
enum Entry {
    Record { value: Vec<u8>, expires_at: Timestamp },
    Counter { sum: u64, expires_at: Timestamp },
    Set(BTreeMap<Vec<u8>, Timestamp>),
}

impl Entry {
    /// What it counts against the bound: a long record as much as several short ones, so that the bound is one of memory.
    fn weight(&self) -> usize {
        match self {
            Self::Record { value, .. } => 1 + value.len() / 1024,
            Self::Counter { .. } => 1,
            Self::Set(members) => members.len(),
        }
    }

    /// Whether any of it has not expired.
    fn lives(&self, now: Timestamp) -> bool {
        match self {
            Self::Record { expires_at, .. } | Self::Counter { expires_at, .. } => *expires_at > now,
            Self::Set(members) => members.values().any(|expires_at| *expires_at > now),
        }
    }

    /// Drops what has expired of it; whether anything is left.
    fn outlives(&mut self, now: Timestamp) -> bool {
        if let Self::Set(members) = self {
            members.retain(|_, expires_at| *expires_at > now);
        }
        self.lives(now)
    }
}

struct Shard {
    entries: HashMap<String, Entry>,
    weight: usize,
    bound: usize,
    /// The weight at which expired entries are swept out: twice what the last sweep left, so that
    /// sweeping costs each write a constant share.
    sweep_at: usize,
}

impl Shard {
    const FIRST_SWEEP: usize = 256;

    fn new(bound: usize) -> Self {
        Self { entries: HashMap::new(), weight: 0, bound, sweep_at: Self::FIRST_SWEEP.min(bound) }
    }

    fn change<R>(&mut self, key: &str, now: Timestamp, change: impl FnOnce(&mut Option<Entry>, Timestamp) -> R) -> R {
        let mut entry = self.entries.remove(key);
        self.weight -= entry.as_ref().map_or(0, Entry::weight);
        entry.take_if(|entry| !entry.outlives(now));
        let answer = change(&mut entry, now);
        if let Some(entry) = entry.filter(|entry| entry.weight() > 0) {
            self.weight += entry.weight();
            self.entries.insert(key.to_owned(), entry);
        }
        answer
    }

    fn make_room(&mut self, now: Timestamp) -> Result<(), Error> {
        if self.weight < self.sweep_at {
            return Ok(());
        }
        self.entries.retain(|_, entry| entry.outlives(now));
        self.weight = self.entries.values().map(Entry::weight).sum();
        self.sweep_at = (self.weight * 2).clamp(Self::FIRST_SWEEP.min(self.bound), self.bound);
        if self.weight >= self.bound {
            return Err(Error::Unavailable("the in-process store is full".into()));
        }
        Ok(())
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InProcess").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}
