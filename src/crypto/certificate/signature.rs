//! Signatures over certificates, and over what their issuers say of them: RFC 5280 §4.1.1.2, RFC 6960 §4.2.1.

use rustls_pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use webpki::ring;
use x509_parser::prelude::FromDer;
use x509_parser::x509::{AlgorithmIdentifier as ParsedAlgorithm, SubjectPublicKeyInfo};

/// Every algorithm that a signature below an authority may have: RSA of 2048 bits and more, the NIST curves and Ed25519, with
/// SHA-2. No SHA-1 and no MD5.
pub static SIGNATURE_ALGORITHMS: &[&dyn SignatureVerificationAlgorithm] = &[
    ring::ECDSA_P256_SHA256,
    ring::ECDSA_P256_SHA384,
    &P256_SHA512,
    ring::ECDSA_P384_SHA256,
    ring::ECDSA_P384_SHA384,
    &P384_SHA512,
    &P521_SHA256,
    &P521_SHA384,
    &P521_SHA512,
    ring::ED25519,
    ring::RSA_PKCS1_2048_8192_SHA256,
    ring::RSA_PKCS1_2048_8192_SHA384,
    ring::RSA_PKCS1_2048_8192_SHA512,
    ring::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
    ring::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
    ring::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
    ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    ring::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    ring::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// SHA-1 and MD5 among them, GOST, and RSA keys below 2048 bits.
    #[error("it is signed by an algorithm, or with a kind of key, that is not accepted")]
    Algorithm,
    #[error("its signature is not of the key that should have made it")]
    Invalid,
}

/// Checks `signature` over `message`. `key` is a SubjectPublicKeyInfo and `algorithm` an AlgorithmIdentifier, each as DER whole.
///
/// # Errors
/// `Algorithm` before anything is computed, or `Invalid`.
pub fn verify_signature(key: &[u8], algorithm: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureFault> {
    let Ok(([], key)) = SubjectPublicKeyInfo::from_der(key) else { return Err(SignatureFault::Algorithm) };
    let Ok(([], _)) = ParsedAlgorithm::from_der(algorithm) else { return Err(SignatureFault::Algorithm) };
    let of_key = contents(key.raw).and_then(contents_of_first).ok_or(SignatureFault::Algorithm)?;
    let of_signature = contents(algorithm).ok_or(SignatureFault::Algorithm)?;
    let mut fitting = SIGNATURE_ALGORITHMS
        .iter()
        .filter(|one| one.public_key_alg_id().as_ref() == of_key && one.signature_alg_id().as_ref() == of_signature)
        .peekable();
    if fitting.peek().is_none() {
        return Err(SignatureFault::Algorithm);
    }
    let bits = key.subject_public_key.as_ref();
    let verified = fitting.any(|one| one.verify_signature(bits, message, signature).is_ok());
    if verified { Ok(()) } else { Err(SignatureFault::Invalid) }
}

/// What is inside the DER value that `der` is.
fn contents(der: &[u8]) -> Option<&[u8]> {
    match x509_parser::der_parser::asn1_rs::Any::from_der(der) {
        Ok(([], any)) => Some(any.data),
        _ => None,
    }
}

/// What is inside the first of the DER values that `der` holds.
fn contents_of_first(der: &[u8]) -> Option<&[u8]> {
    x509_parser::der_parser::asn1_rs::Any::from_der(der).ok().map(|(_, any)| any.data)
}

static P256_SHA512: Ecdsa = Ecdsa {
    key: alg_id::ECDSA_P256,
    signature: alg_id::ECDSA_SHA512,
    verify: &aws_lc_rs::signature::ECDSA_P256_SHA512_ASN1,
};
static P384_SHA512: Ecdsa = Ecdsa {
    key: alg_id::ECDSA_P384,
    signature: alg_id::ECDSA_SHA512,
    verify: &aws_lc_rs::signature::ECDSA_P384_SHA512_ASN1,
};
static P521_SHA256: Ecdsa = Ecdsa {
    key: alg_id::ECDSA_P521,
    signature: alg_id::ECDSA_SHA256,
    verify: &aws_lc_rs::signature::ECDSA_P521_SHA256_ASN1,
};
static P521_SHA384: Ecdsa = Ecdsa {
    key: alg_id::ECDSA_P521,
    signature: alg_id::ECDSA_SHA384,
    verify: &aws_lc_rs::signature::ECDSA_P521_SHA384_ASN1,
};
static P521_SHA512: Ecdsa = Ecdsa {
    key: alg_id::ECDSA_P521,
    signature: alg_id::ECDSA_SHA512,
    verify: &aws_lc_rs::signature::ECDSA_P521_SHA512_ASN1,
};

/// What ring has not.
#[derive(Debug)]
struct Ecdsa {
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    verify: &'static aws_lc_rs::signature::EcdsaVerificationAlgorithm,
}

impl SignatureVerificationAlgorithm for Ecdsa {
    fn verify_signature(&self, key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        aws_lc_rs::signature::UnparsedPublicKey::new(self.verify, key)
            .verify(message, signature)
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519};

    use super::*;
    use crate::crypto::certificate::parse;

    /// Checks that a self-signed certificate is signed by its own key.
    fn check(der: &[u8], tamper: impl FnOnce(&mut Vec<u8>)) -> Result<(), SignatureFault> {
        let certificate = parse(der).unwrap();
        let mut signed = certificate.tbs_certificate.as_ref().to_vec();
        tamper(&mut signed);
        let start = certificate.tbs_certificate.as_ref().len() + 4;
        let algorithm = x509_parser::der_parser::asn1_rs::Any::from_der(&der[start..]).unwrap().0;
        let algorithm = &der[start..der.len() - algorithm.len()];
        let key = certificate.public_key().raw;
        verify_signature(key, algorithm, &signed, certificate.signature_value.as_ref())
    }

    #[test]
    fn a_signature_is_of_the_key_and_over_the_whole_message() {
        for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
            let key = KeyPair::generate_for(algorithm).unwrap();
            let made = CertificateParams::new(vec!["x".repeat(200)]).unwrap().self_signed(&key).unwrap();
            assert_eq!(check(made.der(), |_| {}), Ok(()), "{algorithm:?}");
            assert_eq!(check(made.der(), |signed| signed[20] ^= 1), Err(SignatureFault::Invalid), "{algorithm:?}");
            assert_eq!(check(made.der(), |signed| signed.push(0)), Err(SignatureFault::Invalid), "{algorithm:?}");
        }
    }

    #[test]
    fn an_algorithm_that_is_not_listed_is_refused() {
        let key = KeyPair::generate().unwrap();
        let made = CertificateParams::new(vec!["x".repeat(200)]).unwrap().self_signed(&key).unwrap();
        let parsed = parse(made.der()).unwrap();
        // ecdsa-with-SHA1, sha1WithRSAEncryption and rubbish.
        for algorithm in [
            &b"\x30\x09\x06\x07\x2a\x86\x48\xce\x3d\x04\x01"[..],
            b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00",
            b"",
            b"\x30",
        ] {
            let checked = verify_signature(parsed.public_key().raw, algorithm, b"", b"");
            assert_eq!(checked, Err(SignatureFault::Algorithm), "{algorithm:?}");
        }
    }
}
