//! The way back into an account of whoever has lost what opens it.
//!
//! ```text
//! waiting ─▶ finished   once it has cooled off
//!    └─────▶ stopped    by its owner, who was told; by a lock; by another recovery
//! ```

use std::fmt;
use std::str::FromStr;

use super::ids::{CitizenId, CredentialId, RecoveryId};
use super::secret::{SecretHash, SecretString};
use super::time::Timestamp;

/// How somebody showed that the account is theirs. The text is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    RecoveryCode,
    /// Something else that they hold.
    Credential,
    InPerson,
}

impl Means {
    const ALL: [Self; 3] = [Self::RecoveryCode, Self::Credential, Self::InPerson];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RecoveryCode => "recovery_code",
            Self::Credential => "credential",
            Self::InPerson => "in_person",
        }
    }
}

impl fmt::Display for Means {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Means {
    type Err = UnknownMeans;
    fn from_str(text: &str) -> Result<Self, UnknownMeans> {
        Self::ALL.into_iter().find(|means| means.as_str() == text).ok_or(UnknownMeans)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a means of recovery")]
pub struct UnknownMeans;

/// A recovery that waits. `Debug` shows nothing of the password.
#[derive(Clone, Debug)]
pub struct Recovery {
    pub id: RecoveryId,
    pub citizen: CitizenId,
    /// Of the secret that stops it.
    pub stop: SecretHash,
    pub means: Means,
    /// The new password's hash as a PHC string; `None` where the one before stays.
    pub phc: Option<SecretString>,
    pub kept: Kept,
    pub begun_at: Timestamp,
    pub takes_effect_at: Timestamp,
}

/// Which credentials it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    All,
    /// These: the rest is lost.
    Only(Vec<CredentialId>),
}

impl Kept {
    pub fn keeps(&self, credential: CredentialId) -> bool {
        match self {
            Self::All => true,
            Self::Only(kept) => kept.contains(&credential),
        }
    }
}
