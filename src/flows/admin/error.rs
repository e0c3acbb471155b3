//! Why an operator's wish was not done, in sentences for the operator.

use crate::credentials::password::HashError;
use crate::crypto::hardware::ModuleError;
use crate::crypto::seal::SealError;
use crate::domain::administration::Denied;
use crate::domain::administration::approval::{Approval, Unfit};
use crate::flows::FlowError;
use crate::flows::key_pairs::RotationError;
use crate::protocol::registration;
use crate::{sessions, storage};

/// One thing that is wrong with what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The member that it concerns, as registration metadata and claims name it.
    pub field: &'static str,
    /// What is wrong, as the end of a sentence that begins with the member.
    pub sentence: String,
}

impl Fault {
    pub fn new(field: &'static str, sentence: impl Into<String>) -> Self {
        Self { field, sentence: sentence.into() }
    }
}

impl From<registration::Fault> for Fault {
    fn from(fault: registration::Fault) -> Self {
        Self { field: fault.member, sentence: fault.sentence }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// Everything that is wrong with what was asked, at once.
    #[error("{}", .0.iter().map(|fault| format!("{}: {}", fault.field, fault.sentence)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Fault>),
    #[error("{0}")]
    NotFound(String),
    /// Nothing was done yet: it takes a second person, who was asked.
    #[error("approval {}: {} takes a second person, who approves it until it expires", .0.id, .0.matter)]
    Waits(Box<Approval>),
    /// A second person does not decide it, or not any more.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Whoever acts may not do this.
    #[error(transparent)]
    Denied(Denied),
    /// It stands in the way of something that is there.
    #[error("{0}")]
    Conflict(String),
    /// It is another than the one that was to be changed.
    #[error("somebody else changed it in the meantime")]
    Changed,
    /// A part of the deployment does not answer. Nothing is half-written.
    #[error("{0}")]
    Away(String),
    #[error("{0}")]
    Failed(Box<dyn std::error::Error + Send + Sync>),
}

impl AdminError {
    pub fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(cause.into())
    }

    pub fn invalid(field: &'static str, sentence: impl Into<String>) -> Self {
        Self::Invalid(vec![Fault::new(field, sentence)])
    }
}

impl From<storage::Error> for AdminError {
    fn from(error: storage::Error) -> Self {
        match &error {
            storage::Error::Unavailable(cause) => Self::Away(format!("{error}: {cause}")),
            storage::Error::Conflict(conflict) => Self::Conflict(conflict.to_string()),
            _ => Self::failed(error),
        }
    }
}

impl From<sessions::Error> for AdminError {
    fn from(error: sessions::Error) -> Self {
        match &error {
            sessions::Error::Unavailable(cause) => Self::Away(format!("the short-lived store is away: {cause}")),
            _ => Self::failed(error),
        }
    }
}

impl From<RotationError> for AdminError {
    fn from(error: RotationError) -> Self {
        match error {
            RotationError::Store(error) => error.into(),
            RotationError::Module(error) => error.into(),
            other => Self::failed(other),
        }
    }
}

impl From<ModuleError> for AdminError {
    fn from(error: ModuleError) -> Self {
        match error {
            ModuleError::Away(_) | ModuleError::Busy | ModuleError::Late => Self::Away(error.to_string()),
            other => Self::failed(other),
        }
    }
}

impl From<FlowError> for AdminError {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Away(part) => Self::Away(format!("the {part} is away")),
            other => Self::failed(other),
        }
    }
}

impl From<HashError> for AdminError {
    fn from(error: HashError) -> Self {
        Self::failed(error)
    }
}

impl From<SealError> for AdminError {
    fn from(error: SealError) -> Self {
        Self::failed(error)
    }
}
