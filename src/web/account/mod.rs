//! The account pages: what a citizen sees and decides about their own account.

mod activity;
mod change_password;
mod codes;
mod credential;
mod data;
mod life;
mod linked;
mod new_passkey;
mod not_me;
pub mod organisations;
mod overview;
pub mod paper;
mod portals;
mod recovery;
mod requests;
mod security;
mod sessions;
mod shared;
mod start;
mod withdraw;

pub use activity::{Activity, ActivityFilter, ActivityTopic, Event, Happening, Unusual};
pub use change_password::ChangePassword;
pub use codes::{Confirm, Contact, NewTotp, Reached, RecoveryCodes, RecoveryCodesShown};
pub use credential::{Credential, LastStrong, RemoveCredential};
pub use data::{Correction, CorrectionProblem, Data, Disclosure, How, Standing as CorrectionStanding, Verified};
pub use life::{CloseAccount, Closing, Ward, WardLink, WardStanding};
pub use linked::{EndLink, LinkedAccount, LinkedAccounts, NewLink, OfferedAccount};
pub use new_passkey::{Fault as PasskeyFault, NewPasskey, PasskeyAdded, Problem as PasskeyProblem, StandsAlone};
pub use not_me::{Locked, NotMe};
pub use overview::{Level, Missing, Overview, SignInMethod};
pub use portals::{Allowed, ConnectedPortal, Portals};
pub use recovery::{Lost, NewCertificate, Opener, Raisable, Raise};
pub use requests::{Closed, ClosedRequest, Proof, Request, Requests, Waiting};
pub use security::{Asked, Counts, Enrolment, Held, SecondStep, Security, Waiting as RecoveryWaiting};
pub use sessions::{Known, Naming, Session, Sessions, Standing};
pub use shared::Shared;
pub use start::Start;
pub use withdraw::Withdraw;

/// Something that was just done, said at the head of the next page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    SessionEnded,
    OtherSessionsEnded,
    DeviceForgotten,
    ConsentWithdrawn,
    ConsentNarrowed,
    RequestAllowed,
    RequestDenied,
    RequestOver,
    RequestUnmet,
    CredentialAdded,
    CredentialRenamed,
    CredentialRemoved,
    PasswordChanged,
    SecondStepOn,
    SecondStepOff,
    CredentialRaised,
    RecoveryBegun,
    RecoveryStopped,
    LanguageChosen,
    CorrectionAsked,
    ContactRemoved,
    OrganisationAsked,
    OrganisationWithdrawn,
    InvitationAccepted,
    InvitationDeclined,
    InvitationWithdrawn,
    MandateEnded,
    AccountLinked,
    AccountUnlinked,
}

impl Notice {
    pub(super) fn text(&self) -> super::text::TextId {
        match self {
            Self::SessionEnded => super::text::id("notice-session-ended"),
            Self::OtherSessionsEnded => super::text::id("notice-other-sessions-ended"),
            Self::DeviceForgotten => super::text::id("notice-device-forgotten"),
            Self::ConsentWithdrawn => super::text::id("notice-consent-withdrawn"),
            Self::ConsentNarrowed => super::text::id("notice-consent-narrowed"),
            Self::RequestAllowed => super::text::id("notice-request-allowed"),
            Self::RequestDenied => super::text::id("notice-request-denied"),
            Self::RequestOver => super::text::id("notice-request-over"),
            Self::RequestUnmet => super::text::id("notice-request-unmet"),
            Self::CredentialAdded => super::text::id("notice-credential-added"),
            Self::CredentialRenamed => super::text::id("notice-credential-renamed"),
            Self::CredentialRemoved => super::text::id("notice-credential-removed"),
            Self::PasswordChanged => super::text::id("notice-password-changed"),
            Self::SecondStepOn => super::text::id("notice-second-step-on"),
            Self::SecondStepOff => super::text::id("notice-second-step-off"),
            Self::CredentialRaised => super::text::id("notice-credential-raised"),
            Self::RecoveryBegun => super::text::id("notice-recovery-begun"),
            Self::RecoveryStopped => super::text::id("notice-recovery-stopped"),
            Self::LanguageChosen => super::text::id("notice-language-chosen"),
            Self::CorrectionAsked => super::text::id("notice-correction-asked"),
            Self::ContactRemoved => super::text::id("notice-contact-removed"),
            Self::OrganisationAsked => super::text::id("notice-organisation-asked"),
            Self::OrganisationWithdrawn => super::text::id("notice-organisation-withdrawn"),
            Self::InvitationAccepted => super::text::id("notice-invitation-accepted"),
            Self::InvitationDeclined => super::text::id("notice-invitation-declined"),
            Self::InvitationWithdrawn => super::text::id("notice-invitation-withdrawn"),
            Self::MandateEnded => super::text::id("notice-mandate-ended"),
            Self::AccountLinked => super::text::id("notice-account-linked"),
            Self::AccountUnlinked => super::text::id("notice-account-unlinked"),
        }
    }
}
