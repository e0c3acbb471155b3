//! Documents that are asked for often, kept as what they mean.
//!
//! A document is fresh for as long as its host says, within a floor and a ceiling. Of many that ask for the same one, one
//! fetches and the others wait, or go on with the old one. Where its host is away the old one serves for a bounded time,
//! and the host is left alone for a while: neither a portal's outage nor a stranger's flood turns into a flood of ours.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use url::Url;

use super::{FetchError, Fetcher, Purpose};
use crate::domain::time::Timestamp;

/// However short its host says: a minute's flood of requests becomes one fetch.
const FLOOR: Duration = Duration::from_secs(60);
/// However long its host says: a key that was taken away is forgotten within the hour.
const CEILING: Duration = Duration::from_secs(3600);
/// Where the host says nothing.
const USUALLY: Duration = Duration::from_secs(300);
/// How long after it was fetched a document serves while its host is away.
const STALE: Duration = Duration::from_secs(6 * 3600);
/// Between two attempts at a host that is away, and between two that somebody demanded before the document's time.
const PAUSE: Duration = Duration::from_secs(30);
/// Addresses whose documents are kept.
const CAPACITY: usize = 2_000;

/// Keeps what the documents of one purpose mean.
pub struct Cache<T> {
    purpose: Purpose,
    /// Reads a document; the sentence says what is wrong with it.
    read: fn(&[u8]) -> Result<T, &'static str>,
    slots: quick_cache::sync::Cache<Url, Arc<Slot<T>>>,
}

/// A document's meaning, and when it was fetched.
#[derive(Debug)]
pub struct Kept<T> {
    pub value: T,
    pub fetched_at: Timestamp,
    fresh_until: Timestamp,
}

impl<T: Send + Sync + 'static> Cache<T> {
    pub fn new(purpose: Purpose, read: fn(&[u8]) -> Result<T, &'static str>) -> Self {
        Self { purpose, read, slots: quick_cache::sync::Cache::new(CAPACITY) }
    }

    /// What the document at `url` means: as it was fetched not long ago, or now.
    ///
    /// # Errors
    /// As [`Fetcher::get`], and `Unusable` for what cannot be read.
    pub async fn get(&self, fetcher: &Fetcher, url: &Url) -> Result<Arc<Kept<T>>, FetchError> {
        let slot = self.slot(url)?;
        if let Some(answer) = slot.state().answer(fetcher.now()) {
            return answer;
        }
        let flight = match slot.flight.clone().try_lock_owned() {
            Ok(flight) => flight,
            Err(_) => {
                // Somebody is fetching it: what there is will do meanwhile.
                let stale = slot.state().stale(fetcher.now());
                if let Some(stale) = stale {
                    return Ok(stale);
                }
                slot.flight.clone().lock_owned().await
            }
        };
        if let Some(answer) = slot.state().answer(fetcher.now()) {
            return answer;
        }
        self.fetch(fetcher, url, slot, flight).await
    }

    /// Fetches the document again because `seen` did not hold what was looked for, though it is fresh: at once the first
    /// time, and then not sooner than half a minute after the last. `None` where it is too soon, or nothing newer came.
    pub async fn renew(&self, fetcher: &Fetcher, url: &Url, seen: &Arc<Kept<T>>) -> Option<Arc<Kept<T>>> {
        let slot = self.slot(url).ok()?;
        let flight = slot.flight.clone().lock_owned().await;
        {
            let mut state = slot.state();
            if let Some(newer) = state.kept.as_ref().filter(|kept| !Arc::ptr_eq(kept, seen)) {
                return Some(newer.clone());
            }
            let now = fetcher.now();
            if state.demanded_at.is_some_and(|last| now < last + PAUSE) {
                return None;
            }
            state.demanded_at = Some(now);
        }
        let fetched = self.fetch(fetcher, url, slot, flight).await.ok()?;
        (!Arc::ptr_eq(&fetched, seen)).then_some(fetched)
    }

    /// In a task of its own: whoever asked may go away, and the answer still serves the next.
    async fn fetch(
        &self,
        fetcher: &Fetcher,
        url: &Url,
        slot: Arc<Slot<T>>,
        flight: OwnedMutexGuard<()>,
    ) -> Result<Arc<Kept<T>>, FetchError> {
        let (fetcher, url, purpose, read) = (fetcher.clone(), url.clone(), self.purpose, self.read);
        let fetching = tokio::spawn(async move {
            let fetched = fetcher.get(&url, purpose).await.and_then(|document| {
                let value = read(&document.bytes).map_err(FetchError::Unusable)?;
                Ok((value, document.fresh_for.unwrap_or(USUALLY).clamp(FLOOR, CEILING)))
            });
            let answer = slot.state().settle(fetched, fetcher.now());
            drop(flight);
            answer
        });
        fetching.await.unwrap_or(Err(FetchError::BrokenOff))
    }

    fn slot(&self, url: &Url) -> Result<Arc<Slot<T>>, FetchError> {
        let new = || Ok(Arc::new(Slot { state: Mutex::default(), flight: Arc::default() }));
        self.slots.get_or_insert_with(url, new)
    }
}

/// What is known of one address.
struct Slot<T> {
    state: Mutex<State<T>>,
    /// Held by whoever fetches.
    flight: Arc<tokio::sync::Mutex<()>>,
}

impl<T> Slot<T> {
    fn state(&self) -> std::sync::MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct State<T> {
    kept: Option<Arc<Kept<T>>>,
    failed: Option<(Timestamp, FetchError)>,
    /// When it was last fetched before its time.
    demanded_at: Option<Timestamp>,
}

impl<T> Default for State<T> {
    fn default() -> Self {
        Self { kept: None, failed: None, demanded_at: None }
    }
}

impl<T> State<T> {
    /// What can be said without fetching.
    fn answer(&self, now: Timestamp) -> Option<Result<Arc<Kept<T>>, FetchError>> {
        if let Some(kept) = self.kept.as_ref().filter(|kept| now < kept.fresh_until) {
            return Some(Ok(kept.clone()));
        }
        match self.failed {
            Some((at, error)) if now < at + PAUSE => Some(self.stale(now).ok_or(error)),
            _ => None,
        }
    }

    fn stale(&self, now: Timestamp) -> Option<Arc<Kept<T>>> {
        self.kept.as_ref().filter(|kept| now < kept.fetched_at + STALE).cloned()
    }

    /// Writes down how a fetch ended.
    fn settle(
        &mut self,
        fetched: Result<(T, Duration), FetchError>,
        now: Timestamp,
    ) -> Result<Arc<Kept<T>>, FetchError> {
        match fetched {
            Ok((value, fresh_for)) => {
                let kept = Arc::new(Kept { value, fetched_at: now, fresh_until: now + fresh_for });
                (self.kept, self.failed) = (Some(kept.clone()), None);
                Ok(kept)
            }
            Err(error) => {
                self.failed = Some((now, error));
                self.stale(now).ok_or(error)
            }
        }
    }
}

impl<T> fmt::Debug for Cache<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({}, {})", self.purpose.as_str(), self.slots.len())
    }
}
