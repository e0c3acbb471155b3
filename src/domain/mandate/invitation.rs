//! An invitation: a mandate that was offered to one person, and waits until they accept it.

use super::Offer;
use crate::domain::ids::{CitizenId, InvitationId, MandateId, OrganisationId};
use crate::domain::secret::SecretHash;
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub organisation: OrganisationId,
    /// Of the code that leads to it.
    pub code: SecretHash,
    /// Whom it is for: whoever has another name than this accepts nothing with it, whatever code they hold.
    pub invited: SignInName,
    pub offer: Offer,
    /// Who offers it, and the mandate that it will be a part of.
    pub offered_by: CitizenId,
    pub offered_with: MandateId,
    pub offered_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: InvitationState,
}

/// The text is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationState {
    Offered,
    Ended(InvitationEnd),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationEnd {
    Accepted,
    Declined,
    /// Whoever offered it thought better of it, or may offer it no more.
    Withdrawn,
}

/// What the person says to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Accept,
    Decline,
}

/// It waits no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the invitation was answered, withdrawn or has expired")]
pub struct Over;

impl InvitationState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Ended(end) => end.as_str(),
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let ends = [InvitationEnd::Accepted, InvitationEnd::Declined, InvitationEnd::Withdrawn].map(Self::Ended);
        ends.into_iter().chain([Self::Offered]).find(|state| state.as_str() == text)
    }
}

impl InvitationEnd {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

impl Invitation {
    /// Whether it still waits.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == InvitationState::Offered && now < self.expires_at
    }

    /// It ends, once.
    ///
    /// # Errors
    /// [`Over`].
    pub fn end(self, how: InvitationEnd, now: Timestamp) -> Result<Self, Over> {
        match self.is_open(now) {
            true => Ok(Self { state: InvitationState::Ended(how), ..self }),
            false => Err(Over),
        }
    }
}
