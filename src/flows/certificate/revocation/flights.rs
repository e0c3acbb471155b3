//! One piece of work under way for each key: whoever comes meanwhile waits for the same end.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

#[derive(Debug)]
pub(super) struct Flights<K, V>(Mutex<HashMap<K, Arc<OnceCell<V>>>>);

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Flights<K, V> {
    /// What the work under way for `key` comes to, or this `work` where there is none. If whoever does it goes away, the next of
    /// those who wait begins anew.
    pub(super) async fn join(&self, key: K, work: impl Future<Output = V>) -> V {
        let cell = self.map().entry(key).or_default().clone();
        let landing = Landing { flights: self, key, cell };
        landing.cell.get_or_init(|| work).await.clone()
    }

    fn map(&self) -> std::sync::MutexGuard<'_, HashMap<K, Arc<OnceCell<V>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who waits. What has landed is nobody's to wait for any more, and what the last has left is forgotten.
struct Landing<'f, K: Copy + Eq + Hash, V> {
    flights: &'f Flights<K, V>,
    key: K,
    cell: Arc<OnceCell<V>>,
}

impl<K: Copy + Eq + Hash, V> Drop for Landing<'_, K, V> {
    fn drop(&mut self) {
        let mut map = self.flights.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = map.get(&self.key).is_some_and(|cell| Arc::ptr_eq(cell, &self.cell));
        // The map's and ours: nobody else waits.
        if own && (self.cell.initialized() || Arc::strong_count(&self.cell) <= 2) {
            map.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn whoever_comes_meanwhile_waits_for_the_same_end_and_whoever_comes_later_does_not() {
        let flights = Flights::<u8, usize>::default();
        let (begun, go) = (AtomicUsize::new(0), Notify::new());
        let work = || async {
            let turn = begun.fetch_add(1, Ordering::SeqCst);
            go.notified().await;
            turn
        };
        let (first, second, ()) = tokio::join!(flights.join(1, work()), flights.join(1, work()), async {
            tokio::task::yield_now().await;
            go.notify_one();
        });
        assert_eq!((first, second), (0, 0));
        go.notify_one();
        assert_eq!(flights.join(1, work()).await, 1);
        assert!(flights.map().is_empty());
    }

    #[tokio::test]
    async fn whoever_goes_away_takes_nothing_along() {
        let flights = Flights::<u8, u8>::default();
        let mut gone = Box::pin(flights.join(1, std::future::pending()));
        assert!(futures_poll(gone.as_mut()).is_pending());
        drop(gone);
        assert!(flights.map().is_empty());
        assert_eq!(flights.join(1, async { 7 }).await, 7);
    }

    fn futures_poll<F: Future>(future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
        future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
    }
}
