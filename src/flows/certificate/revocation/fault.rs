//! Why a source said nothing that counts.

use crate::credentials::certificate::revocation::{ListFault, OcspFault, Refused};
use crate::outbound::FetchError;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("it has failed several times and is left alone for now")]
    LeftAlone,
    #[error("it did not answer in time")]
    Slow,
    #[error("it could not be connected to")]
    Unreachable,
    #[error("it {0}")]
    Fetch(FetchError),
    #[error("its answer {0}")]
    Ocsp(#[from] OcspFault),
    #[error("its list {0}")]
    List(#[from] ListFault),
    #[error("its answer is signed by a responder whose own certificate was revoked")]
    RevokedResponder,
    #[error("the question cannot be written")]
    Question,
    #[error("whether its list is the newest cannot be looked up")]
    Store,
}

impl From<FetchError> for Fault {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::TimedOut => Self::Slow,
            // Plain http is as good here.
            FetchError::Unreachable => Self::Unreachable,
            other => Self::Fetch(other),
        }
    }
}

impl Fault {
    /// The word that metrics count it under.
    pub(super) const fn label(&self) -> &'static str {
        match self {
            Self::LeftAlone => "left_alone",
            Self::Slow => "timed_out",
            Self::Unreachable | Self::Fetch(_) => "unreachable",
            Self::Ocsp(OcspFault::Refused(_)) => "refused",
            Self::Ocsp(_) | Self::List(_) | Self::RevokedResponder => "unusable",
            Self::Question | Self::Store => "failed",
        }
    }

    /// Whether it shows that the source is not well. An answer that is signed by another authority, or about another certificate,
    /// shows only that it was the wrong one to ask.
    pub(super) const fn is_of_source(&self) -> bool {
        match self {
            Self::Slow | Self::Unreachable | Self::Fetch(_) => true,
            Self::Ocsp(OcspFault::Refused(refused)) => matches!(refused, Refused::TryLater | Refused::InternalError),
            Self::Ocsp(OcspFault::Malformed) | Self::List(ListFault::Malformed) => true,
            _ => false,
        }
    }
}
