//! Hashing and verifying passwords on a fixed number of threads, never on those that serve requests.

use std::fmt;
use std::io;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::credentials::password::argon2id::Arena;
use crate::credentials::password::foreign::Verdict;
use crate::credentials::password::phc::Phc;
use crate::credentials::password::queue::{Computed, Job, Queue, Recipe, Work, monotonic};
use crate::credentials::password::{Parameters, PhcError, Stored};
use crate::crypto::hash::constant_time_eq;
use crate::domain::password_hash::PasswordHash;
use crate::domain::password_policy::NormalisedPassword;
use crate::domain::random::Random;
use crate::domain::secret::SecretString;

pub use crate::credentials::password::queue::Load;

const SALT: usize = 16;
const OUTPUT: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HasherSettings {
    /// Each computes one hash at a time and keeps the memory for it.
    pub threads: NonZeroU32,
    /// The most jobs that wait, however fast the threads are.
    pub queue: usize,
    /// The longest that a job waits for a thread.
    pub wait: Duration,
    /// What a new hash costs.
    pub parameters: Parameters,
}

/// What became of a password that was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is the right one. `needs_rehash`: its hash does not cost what a new one does.
    Match {
        needs_rehash: bool,
    },
    Mismatch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Too many are signing in at this moment: nothing is wrong, and soon it will work.
    #[error("too many passwords are being checked")]
    Busy,
    #[error("the server is stopping")]
    Stopped,
    /// What the store gave back is no hash of ours.
    #[error("the stored hash cannot be read: {0}")]
    Unreadable(#[from] PhcError),
    #[error("the hash could not be computed")]
    Failed,
}

/// The hashing threads.
pub struct Hasher {
    queue: Arc<Queue>,
    settings: HasherSettings,
    parameters: Parameters,
    /// Verified in place of a hash that is not there, so that it takes as long to refuse an unknown name.
    dummy: Phc,
    random: Arc<dyn Random>,
    /// Each thread holds a receiver until it ends.
    ended: watch::Sender<()>,
}

impl Hasher {
    /// Starts the threads.
    ///
    /// # Errors
    /// If the operating system gives no more threads.
    pub fn start(settings: HasherSettings, random: Arc<dyn Random>) -> io::Result<Self> {
        let hasher = Self::without_threads(settings, random);
        for number in 0..settings.threads.get() {
            hasher.start_thread(number)?;
        }
        Ok(hasher)
    }

    fn without_threads(settings: HasherSettings, random: Arc<dyn Random>) -> Self {
        let HasherSettings { threads, queue, wait, parameters } = settings;
        let dummy =
            Phc { parameters, salt: random.bytes::<SALT>().to_vec(), output: random.bytes::<OUTPUT>().to_vec() };
        let queue = Arc::new(Queue::new(queue, wait, threads.get()));
        Self { queue, settings, parameters, dummy, random, ended: watch::Sender::new(()) }
    }

    /// What it was started with.
    pub const fn settings(&self) -> HasherSettings {
        self.settings
    }

    fn start_thread(&self, number: u32) -> io::Result<()> {
        let (queue, usual, alive) = (self.queue.clone(), self.parameters, self.ended.subscribe());
        let work = move || {
            compute_all(&queue, Arena::new(usual));
            drop(alive);
        };
        std::thread::Builder::new().name(format!("password-{number}")).spawn(work).map(drop)
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// `Busy`, `Stopped`, `Failed`.
    pub async fn hash(&self, password: &NormalisedPassword) -> Result<PasswordHash, HashError> {
        let salt = self.random.bytes::<SALT>().to_vec();
        let secret = SecretString::new(password.expose());
        let recipe = Recipe { parameters: self.parameters, salt: salt.clone(), length: OUTPUT };
        match self.queue.compute(Job { secret, work: Work::Hash(recipe) }).await? {
            Computed::Hash(output) => Ok(Phc { parameters: self.parameters, salt, output: output.to_vec() }.to_hash()),
            Computed::Verdict(_) => Err(HashError::Failed),
        }
    }

    /// Whether the password is the one that was hashed.
    ///
    /// Without a hash (an unknown name, or one that has no password) and without a password (what was typed can be
    /// nobody's) it takes a hash's time all the same, and is a `Mismatch`.
    ///
    /// # Errors
    /// `Busy`, `Stopped`, `Failed`, and `Unreadable` if the hash is none.
    pub async fn verify(
        &self,
        password: Option<&NormalisedPassword>,
        hash: Option<&PasswordHash>,
    ) -> Result<Outcome, HashError> {
        let stored = hash.map(|hash| Stored::parse(hash.as_str(), self.parameters)).transpose()?;
        let secret = password.map(|password| SecretString::new(password.expose())).unwrap_or_default();
        let (work, own) = match stored {
            Some(Stored::Foreign(foreign)) => (Work::Verify { foreign, beside: self.dummy.recipe() }, None),
            Some(Stored::Own(phc)) => (Work::Hash(phc.recipe()), Some(phc)),
            None => (Work::Hash(self.dummy.recipe()), None),
        };
        let computed = self.queue.compute(Job { secret, work }).await?;
        Ok(match (computed, password, own) {
            (Computed::Hash(output), Some(_), Some(own)) if constant_time_eq(&output, &own.output) => {
                Outcome::Match { needs_rehash: self.needs_rehash(&own) }
            }
            (Computed::Verdict(Verdict::Right), Some(_), _) => Outcome::Match { needs_rehash: true },
            _ => Outcome::Mismatch,
        })
    }

    /// Checks a hash that was made elsewhere, before it is stored.
    ///
    /// # Errors
    /// Says what is expected of it.
    pub fn accept(&self, phc: &str) -> Result<PasswordHash, PhcError> {
        super::accept(phc, self.parameters)
    }

    pub fn load(&self) -> Load {
        self.queue.load()
    }

    /// Takes no more passwords, finishes those that wait, and ends the threads.
    pub async fn stop(&self) {
        self.queue.close();
        self.ended.closed().await;
    }

    /// Whether it costs more or less than ours. Less is too little; more would tell by its time whose it is.
    fn needs_rehash(&self, phc: &Phc) -> bool {
        phc.parameters != self.parameters || phc.salt.len() < SALT || phc.output.len() != OUTPUT
    }
}

impl Phc {
    fn recipe(&self) -> Recipe {
        Recipe { parameters: self.parameters, salt: self.salt.clone(), length: self.output.len() }
    }
}

impl Drop for Hasher {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hasher({:?}, {:?})", self.parameters, self.load())
    }
}

/// A thread's life.
fn compute_all(queue: &Queue, mut arena: Arena) {
    while let Some(queued) = queue.next() {
        let since = monotonic();
        let Job { secret, work } = queued.job;
        let memory = work.memory();
        let computed = compute(&mut arena, secret.expose().as_bytes(), work);
        queue.done(memory, since);
        // Nobody may be waiting any more, and then nobody minds.
        let _ = queued.reply.send(computed.map_err(|_| HashError::Failed));
    }
}

fn compute(arena: &mut Arena, secret: &[u8], work: Work) -> argon2::Result<Computed> {
    let mut hash = |Recipe { parameters, salt, length }: Recipe| arena.hash(parameters, secret, &salt, length);
    match work {
        Work::Hash(recipe) => hash(recipe).map(Computed::Hash),
        Work::Verify { foreign, beside } => {
            let verdict = foreign.verify(secret);
            hash(beside).map(|_| Computed::Verdict(verdict))
        }
    }
}

#[cfg(test)]
#[path = "hasher_tests.rs"]
mod tests;
