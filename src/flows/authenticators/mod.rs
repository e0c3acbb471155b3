//! Authenticators' models: what is asked of them, what is known of them, and where newer knowledge comes from.
//!
//! The metadata in force is in the identity store, so that every server has the same, a restart forgets none, and one that is
//! older than what was seen is refused wherever it comes from.

mod refresh;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;

use crate::config::Attestation;
use crate::credentials::webauthn::attestation::{Conveyance, Policy, Refusal, Rules};
use crate::credentials::webauthn::metadata::{Blob, BlobError, Metadata, Signers};
use crate::crypto::certificate::UnusableAuthority;
use crate::domain::attestation::Provenance;
use crate::domain::time::Timestamp;

pub use refresh::{RefreshError, recall, refresh};

/// What this server knows.
pub struct Authenticators {
    rules: Rules,
    signers: Signers,
    metadata: ArcSwapOption<Metadata>,
    /// The file as it was read last.
    file: Mutex<Option<refresh::Stamp>>,
    /// Held by whoever looks for newer metadata.
    looking: tokio::sync::Mutex<()>,
}

impl Authenticators {
    /// # Errors
    /// Where a root that the settings name is no authority's certificate.
    pub fn new(settings: &Attestation) -> Result<Self, UnusableAuthority> {
        let Attestation { policy, unattested, models, roots, metadata } = settings;
        Ok(Self {
            rules: Rules::new(*policy, *unattested, models.clone(), roots, metadata.grace)?,
            signers: signers(settings),
            metadata: ArcSwapOption::empty(),
            file: Mutex::default(),
            looking: tokio::sync::Mutex::default(),
        })
    }

    /// The metadata in force, if there is any.
    pub fn metadata(&self) -> Option<Arc<Metadata>> {
        self.metadata.load_full()
    }

    fn file(&self) -> std::sync::MutexGuard<'_, Option<refresh::Stamp>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Policy for Authenticators {
    fn conveyance(&self) -> Conveyance {
        self.rules.conveyance()
    }

    fn enrol(&self, object: &[u8], now: Timestamp) -> Result<Provenance, Refusal> {
        self.rules.enrol(object, self.metadata().as_deref(), now)
    }

    fn is_hardware_bound(&self, credential: &Provenance) -> bool {
        self.rules.is_hardware_bound(credential, self.metadata().as_deref())
    }
}

/// Whose signature the settings let count.
pub fn signers(settings: &Attestation) -> Signers {
    Signers { roots: settings.metadata.roots.clone(), name: settings.metadata.signer.clone() }
}

/// What a document says, on a thread where it may take its time.
async fn verify(document: Vec<u8>, signers: Signers, at: Timestamp) -> Result<Result<Metadata, BlobError>, Panicked> {
    tokio::task::spawn_blocking(move || Blob::new(&document)?.verify(&signers, at)).await.map_err(|_| Panicked)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("reading it was broken off")]
pub struct Panicked;

impl fmt::Debug for Authenticators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.metadata.load().as_ref().map(|metadata| metadata.number);
        f.debug_struct("Authenticators").field("policy", &self.rules.policy).field("metadata", &number).finish()
    }
}
