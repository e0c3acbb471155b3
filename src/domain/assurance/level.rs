//! The two axes.

use serde::{Deserialize, Serialize};

/// How well we know who this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i16", into = "i16")]
pub enum AccountLevel {
    /// Self-asserted.
    SelfAsserted = 0,
    /// Matched against the population registry and confirmed over a channel that the registry holds.
    Registered = 1,
    /// Proven in person, or by a qualified certificate where policy allows.
    Proven = 2,
}

/// How the person signed in now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i16", into = "i16")]
pub enum AuthenticationLevel {
    /// One factor.
    OneFactor = 1,
    /// Two different factors, no biometric.
    TwoFactors = 2,
    /// Two or more, one of them a proven biometric.
    Biometric = 3,
    /// A biometric, a possession and a knowledge factor.
    ThreeFactors = 4,
}

impl AuthenticationLevel {
    pub const ALL: [Self; 4] = [Self::OneFactor, Self::TwoFactors, Self::Biometric, Self::ThreeFactors];

    /// SenID's own `acr` value for this level.
    pub const fn acr(self) -> &'static str {
        match self {
            Self::OneFactor => "urn:senid:aal:1",
            Self::TwoFactors => "urn:senid:aal:2",
            Self::Biometric => "urn:senid:aal:3",
            Self::ThreeFactors => "urn:senid:aal:4",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a level")]
pub struct UnknownLevel(i16);

impl TryFrom<i16> for AccountLevel {
    type Error = UnknownLevel;
    fn try_from(level: i16) -> Result<Self, Self::Error> {
        match level {
            0 => Ok(Self::SelfAsserted),
            1 => Ok(Self::Registered),
            2 => Ok(Self::Proven),
            other => Err(UnknownLevel(other)),
        }
    }
}

impl From<AccountLevel> for i16 {
    fn from(level: AccountLevel) -> Self {
        level as Self
    }
}

impl TryFrom<i16> for AuthenticationLevel {
    type Error = UnknownLevel;
    fn try_from(level: i16) -> Result<Self, Self::Error> {
        match level {
            1 => Ok(Self::OneFactor),
            2 => Ok(Self::TwoFactors),
            3 => Ok(Self::Biometric),
            4 => Ok(Self::ThreeFactors),
            other => Err(UnknownLevel(other)),
        }
    }
}

impl From<AuthenticationLevel> for i16 {
    fn from(level: AuthenticationLevel) -> Self {
        level as Self
    }
}
