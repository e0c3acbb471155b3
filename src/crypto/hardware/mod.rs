//! Keys that live in a hardware security module and never leave it, reached by PKCS #11 (OASIS, version 2.40 and later).
//!
//! A call to a module takes as long as the module likes, and nothing can take it back. So every call is made on threads of the
//! module's own ([`Module::start`]), each with a session of its own, from a queue with an end: whoever asks hands over what is to be
//! done and is called back. How long they wait for that is their affair (`flows::hardware`); work that nobody waits for any more is not begun.
//!
//! ```text
//! flows::hardware ── Module::submit ──▶ queue ──▶ threads ── seat (a session) ──▶ the library
//!                                                    └── link: lost, opened anew, or refused
//! ```

mod error;
mod generation;
mod link;
mod master;
mod queue;
mod reference;
mod seat;
mod signer;
mod signing;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::secret::SecretString;

pub use error::ModuleError;
pub use generation::MadeKey;
pub use link::About;
pub use reference::{KeyReference, ObjectId};
pub use seat::{HeldKey, Seat};
pub use signer::HardwareSigner;

use link::Link;
use queue::{Next, Queue};

/// How often an idle thread looks whether the token is still there.
const LOOK: Duration = Duration::from_secs(2);

/// The longest that dropping a module waits for the calls that are under way.
const LEAVING: Duration = Duration::from_secs(2);

/// Which token of those that the library shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenName {
    Label(String),
    Serial(String),
}

impl std::fmt::Display for TokenName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Label(label) => write!(f, "labelled {label}"),
            Self::Serial(serial) => write!(f, "with the serial number {serial}"),
        }
    }
}

/// Whether the PIN is shown to a token that has been shown a wrong one since it last took one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterWrongPin {
    /// A server that is started again and again would lock it.
    Stop,
    /// An operator said so.
    TryOnce,
}

#[derive(Clone, Debug)]
pub struct ModuleSettings {
    /// The shared object that speaks PKCS #11.
    pub library: PathBuf,
    pub token: TokenName,
    pub pin: SecretString,
    /// Calls that are under way at once, each with a session.
    pub threads: NonZeroU32,
    /// The most that wait for a thread.
    pub queue: usize,
    /// For how long whoever asks waits: what is not begun by then is not begun at all.
    pub deadline: Duration,
    pub after_wrong_pin: AfterWrongPin,
}

/// How many wait, and how many calls are under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    pub waiting: usize,
    pub running: usize,
}

/// A hardware security module, and the threads that call it. They end when the last handle is dropped.
#[derive(Debug)]
pub struct Module {
    queue: Arc<Queue>,
    link: Arc<Link>,
}

impl Module {
    /// Loads the library and starts the threads. Nothing is said to the token yet.
    ///
    /// # Errors
    /// `Library` where it cannot be loaded, `Threads` if the operating system gives none.
    pub fn start(settings: ModuleSettings) -> Result<Self, ModuleError> {
        let (threads, longest, deadline) = (settings.threads, settings.queue, settings.deadline);
        let queue = Arc::new(Queue::new(longest, deadline));
        let link = Arc::new(Link::load(settings)?);
        // From here on dropping it ends those threads that were started.
        let module = Self { queue, link };
        for number in 0..threads.get() as usize {
            let (queue, link) = (Arc::clone(&module.queue), Arc::clone(&module.link));
            module.queue.begin();
            let thread = std::thread::Builder::new().name(format!("hardware-{number}"));
            if thread.spawn(move || work(&queue, &link, number)).is_err() {
                module.queue.end();
                return Err(ModuleError::Threads);
            }
        }
        Ok(module)
    }

    /// Has `work` done with a session by the next thread that is free, once more where the module is lost meanwhile and comes back
    /// in time, and `reply` called with what came of it: on that thread, so it must not block.
    ///
    /// # Errors
    /// `Busy` where too many wait already; then `reply` is never called.
    pub fn submit<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Seat<'_>) -> Result<T, ModuleError> + Send + 'static,
        reply: impl FnOnce(Result<T, ModuleError>) + Send + 'static,
    ) -> Result<(), ModuleError> {
        self.queue.add(Box::new(Job { work, reply: Some(reply) }))
    }

    /// What keeps the module from being used, as far as is known at this moment. Never waits.
    ///
    /// # Errors
    /// That.
    pub fn standing(&self) -> Result<(), ModuleError> {
        self.link.standing()
    }

    pub fn load(&self) -> Load {
        self.queue.load()
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        self.queue.close();
        self.queue.wait_for_threads(LEAVING);
    }
}

/// Something to be done, whatever comes of it.
trait Work: Send {
    fn attempt(&mut self, seat: &mut Seat<'_>) -> Result<(), ModuleError>;
    fn refuse(&mut self, why: ModuleError);
}

struct Job<W, R> {
    work: W,
    reply: Option<R>,
}

impl<T, W, R> Work for Job<W, R>
where
    W: FnMut(&mut Seat<'_>) -> Result<T, ModuleError> + Send,
    R: FnOnce(Result<T, ModuleError>) + Send,
{
    fn attempt(&mut self, seat: &mut Seat<'_>) -> Result<(), ModuleError> {
        let done = (self.work)(seat)?;
        if let Some(reply) = self.reply.take() {
            reply(Ok(done));
        }
        Ok(())
    }

    fn refuse(&mut self, why: ModuleError) {
        if let Some(reply) = self.reply.take() {
            reply(Err(why));
        }
    }
}

/// A thread's life.
fn work(queue: &Queue, link: &Link, number: usize) {
    loop {
        match queue.next(LOOK) {
            Next::Closed => break,
            // One thread is enough to look.
            Next::Idle if number == 0 => link.look(),
            Next::Idle => {}
            Next::Job { mut job, until } => {
                let outcome = match link.with_seat(number, |seat| job.attempt(seat)) {
                    // What was lost may be back at once: a module that was restarted has forgotten its sessions.
                    Err(error) if error.is_loss() && monotonic() < until => {
                        link.with_seat(number, |seat| job.attempt(seat))
                    }
                    outcome => outcome,
                };
                if let Err(error) = outcome {
                    job.refuse(error);
                }
                queue.done();
            }
        }
    }
    link.leave(number);
    queue.end();
}

fn monotonic() -> Instant {
    #[expect(clippy::disallowed_methods, reason = "how long somebody has waited is no matter of what time it is")]
    Instant::now()
}
