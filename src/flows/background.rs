//! Work that goes on after its answer was sent. It is counted, so that a shutdown waits for it and a test can too.

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::task::AbortHandle;

#[derive(Clone, Debug, Default)]
pub struct Background(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    running: AtomicUsize,
    idle: Notify,
    /// What nobody waits for.
    long: Mutex<Vec<AbortHandle>>,
}

impl Background {
    /// Lets `work` run by itself.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.running.fetch_add(1, Ordering::SeqCst);
        let guard = Running(self.0.clone());
        tokio::spawn(async move {
            work.await;
            drop(guard);
        });
    }

    /// Lets `work` run by itself that may take hours and can be begun anew: a shutdown does not wait for it, it ends it.
    pub fn spawn_until_stopped(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut long = self.0.long.lock().unwrap_or_else(PoisonError::into_inner);
        long.retain(|handle| !handle.is_finished());
        long.push(tokio::spawn(work).abort_handle());
    }

    /// Ends that.
    pub fn stop(&self) {
        for handle in self.0.long.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            handle.abort();
        }
    }

    /// Waits until nothing runs.
    pub async fn idle(&self) {
        loop {
            let notified = self.0.idle.notified();
            if self.0.running.load(Ordering::SeqCst) == 0 {
                return;
            }
            notified.await;
        }
    }
}

/// Counted off on drop, so that work that panics is counted off too.
struct Running(Arc<Inner>);

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.running.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}
