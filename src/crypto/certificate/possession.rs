//! Possession of the key of a certificate, proven by signing what one was asked to: RFC 7518 §3 with ECDSA as `r ‖ s`, and
//! RFC 5754, RFC 5753 and RFC 8419 with ECDSA in DER.
//!
//! `ring` verifies what it knows; P-521, and the pairs of curve and hash that it has not, are `aws-lc-rs`'s.

use aws_lc_rs::signature as aws;
use ring::signature as own;

use super::{CertificateFault, KeyKind, parse};
use crate::crypto::hash::{sha256, sha384, sha512};

/// The hashes that a signature may be over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => sha256(data).to_vec(),
            Self::Sha384 => sha384(data).to_vec(),
            Self::Sha512 => sha512(data).to_vec(),
        }
    }

    /// Bytes of one.
    pub const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// How a key signs, apart from the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// As JSON Web Signature writes it: `r ‖ s`, and each curve with the hash of its own length (RFC 7518 §3.4).
    EcdsaFixed,
    /// In DER, any of the three curves with any of the three hashes.
    EcdsaDer,
    RsaPkcs1,
    /// With a salt as long as the hash.
    RsaPss,
    /// Its hash is its own, whatever else is hashed.
    Ed25519,
}

/// The signature is not this key's over this message, or the key is of another kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PossessionFault {
    #[error("the certificate's key is of another kind than the signature's algorithm")]
    OtherKey,
    #[error("the signature is not the certificate's key's over what was to be signed")]
    NotTheKeys,
    #[error(transparent)]
    Certificate(#[from] CertificateFault),
}

/// Holds `signature` over `message` against the key of the certificate `leaf`, in DER.
///
/// # Errors
/// [`PossessionFault`].
pub fn verify_possession(
    leaf: &[u8],
    scheme: Scheme,
    hash: Hash,
    message: &[u8],
    signature: &[u8],
) -> Result<(), PossessionFault> {
    let parsed = parse(leaf)?;
    let kind = KeyKind::of(parsed.public_key()).map_err(|_| PossessionFault::OtherKey)?;
    let key = &parsed.public_key().subject_public_key;
    // A key of a number of bits that is no multiple of eight is another reading of somebody's key.
    if key.unused_bits != 0 {
        return Err(PossessionFault::OtherKey);
    }
    let key = key.data.as_ref();
    let verifier = verifier(kind, scheme, hash).ok_or(PossessionFault::OtherKey)?;
    let good = match verifier {
        Verifier::Own(algorithm) => own::UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok(),
        Verifier::Aws(algorithm) => aws::UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok(),
    };
    if good { Ok(()) } else { Err(PossessionFault::NotTheKeys) }
}

enum Verifier {
    Own(&'static dyn own::VerificationAlgorithm),
    Aws(&'static dyn aws::VerificationAlgorithm),
}

fn verifier(key: KeyKind, scheme: Scheme, hash: Hash) -> Option<Verifier> {
    use Hash::{Sha256, Sha384, Sha512};
    use KeyKind::{Ed25519, P256, P384, P521, Rsa};
    use Verifier::{Aws, Own};
    Some(match (key, scheme, hash) {
        (P256, Scheme::EcdsaFixed, Sha256) => Own(&own::ECDSA_P256_SHA256_FIXED),
        (P384, Scheme::EcdsaFixed, Sha384) => Own(&own::ECDSA_P384_SHA384_FIXED),
        (P521, Scheme::EcdsaFixed, Sha512) => Aws(&aws::ECDSA_P521_SHA512_FIXED),
        (P256, Scheme::EcdsaDer, Sha256) => Own(&own::ECDSA_P256_SHA256_ASN1),
        (P256, Scheme::EcdsaDer, Sha384) => Own(&own::ECDSA_P256_SHA384_ASN1),
        (P256, Scheme::EcdsaDer, Sha512) => Aws(&aws::ECDSA_P256_SHA512_ASN1),
        (P384, Scheme::EcdsaDer, Sha256) => Own(&own::ECDSA_P384_SHA256_ASN1),
        (P384, Scheme::EcdsaDer, Sha384) => Own(&own::ECDSA_P384_SHA384_ASN1),
        (P384, Scheme::EcdsaDer, Sha512) => Aws(&aws::ECDSA_P384_SHA512_ASN1),
        (P521, Scheme::EcdsaDer, Sha256) => Aws(&aws::ECDSA_P521_SHA256_ASN1),
        (P521, Scheme::EcdsaDer, Sha384) => Aws(&aws::ECDSA_P521_SHA384_ASN1),
        (P521, Scheme::EcdsaDer, Sha512) => Aws(&aws::ECDSA_P521_SHA512_ASN1),
        (Rsa { .. }, Scheme::RsaPkcs1, Sha256) => Own(&own::RSA_PKCS1_2048_8192_SHA256),
        (Rsa { .. }, Scheme::RsaPkcs1, Sha384) => Own(&own::RSA_PKCS1_2048_8192_SHA384),
        (Rsa { .. }, Scheme::RsaPkcs1, Sha512) => Own(&own::RSA_PKCS1_2048_8192_SHA512),
        (Rsa { .. }, Scheme::RsaPss, Sha256) => Own(&own::RSA_PSS_2048_8192_SHA256),
        (Rsa { .. }, Scheme::RsaPss, Sha384) => Own(&own::RSA_PSS_2048_8192_SHA384),
        (Rsa { .. }, Scheme::RsaPss, Sha512) => Own(&own::RSA_PSS_2048_8192_SHA512),
        (Ed25519, Scheme::Ed25519, _) => Own(&own::ED25519),
        _ => return None,
    })
}
