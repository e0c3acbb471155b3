//! What kind of key a certificate is for, and whether it is strong enough: RFC 3279 §2.3, RFC 5480, RFC 8410.

use std::fmt;

use x509_parser::asn1_rs::{Class, Tag};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::LEAST_RSA_BITS;

/// More is slower to verify than it is worth, and `ring` verifies none.
const MOST_RSA_BITS: usize = 8192;
const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
const ED25519: &str = "1.3.101.112";
/// All of Russia's algorithms: GOST R 34.10 in each of its years.
const RUSSIA: &str = "1.2.643.";

/// A public key that signatures can be verified with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    Rsa { bits: usize },
    P256,
    P384,
    P521,
    Ed25519,
}

/// Why a key is none that proves anything here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    #[error("its RSA key has {0} bits, fewer than 2048")]
    Weak(usize),
    #[error("it has a GOST key, and SenID verifies no GOST signatures: RSA, ECDSA and Ed25519 ones work")]
    Gost,
    #[error(
        "its key is of the kind {0}; those that work are RSA from 2048 to 8192 bits, P-256, P-384, P-521 and Ed25519"
    )]
    Unsupported(String),
}

impl KeyKind {
    /// # Errors
    /// Where it is too weak, or of a kind that nothing here verifies.
    pub fn of(key: &SubjectPublicKeyInfo<'_>) -> Result<Self, KeyFault> {
        let algorithm = key.algorithm.algorithm.to_id_string();
        if algorithm.starts_with(RUSSIA) {
            return Err(KeyFault::Gost);
        }
        match algorithm.as_str() {
            ED25519 => return Ok(Self::Ed25519),
            EC_PUBLIC_KEY => return curve(key),
            _ => {}
        }
        let Ok(PublicKey::RSA(rsa)) = key.parsed() else { return Err(KeyFault::Unsupported(algorithm)) };
        match bits(rsa.modulus) {
            bits if bits < LEAST_RSA_BITS => Err(KeyFault::Weak(bits)),
            bits if bits > MOST_RSA_BITS => Err(KeyFault::Unsupported(format!("RSA with {bits} bits"))),
            bits => Ok(Self::Rsa { bits }),
        }
    }
}

fn curve(key: &SubjectPublicKeyInfo<'_>) -> Result<KeyKind, KeyFault> {
    // A curve with parameters of its own may be anything (CVE-2020-0601).
    let named = key.algorithm.parameters.as_ref().filter(|any| {
        // The reader looks at the number alone: a name in another class, or in pieces, is none.
        any.class() == Class::Universal && any.tag() == Tag::Oid && !any.header.constructed()
    });
    let named = named.and_then(|parameters| parameters.as_oid().ok());
    match named.map(|oid| oid.to_id_string()).as_deref() {
        Some("1.2.840.10045.3.1.7") => Ok(KeyKind::P256),
        Some("1.3.132.0.34") => Ok(KeyKind::P384),
        Some("1.3.132.0.35") => Ok(KeyKind::P521),
        Some(other) => Err(KeyFault::Unsupported(format!("elliptic curve {other}"))),
        None => Err(KeyFault::Unsupported("elliptic curve without a name".to_owned())),
    }
}

fn bits(number: &[u8]) -> usize {
    let significant = number.iter().position(|byte| *byte != 0).map_or(&[][..], |first| &number[first..]);
    significant.first().map_or(0, |first| significant.len() * 8 - first.leading_zeros() as usize)
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
            Self::P521 => f.write_str("P-521"),
            Self::Ed25519 => f.write_str("Ed25519"),
        }
    }
}
