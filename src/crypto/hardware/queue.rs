//! What waits for the module: no more than there is time for, the oldest first.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Load, ModuleError, Work, monotonic};

pub(super) struct Queue {
    longest: usize,
    deadline: Duration,
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    waiting: VecDeque<(Box<dyn Work>, Instant)>,
    running: usize,
    threads: usize,
    closed: bool,
}

/// What a thread does next.
pub(super) enum Next {
    /// Nobody waits any more from `until` on.
    Job { job: Box<dyn Work>, until: Instant },
    /// Nothing came for a while.
    Idle,
    /// It ends.
    Closed,
}

impl Queue {
    pub(super) fn new(longest: usize, deadline: Duration) -> Self {
        Self { longest, deadline, inner: Mutex::default(), changed: Condvar::new() }
    }

    pub(super) fn add(&self, job: Box<dyn Work>) -> Result<(), ModuleError> {
        let mut inner = self.lock();
        if inner.closed {
            return Err(ModuleError::Stopped);
        }
        if inner.waiting.len() >= self.longest {
            return Err(ModuleError::Busy);
        }
        inner.waiting.push_back((job, monotonic() + self.deadline));
        drop(inner);
        self.changed.notify_one();
        Ok(())
    }

    /// The next job that somebody still waits for; whoever waited for the others has been told that it is late.
    pub(super) fn next(&self, at_most: Duration) -> Next {
        let mut inner = self.lock();
        loop {
            while let Some((mut job, until)) = inner.waiting.pop_front() {
                if monotonic() < until {
                    inner.running += 1;
                    return Next::Job { job, until };
                }
                job.refuse(ModuleError::Late);
            }
            if inner.closed {
                return Next::Closed;
            }
            let (back, timed_out) = self.changed.wait_timeout(inner, at_most).unwrap_or_else(PoisonError::into_inner);
            inner = back;
            if timed_out.timed_out() && inner.waiting.is_empty() && !inner.closed {
                return Next::Idle;
            }
        }
    }

    pub(super) fn done(&self) {
        self.lock().running -= 1;
    }

    /// A thread begins to take from it.
    pub(super) fn begin(&self) {
        self.lock().threads += 1;
    }

    /// A thread has taken the last.
    pub(super) fn end(&self) {
        self.lock().threads -= 1;
        self.changed.notify_all();
    }

    /// Waits until the threads have left the library, which ends its connection; not for ever, for a call may never end.
    pub(super) fn wait_for_threads(&self, at_most: Duration) {
        let _ = self.changed.wait_timeout_while(self.lock(), at_most, |inner| inner.threads > 0);
    }

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    pub(super) fn load(&self) -> Load {
        let inner = self.lock();
        Load { waiting: inner.waiting.len(), running: inner.running }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Queue({:?})", self.load())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::super::{Job, Seat};
    use super::*;

    fn job(reply: Sender<Result<(), ModuleError>>) -> Box<dyn Work> {
        let work = |_: &mut Seat<'_>| Ok(());
        Box::new(Job { work, reply: Some(move |outcome| reply.send(outcome).unwrap()) })
    }

    #[test]
    fn more_than_it_takes_is_refused_at_once() {
        let (queue, (reply, _told)) = (Queue::new(1, Duration::from_secs(9)), channel());
        queue.add(job(reply.clone())).unwrap();
        assert_eq!(queue.add(job(reply)).unwrap_err(), ModuleError::Busy);
        assert_eq!(queue.load(), Load { waiting: 1, running: 0 });
    }

    #[test]
    fn what_nobody_waits_for_any_more_is_not_begun() {
        let (queue, (reply, told)) = (Queue::new(9, Duration::ZERO), channel());
        queue.add(job(reply)).unwrap();
        assert!(matches!(queue.next(Duration::from_millis(1)), Next::Idle));
        assert_eq!(told.recv().unwrap(), Err(ModuleError::Late));
        assert_eq!(queue.load(), Load::default());
    }

    #[test]
    fn a_closed_queue_gives_out_what_it_has_and_takes_no_more() {
        let (queue, (reply, _told)) = (Queue::new(9, Duration::from_secs(9)), channel());
        queue.add(job(reply.clone())).unwrap();
        queue.close();
        assert_eq!(queue.add(job(reply)).unwrap_err(), ModuleError::Stopped);
        assert!(matches!(queue.next(Duration::from_secs(9)), Next::Job { .. }));
        assert!(matches!(queue.next(Duration::from_secs(9)), Next::Closed));
    }
}
