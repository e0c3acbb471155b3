//! How a use case ends when it does not succeed: refused (public), or failed (logged, and shown as a reference).

use std::error::Error;
use std::time::Duration;

use crate::credentials::password::HashError;
use crate::crypto::hardware::ModuleError;
use crate::protocol::OAuthError;
use crate::{sessions, storage};

#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The request is at fault, and may be told so.
    #[error(transparent)]
    Refused(#[from] OAuthError),
    /// Something this needs does not answer. Nothing was let through, and nothing is half-written.
    #[error("{0} is away")]
    Away(Part),
    /// More work than there are hands: come again after the pause.
    #[error("overloaded")]
    Busy { retry_after: Duration },
    /// More of these from one network than anybody needs: come again after the pause.
    #[error("asked too often")]
    TooOften { retry_after: Duration },
    /// A defect, or damaged data.
    #[error("failed: {0}")]
    Failed(Box<dyn Error + Send + Sync>),
}

/// A part of a deployment that can be away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    IdentityStore,
    ShortLivedStore,
    /// The hardware security module that signs.
    KeyModule,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::IdentityStore => "identity store",
            Self::ShortLivedStore => "short-lived store",
            Self::KeyModule => "hardware module",
        })
    }
}

impl FlowError {
    pub fn failed(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(cause.into())
    }
}

impl From<storage::Error> for FlowError {
    fn from(error: storage::Error) -> Self {
        match error {
            storage::Error::Unavailable(cause) => {
                tracing::error!(%cause, "the identity store is away");
                Self::Away(Part::IdentityStore)
            }
            other => Self::failed(other),
        }
    }
}

impl From<sessions::Error> for FlowError {
    fn from(error: sessions::Error) -> Self {
        match error {
            sessions::Error::Unavailable(cause) => {
                tracing::error!(%cause, "the short-lived store is away");
                Self::Away(Part::ShortLivedStore)
            }
            other => Self::failed(other),
        }
    }
}

impl From<ModuleError> for FlowError {
    fn from(error: ModuleError) -> Self {
        match error {
            ModuleError::Busy => Self::Busy { retry_after: Duration::from_secs(1) },
            ModuleError::WrongSignature | ModuleError::Refused(_) | ModuleError::PublicKey => Self::failed(error),
            cause => {
                tracing::error!(%cause, "the hardware module does not sign");
                Self::Away(Part::KeyModule)
            }
        }
    }
}

impl From<HashError> for FlowError {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy | HashError::Stopped => Self::Busy { retry_after: Duration::from_secs(2) },
            other => Self::failed(other),
        }
    }
}
