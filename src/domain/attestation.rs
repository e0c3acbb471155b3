//! What WebAuthn credentials say of where their key lives, and what a deployment asks of that: W3C WebAuthn §6.5.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The model of an authenticator (AAGUID, W3C WebAuthn §6.5.1.1). By itself it is a claim that anybody can make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Aaguid([u8; 16]);

impl Aaguid {
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Aaguid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl FromStr for Aaguid {
    type Err = InvalidAaguid;
    /// Five groups of hexadecimal digits with hyphens between them, and no other spelling of a UUID.
    fn from_str(text: &str) -> Result<Self, InvalidAaguid> {
        let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == 36).ok_or(InvalidAaguid)?;
        Ok(Self(uuid.into_bytes()))
    }
}

impl TryFrom<String> for Aaguid {
    type Error = InvalidAaguid;
    fn try_from(text: String) -> Result<Self, InvalidAaguid> {
        text.parse()
    }
}

impl From<Aaguid> for String {
    fn from(aaguid: Aaguid) -> Self {
        aaguid.to_string()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an AAGUID is written as 8-4-4-4-12 hexadecimal digits")]
pub struct InvalidAaguid;

/// Whose word counts for the model of an authenticator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AttestationPolicy {
    /// Nobody's: nothing is asked for, and nothing is hardware-bound.
    #[default]
    None,
    /// The operator's, who lists models.
    KnownModels,
    /// The FIDO Metadata Service's.
    Metadata,
}

/// What becomes of an authenticator that proves no model that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unattested {
    /// It is enrolled as what it is: it is never hardware-bound.
    #[default]
    Enrolled,
    Refused,
}

/// What a credential's attestation had proven when it was enrolled. It is kept with the credential; what it is worth is asked
/// anew at every sign-in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// Proven where `attested`, and otherwise only said.
    pub aaguid: Aaguid,
    /// The maker's key vouched for the model, and a root that counted for the maker's key.
    pub attested: bool,
    /// The key was made never to leave its authenticator (not backup-eligible, W3C WebAuthn §6.1.3).
    pub single_device: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aaguid_has_one_spelling() {
        let text = "ee882879-721c-4913-9775-3dfcce97072a";
        let aaguid: Aaguid = text.parse().unwrap();
        assert_eq!(aaguid.to_string(), text);
        assert_eq!(serde_json::to_string(&aaguid).unwrap(), format!("{text:?}"));
        for wrong in [
            "",
            "ee882879721c491397753dfcce97072a",
            "{ee882879-721c-4913-9775-3dfcce97072a}",
            "urn:uuid:ee882879-721c-4913-9775-3dfcce97072a",
            "ee882879-721c-4913-9775-3dfcce97072",
        ] {
            assert_eq!(wrong.parse::<Aaguid>(), Err(InvalidAaguid), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_known_of_a_credential_counts_for_nothing() {
        let read: Provenance = serde_json::from_str("{}").unwrap();
        assert_eq!(read, Provenance { aaguid: Aaguid::default(), attested: false, single_device: false });
    }
}
