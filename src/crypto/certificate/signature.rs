//! Signatures of certificates, revocation lists and OCSP responses: RFC 5280 §4.1.1.3, RFC 4055, RFC 5758, RFC 8410.
//!
//! ring verifies what it can, through rustls-webpki's table of algorithms, and aws-lc-rs P-521 and SHA-512 with ECDSA. SHA-1 and MD5
//! are in no table, and neither is GOST: they have faults of their own, because an operator can do something about each.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1, ECDSA_P521_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, EcdsaVerificationAlgorithm, UnparsedPublicKey,
};
use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use webpki::ALL_VERIFICATION_ALGS;
use x509_parser::asn1_rs::{Any, FromDer, Oid, Tag};

/// Why a signature proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    #[error("it is signed with SHA-1 or an older hash: whoever finds a collision signs what they like")]
    BrokenHash,
    #[error("it is signed with GOST, which SenID does not verify: RSA, ECDSA and Ed25519 signatures work")]
    Gost,
    #[error("it is signed with {0}, which SenID does not verify for such a key")]
    Unsupported(String),
    #[error("it is not signed by the key of its issuer")]
    Wrong,
    #[error("it is no signed structure")]
    Malformed,
}

/// What `SIGNED` makes of a structure (X.509 §6.1): a certificate, a revocation list.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// What is signed, header and all.
    pub message: &'a [u8],
    /// The contents of the algorithm identifier, without its header.
    pub algorithm: &'a [u8],
    pub signature: &'a [u8],
}

impl<'a> Signed<'a> {
    /// # Errors
    /// `Malformed`.
    pub fn read(der: &'a [u8]) -> Result<Self, SignatureFault> {
        Self::parts(der).ok_or(SignatureFault::Malformed)
    }

    fn parts(der: &'a [u8]) -> Option<Self> {
        let (rest, whole) = sequence(der)?;
        let (after_message, _) = sequence(whole)?;
        let message = &whole[..whole.len() - after_message.len()];
        let (after_algorithm, algorithm) = sequence(after_message)?;
        let (end, signature) = bits(after_algorithm)?;
        (rest.is_empty() && end.is_empty()).then_some(Self { message, algorithm, signature })
    }

    /// Whether the key (a `SubjectPublicKeyInfo`, DER) made the signature.
    ///
    /// # Errors
    /// Where it did not, or where nobody could tell.
    pub fn verify(&self, key: &[u8]) -> Result<(), SignatureFault> {
        verify(key, self.algorithm, self.message, self.signature)
    }
}

/// Whether `key` (a `SubjectPublicKeyInfo`, DER) signed `message`; `algorithm` is the contents of the algorithm identifier.
///
/// # Errors
/// Where it did not, or where nobody could tell.
pub fn verify(key: &[u8], algorithm: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureFault> {
    let (key_algorithm, key) = public_key(key).ok_or(SignatureFault::Malformed)?;
    let mut candidates = ALL_VERIFICATION_ALGS
        .iter()
        .chain(BEYOND_RING)
        .filter(|known| *known.signature_alg_id() == *algorithm && *known.public_key_alg_id() == *key_algorithm);
    match candidates.next() {
        Some(known) => known.verify_signature(key, message, signature).map_err(|_| SignatureFault::Wrong),
        None => Err(unsupported(algorithm)),
    }
}

/// The contents of its algorithm identifier, and its bits.
fn public_key(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, whole) = sequence(der)?;
    let (after_algorithm, algorithm) = sequence(whole)?;
    let (end, key) = bits(after_algorithm)?;
    (rest.is_empty() && end.is_empty()).then_some((algorithm, key))
}

/// What is after a sequence, and what is in it.
fn sequence(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, any) = Any::from_der(der).ok()?;
    (any.tag() == Tag::Sequence).then_some((rest, any.data))
}

/// What is after a string of whole octets, and those.
fn bits(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (rest, any) = Any::from_der(der).ok()?;
    match any.data {
        [0, octets @ ..] if any.tag() == Tag::BitString => Some((rest, octets)),
        _ => None,
    }
}

const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
const BROKEN: [&str; 9] = [
    // MD2, MD4, MD5 and SHA-1 with RSA.
    "1.2.840.113549.1.1.2",
    "1.2.840.113549.1.1.3",
    "1.2.840.113549.1.1.4",
    "1.2.840.113549.1.1.5",
    // The same of OIW, for MD5 and SHA-1.
    "1.3.14.3.2.3",
    "1.3.14.3.2.29",
    // SHA-1 with DSA and ECDSA.
    "1.2.840.10040.4.3",
    "1.3.14.3.2.27",
    "1.2.840.10045.4.1",
];
/// The contents of the object identifiers of SHA-256, SHA-384 and SHA-512, but for the last octet.
const SHA_2: [u8; 8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

fn unsupported(algorithm: &[u8]) -> SignatureFault {
    let Ok((parameters, oid)) = Oid::from_der(algorithm) else { return SignatureFault::Malformed };
    let name = oid.to_id_string();
    // Without parameters, it is SHA-1 that the signature is made with (RFC 4055 §3.1).
    let pss_of_old = name == RSASSA_PSS && !parameters.windows(SHA_2.len()).any(|window| window == SHA_2);
    if BROKEN.contains(&name.as_str()) || pss_of_old {
        SignatureFault::BrokenHash
    } else if name.starts_with("1.2.643.") {
        SignatureFault::Gost
    } else {
        SignatureFault::Unsupported(name)
    }
}

/// What aws-lc-rs verifies and ring does not.
static BEYOND_RING: &[&dyn SignatureVerificationAlgorithm] = &[
    &Ecdsa { key: alg_id::ECDSA_P256, signature: alg_id::ECDSA_SHA512, verification: &ECDSA_P256_SHA512_ASN1 },
    &Ecdsa { key: alg_id::ECDSA_P384, signature: alg_id::ECDSA_SHA512, verification: &ECDSA_P384_SHA512_ASN1 },
    &Ecdsa { key: alg_id::ECDSA_P521, signature: alg_id::ECDSA_SHA256, verification: &ECDSA_P521_SHA256_ASN1 },
    &Ecdsa { key: alg_id::ECDSA_P521, signature: alg_id::ECDSA_SHA384, verification: &ECDSA_P521_SHA384_ASN1 },
    &Ecdsa { key: alg_id::ECDSA_P521, signature: alg_id::ECDSA_SHA512, verification: &ECDSA_P521_SHA512_ASN1 },
];

#[derive(Debug)]
struct Ecdsa {
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    verification: &'static EcdsaVerificationAlgorithm,
}

impl SignatureVerificationAlgorithm for Ecdsa {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }

    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        UnparsedPublicKey::new(self.verification, key).verify(message, signature).map_err(|_| InvalidSignature)
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};

    use super::*;
    use crate::crypto::certificate::parse;

    fn self_signed(key: &KeyPair) -> Vec<u8> {
        CertificateParams::new(vec!["x".repeat(200)]).unwrap().self_signed(key).unwrap().der().to_vec()
    }

    #[test]
    fn a_signature_is_of_the_key_and_over_the_whole_message() {
        for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
            let (made, other) = (KeyPair::generate_for(algorithm).unwrap(), KeyPair::generate_for(algorithm).unwrap());
            let (made, other) = (self_signed(&made), self_signed(&other));
            let key = |der| parse(der).unwrap().public_key().raw.to_vec();
            let signed = Signed::read(&made).unwrap();
            assert_eq!(signed.verify(&key(&made)), Ok(()), "{algorithm:?}");
            assert_eq!(signed.verify(&key(&other)), Err(SignatureFault::Wrong), "{algorithm:?}");
            let longer = [signed.message, b"\0"].concat();
            let longer = Signed { message: &longer, ..signed };
            assert_eq!(longer.verify(&key(&made)), Err(SignatureFault::Wrong), "{algorithm:?}");
        }
    }

    #[test]
    fn a_hash_that_is_broken_and_an_algorithm_that_nothing_here_verifies_are_told_apart() {
        let made = self_signed(&KeyPair::generate().unwrap());
        let key = parse(&made).unwrap().public_key().raw.to_vec();
        for (algorithm, fault) in [
            (&b"\x06\x07\x2a\x86\x48\xce\x3d\x04\x01"[..], SignatureFault::BrokenHash),
            (b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00", SignatureFault::BrokenHash),
            (b"\x06\x08\x2a\x85\x03\x07\x01\x01\x03\x02", SignatureFault::Gost),
            (b"\x06\x03\x2b\x65\x71", SignatureFault::Unsupported("1.3.101.113".to_owned())),
            (b"", SignatureFault::Malformed),
        ] {
            assert_eq!(verify(&key, algorithm, b"", b""), Err(fault), "{algorithm:?}");
        }
    }
}
