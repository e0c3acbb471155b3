//! The server's own key pairs and their life: a signing key is published before it signs and after it has signed last; a key
//! that others encrypt to is published while they are to use it, and decrypts for a while longer.
//!
//! A key's whole life is in its row as instants, so every server takes the next key into use at the same moment without
//! asking the others, and whether or not the job that plans ahead is running just then:
//!
//! ```text
//! created ── next ──▶ active_from ── current ──▶ retired_at ── previous ──▶ removed_at
//! └─────────────────────── a signing key is published ────────────────────────┘
//!                          └─ an encryption key is ──┘
//! ```

mod rotation;

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::encryption::{EncryptionKeyType, UnknownAlgorithm};
use super::time::Timestamp;

pub use rotation::{
    RotationPolicy, RotationStep, plan_change_over, plan_move, plan_rotation, plan_rotation_now, unannounced,
};

/// A JWS signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1). Neither `none` nor a shared-secret algorithm is among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SignatureAlgorithm {
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "ES384")]
    Es384,
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "PS256")]
    Ps256,
    #[serde(rename = "RS256")]
    Rs256,
}

impl SignatureAlgorithm {
    pub const ALL: [Self; 5] = [Self::Es256, Self::Es384, Self::EdDsa, Self::Ps256, Self::Rs256];

    /// The name as the standards spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of that name, letter case included.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SignatureAlgorithm {
    type Err = UnknownAlgorithm;
    fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
        Self::from_name(text).ok_or_else(|| UnknownAlgorithm(Self::ALL.map(Self::name).join(", ")))
    }
}

/// What a key pair does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyAlgorithm {
    Signature(SignatureAlgorithm),
    /// Decrypts what others encrypt to it.
    Encryption(EncryptionKeyType),
}

impl KeyAlgorithm {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signature(algorithm) => algorithm.name(),
            Self::Encryption(key_type) => key_type.name(),
        }
    }

    /// The algorithm of that name, letter case included.
    pub fn from_name(name: &str) -> Option<Self> {
        let encryption = || EncryptionKeyType::from_name(name).map(Self::Encryption);
        SignatureAlgorithm::from_name(name).map(Self::Signature).or_else(encryption)
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<SignatureAlgorithm> for KeyAlgorithm {
    fn from(algorithm: SignatureAlgorithm) -> Self {
        Self::Signature(algorithm)
    }
}

impl From<EncryptionKeyType> for KeyAlgorithm {
    fn from(key_type: EncryptionKeyType) -> Self {
        Self::Encryption(key_type)
    }
}

/// A `kid`: the key's JWK thumbprint (RFC 7638).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    pub fn new(kid: impl Into<String>) -> Self {
        Self(kid.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of a key pair without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPair {
    pub kid: KeyId,
    pub algorithm: KeyAlgorithm,
    pub created_at: Timestamp,
    /// Signs, or is encrypted to, from here on, unless a younger key is.
    pub active_from: Timestamp,
    /// Signs no more, and is not to be encrypted to, from here on.
    pub retired_at: Option<Timestamp>,
    /// What it signed is not accepted, and what was encrypted to it not decrypted, from here on.
    pub removed_at: Option<Timestamp>,
}

/// Where a private key is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyPlace {
    /// In the identity store, sealed under the master key; and in the servers' memory.
    #[default]
    Store,
    /// In a hardware security module, and nowhere else.
    Module,
}

impl KeyPlace {
    pub const ALL: [Self; 2] = [Self::Store, Self::Module];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Module => "module",
        }
    }
}

/// A key pair as it is stored: the private part is a PKCS#8 document sealed under the master key, or, of a key in a
/// hardware module, what says which one it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKeyPair {
    pub key: KeyPair,
    pub sealed: Vec<u8>,
}

/// How long whoever fetched the JWKS may keep it, as its `Cache-Control` says.
pub const JWKS_KEPT_FOR: Duration = Duration::from_secs(300);

/// Where in its life a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    Next,
    Current,
    Previous,
    Removed,
}

impl KeyPair {
    /// Whether what it signed is accepted, or what was encrypted to it is decrypted.
    pub fn is_accepted(&self, now: Timestamp) -> bool {
        self.removed_at.is_none_or(|removed| now < removed)
    }

    /// Whether it is in the JWKS. Whoever verifies has to know a key early and long; whoever encrypts takes any that is
    /// there, so a key that is not to be used any more must not be.
    pub fn is_published(&self, now: Timestamp) -> bool {
        match self.algorithm {
            KeyAlgorithm::Signature(_) => self.is_accepted(now),
            KeyAlgorithm::Encryption(_) => self.is_active(now),
        }
    }

    /// Where it stands among `keys`.
    pub fn state(&self, keys: &[Self], now: Timestamp) -> KeyState {
        if !self.is_accepted(now) {
            KeyState::Removed
        } else if now < self.active_from {
            KeyState::Next
        } else if current(keys, self.algorithm, now).is_some_and(|current| current.kid == self.kid) {
            KeyState::Current
        } else {
            KeyState::Previous
        }
    }

    fn is_active(&self, now: Timestamp) -> bool {
        self.active_from <= now && self.retired_at.is_none_or(|retired| now < retired) && self.is_accepted(now)
    }

    /// The younger of two is used; the `kid` settles a tie the same way on every server.
    fn precedence(&self) -> (Timestamp, &KeyId) {
        (self.active_from, &self.kid)
    }
}

/// The key that signs with `algorithm`, or is to be encrypted to, at `now`.
pub fn current<'k>(
    keys: impl IntoIterator<Item = &'k KeyPair>,
    algorithm: impl Into<KeyAlgorithm>,
    now: Timestamp,
) -> Option<&'k KeyPair> {
    let algorithm = algorithm.into();
    keys.into_iter()
        .filter(|key| key.algorithm == algorithm && key.is_active(now))
        .max_by(|left, right| left.precedence().cmp(&right.precedence()))
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
