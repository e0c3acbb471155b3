//! What a token is encrypted with: JSON Web Algorithms, RFC 7518 §4.1 and §5.1.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! names {
    ($type:ident { $($variant:ident => $name:literal),+ $(,)? }) => {
        impl $type {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name as the standard spells it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }

            /// The algorithm of that name, letter case included.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|algorithm| algorithm.name() == name)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $type {
            type Err = UnknownAlgorithm;
            fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
                let names = [$($name),+];
                Self::from_name(text).ok_or_else(|| UnknownAlgorithm(names.join(", ")))
            }
        }
    };
}

/// An algorithm that is none of those offered; the message lists them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {0}")]
pub struct UnknownAlgorithm(pub(super) String);

/// How the content key reaches the recipient (`alg`). RSAES-PKCS1-v1_5, PBES2 and `dir` are not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum KeyManagementAlgorithm {
    #[serde(rename = "RSA-OAEP-256")]
    RsaOaep256,
    #[serde(rename = "ECDH-ES")]
    EcdhEs,
    #[serde(rename = "ECDH-ES+A256KW")]
    EcdhEsA256Kw,
}

names!(KeyManagementAlgorithm {
    RsaOaep256 => "RSA-OAEP-256",
    EcdhEs => "ECDH-ES",
    EcdhEsA256Kw => "ECDH-ES+A256KW",
});

/// What the content is encrypted with (`enc`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ContentEncryption {
    #[serde(rename = "A128GCM")]
    A128Gcm,
    #[serde(rename = "A256GCM")]
    A256Gcm,
    /// What registration means where it names only `alg` (OpenID Connect Registration §2).
    #[serde(rename = "A128CBC-HS256")]
    A128CbcHs256,
    #[serde(rename = "A256CBC-HS512")]
    A256CbcHs512,
}

names!(ContentEncryption {
    A128Gcm => "A128GCM",
    A256Gcm => "A256GCM",
    A128CbcHs256 => "A128CBC-HS256",
    A256CbcHs512 => "A256CBC-HS512",
});

/// Both halves of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encryption {
    pub alg: KeyManagementAlgorithm,
    pub enc: ContentEncryption,
}

/// What a key pair of the server's own is, so that others can encrypt to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EncryptionKeyType {
    #[serde(rename = "RSA-OAEP-256")]
    Rsa,
    /// Agrees on a key, which then encrypts or wraps: one for ECDH-ES and ECDH-ES+A256KW.
    #[serde(rename = "ECDH-ES")]
    P256,
}

names!(EncryptionKeyType {
    Rsa => "RSA-OAEP-256",
    P256 => "ECDH-ES",
});
