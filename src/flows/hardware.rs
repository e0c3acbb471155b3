//! The hardware security module, as flows use it: asked without waiting on a thread, answered within a deadline, and counted.
//!
//! Whoever is not answered in time gets an error that becomes a 503 with `Retry-After`. Nothing is ever signed by another key instead.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use tokio::sync::oneshot;

use crate::crypto::hardware::{
    About, HardwareSigner, HeldKey, KeyReference, Load, Module, ModuleError, ObjectId, Seat,
};
use crate::crypto::jws;
use crate::domain::keys::{KeyPlace, SignatureAlgorithm};
use crate::domain::random::Random;
use crate::domain::secret::SecretBytes;
use crate::domain::time::Timestamp;

/// The longest wait for what is rare and takes long: a network to be reached, an RSA key to be found.
const RARE: Duration = Duration::from_secs(60);

pub struct Hardware {
    module: Module,
    deadline: Duration,
    /// Where new signing keys are made; those that are in the module sign in it either way.
    signing: KeyPlace,
    /// Whether the last signature came too late.
    late: AtomicBool,
    measures: Measures,
}

/// What is measured of it.
#[derive(Clone, Debug)]
pub struct Measures {
    /// From the wish to the verified signature.
    pub signatures: Histogram,
    pub failures: Family<FailureLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct FailureLabels {
    pub reason: &'static str,
}

impl Default for Measures {
    fn default() -> Self {
        Self { signatures: Histogram::new(exponential_buckets(0.000_1, 2.0, 17)), failures: Family::default() }
    }
}

/// How the module stands, in the words of `/health/ready`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleStanding {
    Up,
    /// It answers, and not in time.
    Late,
    Away,
    /// It was shown a wrong PIN, and is not shown one again before somebody says so.
    PinRefused,
}

impl ModuleStanding {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Late => "late",
            Self::Away => "away",
            Self::PinRefused => "pin refused",
        }
    }
}

impl Hardware {
    /// `deadline`: how long a signature may take. `signing`: where new signing keys are made.
    pub fn new(module: Module, deadline: Duration, signing: KeyPlace) -> Self {
        Self { module, deadline, signing, late: AtomicBool::new(false), measures: Measures::default() }
    }

    pub const fn measures(&self) -> &Measures {
        &self.measures
    }

    pub const fn makes_signing_keys(&self) -> bool {
        matches!(self.signing, KeyPlace::Module)
    }

    pub fn load(&self) -> Load {
        self.module.load()
    }

    pub fn standing(&self) -> ModuleStanding {
        match self.module.standing() {
            Err(error) if error.is_final() => ModuleStanding::PinRefused,
            Err(_) => ModuleStanding::Away,
            Ok(()) if self.late.load(Ordering::Relaxed) => ModuleStanding::Late,
            Ok(()) => ModuleStanding::Up,
        }
    }

    /// Whether there is any use in asking for a signature now: asked before something is spent that a signature is for.
    ///
    /// # Errors
    /// What keeps the module from being used.
    pub fn is_up(&self) -> Result<(), ModuleError> {
        self.module.standing()
    }

    /// The token that the signer began, signed by its key in the module and verified.
    ///
    /// # Errors
    /// `Busy`, `Late`, whatever keeps the module from being used, and `WrongSignature`.
    pub async fn sign(&self, signer: Arc<HardwareSigner>, begun: String) -> Result<String, ModuleError> {
        let since = monotonic();
        let signed = self.try_to_sign(signer, begun).await;
        match &signed {
            Ok(_) => {
                self.measures.signatures.observe(since.elapsed().as_secs_f64());
                self.late.store(false, Ordering::Relaxed);
            }
            Err(error) => {
                self.measures.failures.get_or_create(&FailureLabels { reason: error.label() }).inc();
                if matches!(error, ModuleError::Late) {
                    self.late.store(true, Ordering::Relaxed);
                }
            }
        }
        signed
    }

    async fn try_to_sign(&self, signer: Arc<HardwareSigner>, begun: String) -> Result<String, ModuleError> {
        // What is known to be away is not waited for.
        self.is_up()?;
        let begun = Arc::new(begun);
        let message = Arc::clone(&begun);
        let work = move |seat: &mut Seat<'_>| seat.sign(&signer.reference().id, message.as_bytes(), signer.verifying());
        let signature = self.ask(self.deadline, work).await?;
        Ok(jws::finish(Arc::unwrap_or_clone(begun), &signature))
    }

    /// A new key pair of the module's.
    ///
    /// # Errors
    /// Where the module is away, or makes no such keys.
    pub async fn make(&self, algorithm: SignatureAlgorithm, random: &dyn Random) -> Result<KeyReference, ModuleError> {
        // A transaction waits meanwhile: what is known to be away is not waited for.
        self.is_up()?;
        let id = ObjectId::new(random.bytes::<16>().to_vec());
        Ok(self.ask(RARE, move |seat| seat.make(algorithm, &id)).await?.reference)
    }

    /// Destroys a key pair; one that is not there is destroyed already.
    ///
    /// # Errors
    /// Where the module is away or refuses.
    pub async fn destroy(&self, id: &ObjectId) -> Result<(), ModuleError> {
        self.is_up()?;
        let id = id.clone();
        self.ask(RARE, move |seat| seat.destroy(&id)).await
    }

    /// The token, and what is in it of ours. Opens the connection where it is not open.
    ///
    /// # Errors
    /// What keeps the module from being used.
    pub async fn look(&self) -> Result<(About, Vec<HeldKey>), ModuleError> {
        self.ask(RARE, |seat| Ok((seat.about().clone(), seat.held()?))).await
    }

    /// The master key of that label.
    ///
    /// # Errors
    /// `NoKey` where the token has none; what keeps the module from being used.
    pub async fn master(&self, label: &str) -> Result<SecretBytes<32>, ModuleError> {
        let label = label.to_owned();
        self.ask(RARE, move |seat| seat.master(&label)).await
    }

    /// Makes a master key. Its label says when, and is nobody else's.
    ///
    /// # Errors
    /// `CannotHoldMaster`; what keeps the module from being used.
    pub async fn make_master(
        &self,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<(String, SecretBytes<32>), ModuleError> {
        let drawn: String = random.bytes::<4>().iter().map(|byte| format!("{byte:02x}")).collect();
        let label = format!("senid-master-{}-{drawn}", now.seconds());
        let of = label.clone();
        let key = self.ask(RARE, move |seat| seat.make_master(&of)).await?;
        Ok((label, key))
    }

    async fn ask<T: Send + 'static>(
        &self,
        within: Duration,
        work: impl FnMut(&mut Seat<'_>) -> Result<T, ModuleError> + Send + 'static,
    ) -> Result<T, ModuleError> {
        let (reply, answer) = oneshot::channel();
        // Nobody may be waiting any more, and then nobody minds.
        self.module.submit(work, move |outcome| drop(reply.send(outcome)))?;
        match tokio::time::timeout(within, answer).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(ModuleError::Stopped),
            Err(_) => Err(ModuleError::Late),
        }
    }
}

impl fmt::Debug for Hardware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hardware({:?}, {:?})", self.module, self.standing())
    }
}

fn monotonic() -> std::time::Instant {
    #[expect(
        clippy::disallowed_methods,
        reason = "how long a signature took is measured, and no matter of what time it is"
    )]
    std::time::Instant::now()
}
