//! The short queue in front of the hashing threads.
//!
//! A hash takes tens of milliseconds of a core whatever one does, so beyond capacity somebody has to be turned away; it
//! is kinder to do so at once than after seconds, and cheaper than to hash for someone who has left. A job is therefore
//! refused when those ahead of it already fill the time it may wait, and leaves the queue when its caller goes away.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::credentials::password::foreign::{Foreign, Verdict};
use crate::credentials::password::{HashError, Parameters};
use crate::domain::secret::SecretString;

/// One password to work on.
pub(super) struct Job {
    pub(super) secret: SecretString,
    pub(super) work: Work,
}

pub(super) enum Work {
    Hash(Recipe),
    /// Whether it is the password of an older system's hash. One of ours is computed after it, whatever comes of it: so it never costs
    /// less to try a password of whoever was imported than one of nobody's.
    Verify {
        foreign: Foreign,
        beside: Recipe,
    },
}

/// How Argon2id is computed.
pub(super) struct Recipe {
    pub(super) parameters: Parameters,
    pub(super) salt: Vec<u8>,
    pub(super) length: usize,
}

impl Work {
    /// The memory that Argon2id goes through for it, in KiB.
    pub(super) const fn memory(&self) -> u64 {
        match self {
            Self::Hash(recipe) | Self::Verify { beside: recipe, .. } => recipe.parameters.work(),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Computed {
    Hash(Zeroizing<Vec<u8>>),
    Verdict(Verdict),
}

pub(super) type Answer = Result<Computed, HashError>;

pub(super) struct Queued {
    pub(super) job: Job,
    pub(super) reply: oneshot::Sender<Answer>,
    ticket: u64,
    since: Instant,
}

pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
    limit: usize,
    wait: Duration,
    threads: u32,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Queued>,
    tickets: u64,
    closed: bool,
    running: usize,
    computed: u64,
    work: u64,
    refused: u64,
    waited: Duration,
    hashed: Duration,
    /// What a hash took lately: a moving average over about eight.
    recent: Duration,
}

/// How the hashing threads are doing. Counts and sums only grow, so that a scraper can take their rates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Jobs in the queue now.
    pub waiting: usize,
    /// Threads at work now.
    pub running: usize,
    /// Hashes computed.
    pub computed: u64,
    /// Memory gone through for them, in KiB: passes × memory.
    pub work: u64,
    /// Jobs turned away because they would have waited, or had waited, too long.
    pub refused: u64,
    /// Time that the computed ones waited in the queue, in sum.
    pub waited: Duration,
    /// Time that they took, in sum.
    pub hashed: Duration,
}

impl Queue {
    /// A queue of at most `limit` jobs, each of which waits at most `wait` for one of the `threads`.
    pub(super) fn new(limit: usize, wait: Duration, threads: u32) -> Self {
        Self { state: Mutex::default(), filled: Condvar::new(), limit, wait, threads }
    }

    /// Queues the job and waits for its answer.
    pub(super) async fn compute(&self, job: Job) -> Answer {
        let _call = tracing::trace_span!(target: "senid::calls", "password hash");
        let (ticket, mut answer) = self.enqueue(job)?;
        let answered = match tokio::time::timeout(self.wait, &mut answer).await {
            Ok(answered) => answered,
            Err(_) if ticket.withdraw() => return Err(self.refuse()),
            // It is being computed: the time was spent, so the answer is worth the rest of the wait.
            Err(_) => answer.await,
        };
        answered.unwrap_or(Err(HashError::Failed))
    }

    fn enqueue(&self, job: Job) -> Result<(Ticket<'_>, oneshot::Receiver<Answer>), HashError> {
        let mut state = self.lock();
        if state.closed {
            return Err(HashError::Stopped);
        }
        if state.waiting.len() >= self.limit || self.expected_wait(&state) > self.wait {
            drop(state);
            return Err(self.refuse());
        }
        let (reply, answer) = oneshot::channel();
        let ticket = state.tickets;
        state.tickets += 1;
        state.waiting.push_back(Queued { job, reply, ticket, since: monotonic() });
        drop(state);
        self.filled.notify_one();
        Ok((Ticket { queue: self, ticket }, answer))
    }

    fn expected_wait(&self, state: &State) -> Duration {
        let ahead = u32::try_from(state.waiting.len()).unwrap_or(u32::MAX);
        state.recent.saturating_mul(ahead) / self.threads.max(1)
    }

    fn refuse(&self) -> HashError {
        self.lock().refused += 1;
        HashError::Busy
    }

    /// The next job, for a thread; `None` once the queue is closed and empty.
    pub(super) fn next(&self) -> Option<Queued> {
        let mut state = self.lock();
        loop {
            if let Some(queued) = state.waiting.pop_front() {
                state.running += 1;
                state.waited += queued.since.elapsed();
                return Some(queued);
            }
            if state.closed {
                return None;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Writes down that a thread is done with a job it began at `since`.
    pub(super) fn done(&self, memory: u64, since: Instant) {
        let took = since.elapsed();
        let mut state = self.lock();
        state.running -= 1;
        state.computed += 1;
        state.work += memory;
        state.hashed += took;
        state.recent = if state.recent.is_zero() { took } else { state.recent * 7 / 8 + took / 8 };
    }

    /// Takes no more jobs; those that wait are still computed.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_all();
    }

    pub(super) fn load(&self) -> Load {
        let state = self.lock();
        Load {
            waiting: state.waiting.len(),
            running: state.running,
            computed: state.computed,
            work: state.work,
            refused: state.refused,
            waited: state.waited,
            hashed: state.hashed,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue, given up when its holder stops waiting.
struct Ticket<'q> {
    queue: &'q Queue,
    ticket: u64,
}

impl Ticket<'_> {
    /// Leaves the queue; `false` if the turn had come already.
    fn withdraw(&self) -> bool {
        let mut state = self.queue.lock();
        let place = state.waiting.iter().position(|queued| queued.ticket == self.ticket);
        place.and_then(|place| state.waiting.remove(place)).is_some()
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.withdraw();
    }
}

/// Where a thread's stopwatch starts.
pub(super) fn monotonic() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "measures how long something takes, and decides nothing else")]
    Instant::now()
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    fn job() -> Job {
        let recipe = Recipe { parameters: Parameters::new(8, 1, 1).unwrap(), salt: b"somesalt".to_vec(), length: 16 };
        Job { secret: SecretString::new("password"), work: Work::Hash(recipe) }
    }

    /// Lets a job queue itself.
    fn begin(future: std::pin::Pin<&mut impl Future<Output = Answer>>) -> Poll<Answer> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn a_full_queue_turns_away_at_once() {
        let queue = Queue::new(2, LONG, 1);
        let (mut first, mut second) = (pin!(queue.compute(job())), pin!(queue.compute(job())));
        assert!(begin(first.as_mut()).is_pending());
        assert!(begin(second.as_mut()).is_pending());
        assert_eq!(queue.load().waiting, 2);
        assert_eq!(begin(pin!(queue.compute(job()))), Poll::Ready(Err(HashError::Busy)));
        assert_eq!(queue.load().refused, 1);
    }

    #[tokio::test]
    async fn who_would_wait_too_long_is_turned_away_at_once() {
        let queue = Queue::new(100, Duration::from_secs(2), 2);
        queue.lock().recent = Duration::from_millis(900);
        let mut waiting = Vec::new();
        for _ in 0..5 {
            let mut future = Box::pin(queue.compute(job()));
            assert!(begin(future.as_mut()).is_pending());
            waiting.push(future);
        }
        // Five ahead on two threads: 2.25 s.
        assert_eq!(begin(pin!(queue.compute(job()))), Poll::Ready(Err(HashError::Busy)));
    }

    #[tokio::test]
    async fn who_has_waited_too_long_is_turned_away_and_leaves_the_queue() {
        let queue = Queue::new(2, Duration::from_millis(1), 1);
        assert_eq!(queue.compute(job()).await, Err(HashError::Busy));
        assert_eq!((queue.load().waiting, queue.load().refused), (0, 1));
    }

    #[tokio::test]
    async fn who_goes_away_leaves_the_queue() {
        let queue = Queue::new(2, LONG, 1);
        let mut future = Box::pin(queue.compute(job()));
        assert!(begin(future.as_mut()).is_pending());
        drop(future);
        assert_eq!((queue.load().waiting, queue.load().refused), (0, 0));
    }

    #[tokio::test]
    async fn whose_turn_has_come_waits_for_the_answer() {
        let queue = Queue::new(2, Duration::from_millis(1), 1);
        let mut waiting = pin!(queue.compute(job()));
        assert!(begin(waiting.as_mut()).is_pending());
        let queued = queue.next().unwrap();
        // The time to wait for a turn passes, but the turn had come.
        assert!(tokio::time::timeout(Duration::from_millis(5), waiting.as_mut()).await.is_err());
        queue.done(queued.job.work.memory(), queued.since);
        queued.reply.send(Ok(Computed::Hash(Zeroizing::new(vec![7])))).unwrap();
        assert_eq!(waiting.await, Ok(Computed::Hash(Zeroizing::new(vec![7]))));
        let load = queue.load();
        assert_eq!((load.computed, load.work, load.running, load.refused), (1, 8, 0, 0));
    }

    #[tokio::test]
    async fn a_closed_queue_takes_no_more_but_gives_out_what_it_has() {
        let queue = Queue::new(2, LONG, 1);
        let mut waiting = pin!(queue.compute(job()));
        assert!(begin(waiting.as_mut()).is_pending());
        queue.close();
        assert_eq!(begin(pin!(queue.compute(job()))), Poll::Ready(Err(HashError::Stopped)));
        assert!(queue.next().is_some());
        assert!(queue.next().is_none());
    }
}
