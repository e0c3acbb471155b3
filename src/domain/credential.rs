//! What a citizen holds to prove themselves with, beside a password: what is the same of every kind.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::assurance::AuthenticationLevel;
use super::ids::CredentialId;
use super::time::Timestamp;

/// A credential as its owner sees it, and as a sign-in judges what it could bring. What it is checked against is its kind's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    pub id: CredentialId,
    pub kind: CredentialKind,
    /// What its owner calls it.
    pub name: CredentialName,
    /// The level of the session that it was enrolled in, or was raised to since: it never counts for more.
    pub binding: AuthenticationLevel,
    pub traits: CredentialTraits,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// The text is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialKind {
    /// A passkey or a security key.
    WebAuthn,
    Certificate,
    Totp,
    /// A list of codes, each good once.
    RecoveryCodes,
}

impl CredentialKind {
    pub const ALL: [Self; 4] = [Self::WebAuthn, Self::Certificate, Self::Totp, Self::RecoveryCodes];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WebAuthn => "webauthn",
            Self::Certificate => "certificate",
            Self::Totp => "totp",
            Self::RecoveryCodes => "recovery_codes",
        }
    }
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CredentialKind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of credential")]
pub struct UnknownKind;

/// What a proof by it shows at best.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CredentialTraits {
    /// It is opened by a PIN or a finger, so that it is two factors by itself.
    pub unlocked: bool,
    pub phishing_resistant: bool,
    /// Its key cannot leave its hardware, and something that is trusted says so.
    pub hardware_bound: bool,
    /// It names its owner by itself: nothing has to be typed.
    pub discoverable: bool,
    /// It may be in several devices at once (a synced passkey).
    pub synced: bool,
}

/// 1 to 64 characters of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CredentialName(String);

impl CredentialName {
    pub const MOST_CHARACTERS: usize = 64;

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CredentialName {
    type Err = InvalidName;
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let text = text.trim();
        let sound = (1..=Self::MOST_CHARACTERS).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        if sound { Ok(Self(text.to_owned())) } else { Err(InvalidName) }
    }
}

impl TryFrom<String> for CredentialName {
    type Error = InvalidName;
    fn try_from(text: String) -> Result<Self, InvalidName> {
        text.parse()
    }
}

impl From<CredentialName> for String {
    fn from(name: CredentialName) -> Self {
        name.0
    }
}

impl fmt::Display for CredentialName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name is 1 to 64 characters of one line")]
pub struct InvalidName;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_by_its_name() {
        for kind in CredentialKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert_eq!("password".parse::<CredentialKind>(), Err(UnknownKind));
    }

    #[test]
    fn a_name_is_one_short_line() {
        assert_eq!("  Điện thoại của tôi ".parse::<CredentialName>().unwrap().as_str(), "Điện thoại của tôi");
        for wrong in ["", "   ", "a\nb", "a\0", &"á".repeat(65)] {
            assert_eq!(wrong.parse::<CredentialName>(), Err(InvalidName), "{wrong:?}");
        }
        assert!("á".repeat(64).parse::<CredentialName>().is_ok());
    }
}
