//! The fault-injecting sandbox: whether a deployment is one, and what its portals' developers may have go wrong in a sign-in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::stage::Stage;

/// The claim of every token, the member of every document and answer that is kept, and the header of every response, but for the case
/// of its letters, that says that nothing of it is real.
pub const MARK: &str = "sandbox";

/// What a deployment is, for as long as it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// What it says of people is meant.
    #[default]
    Official,
    /// Nobody in it is real, and it may be told to answer wrongly.
    Sandbox,
}

impl Mode {
    /// Whether clients of this stage are served at all. A sandbox has no portal that citizens use, whatever is registered in it.
    pub const fn serves(self, stage: Stage) -> bool {
        matches!((self, stage), (Self::Official, _) | (Self::Sandbox, Stage::Sandbox))
    }

    pub const fn is_sandbox(self) -> bool {
        matches!(self, Self::Sandbox)
    }
}

/// What goes wrong in one sign-in, where its portal's developer wants to see what the portal does then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    // The answer of the authorization endpoint.
    AccessDenied,
    LoginRequired,
    TemporarilyUnavailable,
    ServerError,
    WrongState,
    MissingIssuer,
    OtherIssuer,
    // The token endpoint.
    ExpiredCode,
    UsedCode,
    Unavailable,
    Slow,
    // What the ID token says.
    WrongNonce,
    WrongAudience,
    WrongIssuer,
    ExpiredToken,
    MissingSubject,
    LowerLevel,
    // What it is signed by.
    RotatedKey,
    UnknownKey,
    BadSignature,
}

/// Where a fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Answer,
    TokenEndpoint,
    Claims,
    Signature,
}

impl Place {
    pub const ALL: [Self; 4] = [Self::Answer, Self::TokenEndpoint, Self::Claims, Self::Signature];
}

impl Fault {
    pub const ALL: [Self; 20] = [
        Self::AccessDenied,
        Self::LoginRequired,
        Self::TemporarilyUnavailable,
        Self::ServerError,
        Self::WrongState,
        Self::MissingIssuer,
        Self::OtherIssuer,
        Self::ExpiredCode,
        Self::UsedCode,
        Self::Unavailable,
        Self::Slow,
        Self::WrongNonce,
        Self::WrongAudience,
        Self::WrongIssuer,
        Self::ExpiredToken,
        Self::MissingSubject,
        Self::LowerLevel,
        Self::RotatedKey,
        Self::UnknownKey,
        Self::BadSignature,
    ];

    /// What the page's form sends, and what is stored; never changed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::LoginRequired => "login_required",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
            Self::WrongState => "wrong_state",
            Self::MissingIssuer => "missing_issuer",
            Self::OtherIssuer => "other_issuer",
            Self::ExpiredCode => "expired_code",
            Self::UsedCode => "used_code",
            Self::Unavailable => "unavailable",
            Self::Slow => "slow",
            Self::WrongNonce => "wrong_nonce",
            Self::WrongAudience => "wrong_audience",
            Self::WrongIssuer => "wrong_issuer",
            Self::ExpiredToken => "expired_token",
            Self::MissingSubject => "missing_subject",
            Self::LowerLevel => "lower_level",
            Self::RotatedKey => "rotated_key",
            Self::UnknownKey => "unknown_key",
            Self::BadSignature => "bad_signature",
        }
    }

    pub const fn place(self) -> Place {
        match self {
            Self::AccessDenied
            | Self::LoginRequired
            | Self::TemporarilyUnavailable
            | Self::ServerError
            | Self::WrongState
            | Self::MissingIssuer
            | Self::OtherIssuer => Place::Answer,
            Self::ExpiredCode | Self::UsedCode | Self::Unavailable | Self::Slow => Place::TokenEndpoint,
            Self::WrongNonce
            | Self::WrongAudience
            | Self::WrongIssuer
            | Self::ExpiredToken
            | Self::MissingSubject
            | Self::LowerLevel => Place::Claims,
            Self::RotatedKey | Self::UnknownKey | Self::BadSignature => Place::Signature,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|fault| fault.as_str() == text).ok_or(UnknownFault)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such fault")]
pub struct UnknownFault;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sandbox_serves_no_portal_that_citizens_use() {
        assert!(!Mode::Sandbox.serves(Stage::Production));
        assert!(Mode::Sandbox.serves(Stage::Sandbox));
        assert!(Stage::ALL.into_iter().all(|stage| Mode::Official.serves(stage)));
    }

    #[test]
    fn every_fault_is_read_as_it_is_written() {
        for fault in Fault::ALL {
            assert_eq!(fault.as_str().parse(), Ok(fault));
            assert_eq!(serde_json::to_value(fault).unwrap(), fault.as_str());
        }
        assert_eq!("none".parse::<Fault>(), Err(UnknownFault));
    }
}
