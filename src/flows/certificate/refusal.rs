//! How presenting a certificate ends, and what is told of one that is refused.
//!
//! Whoever presents a certificate has proven that they hold its key, so they may be told what is wrong with it, and that nobody
//! with its number has an account here: they ask about themselves. Nothing is told of anybody else.

use std::time::Duration;

use crate::credentials::certificate;
use crate::domain::sign_in::OutOfOrder;
use crate::domain::time::Timestamp;

use super::super::sign_in::prove::SignedIn;

#[derive(Debug)]
pub enum Proof {
    Given(Box<SignedIn>),
    /// It is the account's from now on, and nobody signed in.
    Added,
    Refused(Refusal),
    OutOfOrder(OutOfOrder),
}

/// Which step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The browser showed none: there was none to choose, or the person chose none.
    NothingShown,
    /// What was to be signed is too old, was used, or is another browser's.
    TooLate,
    /// The token or the signature cannot be read.
    Unreadable,
    /// Its key did not sign what was to be signed.
    NotProven,
    /// The chain, the policy or the number of it.
    Certificate(certificate::Refusal),
    Revoked(Timestamp),
    /// For the time being.
    OnHold,
    /// Its authority has not issued it, as far as it knows.
    UnknownToIssuer,
    /// An authority on its way to the trust folder was.
    AuthorityRevoked,
    /// Nobody who knows whether it was revoked answers.
    RevocationUnknown,
    /// Nobody with its number has an account.
    NoAccount,
    Locked,
    /// The account's holder has not been confirmed yet, and a certificate is bound to nobody else.
    NotConfirmed,
    /// Its authority's certificates are added in the account first.
    NotBound,
    /// It was in the account, and its owner took it out.
    Removed,
    /// It is in the person's own account already.
    Known,
    /// It is added to another account.
    Taken,
    /// The person holds as many credentials as one can.
    TooMany,
    /// Somebody else has signed in here already, and more was asked of them.
    OtherPerson,
    /// The person did not sign, or said no, on their telephone.
    NotSigned,
    /// The signing service does not answer.
    ServiceAway,
    Throttled {
        retry_after: Duration,
    },
}

impl Refusal {
    /// A stable name for events and figures.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NothingShown => "no_certificate",
            Self::TooLate => "challenge_over",
            Self::Unreadable => "unreadable",
            Self::NotProven => "not_proven",
            Self::Certificate(refusal) => refusal.as_str(),
            Self::Revoked(_) => "revoked",
            Self::OnHold => "on_hold",
            Self::UnknownToIssuer => "unknown_to_issuer",
            Self::AuthorityRevoked => "authority_revoked",
            Self::RevocationUnknown => "revocation_unknown",
            Self::NoAccount => "no_account",
            Self::Locked => "locked",
            Self::NotConfirmed => "account_level",
            Self::NotBound => "not_bound",
            Self::Removed => "removed_by_owner",
            Self::Known => "known",
            Self::Taken => "bound_to_another",
            Self::TooMany => "too_many_credentials",
            Self::OtherPerson => "other_person",
            Self::NotSigned => "not_signed",
            Self::ServiceAway => "signing_service_away",
            Self::Throttled { .. } => "throttled",
        }
    }
}
