//! How well a citizen is known, and how they signed in now: two axes, never one number.
//!
//! National terms and the one English name each has here:
//!
//! | Viet Nam (Decree 69/2024/NĐ-CP) | here |
//! |---|---|
//! | mức độ tài khoản định danh điện tử | [`AccountLevel`] |
//! | mức độ xác thực (Art. 20) | [`AuthenticationLevel`] |
//! | số định danh cá nhân | `national_id::NationalId`, scheme `vn` |

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

/// What was used to sign in. Its wire name is its `amr` value (RFC 8176).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AuthenticationMethod {
    #[serde(rename = "pwd")]
    Password,
}

impl AuthenticationMethod {
    /// The `amr` value, RFC 8176 §2.
    pub const fn amr(self) -> &'static str {
        match self {
            Self::Password => "pwd",
        }
    }
}

impl AuthenticationLevel {
    /// The level that `methods` together reach.
    pub fn reached_by(_methods: &[AuthenticationMethod]) -> Self {
        // Only passwords exist yet: one factor, however often.
        Self::OneFactor
    }

    pub const ALL: [Self; 4] = [Self::OneFactor, Self::TwoFactors, Self::Biometric, Self::ThreeFactors];

    /// The highest that can be reached with what is built in.
    pub const ATTAINABLE: Self = Self::OneFactor;

    /// Whether this level is what the `acr` value stands for, or more. A value that nobody defines here is never met.
    pub fn satisfies(self, acr: &str) -> bool {
        Self::ALL.iter().any(|least| least.acr() == acr && *least <= self)
    }

    /// The `acr` value that stands for this level.
    pub const fn acr(self) -> &'static str {
        match self {
            Self::OneFactor => "urn:senid:aal:1",
            Self::TwoFactors => "urn:senid:aal:2",
            Self::Biometric => "urn:senid:aal:3",
            Self::ThreeFactors => "urn:senid:aal:4",
        }
    }
}

/// The `acr` values that can be reached with what is built in (OpenID Connect Discovery §3).
pub const ACR_VALUES_SUPPORTED: &[&str] = &[AuthenticationLevel::ATTAINABLE.acr()];

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
