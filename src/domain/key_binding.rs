//! What a token is bound to, so that whoever steals it cannot use it: the confirmation of RFC 7800, by a key that signs
//! DPoP proofs (RFC 9449 §6) or by the certificate of a TLS connection (RFC 8705 §3).

use serde::{Deserialize, Serialize};

/// A SHA-256 thumbprint: of a JWK (RFC 7638), or of a DER-encoded certificate (RFC 8705 §3.1). It is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Thumbprint([u8; 32]);

impl Thumbprint {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The key that a token is good with, and with no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum KeyBinding {
    /// `jkt`: the thumbprint of the JWK that signs the proofs.
    Dpop(Thumbprint),
    /// `x5t#S256`: the thumbprint of the certificate that the TLS connection is made with.
    Certificate(Thumbprint),
}

impl KeyBinding {
    /// How a token that is bound so is presented: `token_type` in the answer, the scheme in the header.
    pub const fn token_type(self) -> &'static str {
        match self {
            Self::Dpop(_) => "DPoP",
            Self::Certificate(_) => "Bearer",
        }
    }
}

/// The keys that the sender of a request has proven to hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProvenKeys {
    /// It has signed the request's proof.
    pub dpop: Option<Thumbprint>,
    /// The connection is made with it.
    pub certificate: Option<Thumbprint>,
}

impl ProvenKeys {
    /// Whether what is bound so is good in the hands of the sender.
    pub fn satisfy(&self, binding: KeyBinding) -> bool {
        match binding {
            KeyBinding::Dpop(thumbprint) => self.dpop == Some(thumbprint),
            KeyBinding::Certificate(thumbprint) => self.certificate == Some(thumbprint),
        }
    }
}
