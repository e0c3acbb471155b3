//! Private keys that sign: made here, kept as PKCS#8 (RFC 5958), never exported.

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use zeroize::Zeroizing;

use crate::crypto::jwk::PublicKey;
use crate::crypto::random::system;
use crate::domain::keys::SignatureAlgorithm;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    #[error("a key could not be made")]
    NotMade,
    #[error("not a private key for the algorithm")]
    Rejected,
    #[error("nothing could be signed")]
    NotSigned,
}

/// A private key, together with the one algorithm it signs with.
pub struct PrivateKey {
    algorithm: SignatureAlgorithm,
    pair: Pair,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
}

impl PrivateKey {
    /// A new key, as the PKCS#8 document that [`from_pkcs8`](Self::from_pkcs8) reads. RSA keys have 2048 bits, and take
    /// about a tenth of a second to find.
    ///
    /// # Errors
    /// `NotMade` if the libraries refuse.
    pub fn generate(algorithm: SignatureAlgorithm) -> Result<Zeroizing<Vec<u8>>, PrivateKeyError> {
        let document = match algorithm {
            SignatureAlgorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &system()),
            SignatureAlgorithm::Es384 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &system()),
            SignatureAlgorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&system()),
            SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => return generate_rsa(),
        };
        document.map(|document| Zeroizing::new(document.as_ref().to_vec())).map_err(|_| PrivateKeyError::NotMade)
    }

    /// # Errors
    /// `Rejected` if it is no key for `algorithm`.
    pub fn from_pkcs8(algorithm: SignatureAlgorithm, pkcs8: &[u8]) -> Result<Self, PrivateKeyError> {
        let ecdsa = |signing| EcdsaKeyPair::from_pkcs8(signing, pkcs8, &system()).map(Pair::Ecdsa);
        let pair = match algorithm {
            SignatureAlgorithm::Es256 => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
            SignatureAlgorithm::Es384 => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
            SignatureAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Pair::Ed25519),
            SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => {
                RsaKeyPair::from_pkcs8(pkcs8).map(|pair| Pair::Rsa(Box::new(pair)))
            }
        };
        pair.map(|pair| Self { algorithm, pair }).map_err(|_| PrivateKeyError::Rejected)
    }

    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// # Errors
    /// `Rejected` if the public part is of another size than its type has, which no key that was read is.
    pub fn public_key(&self) -> Result<PublicKey, PrivateKeyError> {
        let rejected = |_| PrivateKeyError::Rejected;
        match &self.pair {
            Pair::Ecdsa(pair) if self.algorithm == SignatureAlgorithm::Es384 => {
                pair.public_key().as_ref().try_into().map(PublicKey::P384).map_err(rejected)
            }
            Pair::Ecdsa(pair) => pair.public_key().as_ref().try_into().map(PublicKey::P256).map_err(rejected),
            Pair::Ed25519(pair) => pair.public_key().as_ref().try_into().map(PublicKey::Ed25519).map_err(rejected),
            Pair::Rsa(pair) => {
                let RsaPublicKeyComponents { n, e } = pair.public().into();
                Ok(PublicKey::Rsa { n, e })
            }
        }
    }

    /// The signature over `message`, in the form that JWS wants it (RFC 7518 §3).
    ///
    /// # Errors
    /// `NotSigned` if the library refuses, as it does without random bytes.
    pub fn sign(&self, message: &[u8]) -> Result<Signature, PrivateKeyError> {
        let signature = match &self.pair {
            Pair::Ecdsa(pair) => pair.sign(&system(), message).map(Signature::Short),
            Pair::Ed25519(pair) => Ok(Signature::Short(pair.sign(message))),
            Pair::Rsa(pair) => {
                let padding: &'static dyn RsaEncoding =
                    if self.algorithm == SignatureAlgorithm::Ps256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &system(), message, &mut signature).map(|()| Signature::Long(signature))
            }
        };
        signature.map_err(|_| PrivateKeyError::NotSigned)
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, [secret])", self.algorithm)
    }
}

/// A signature; the short ones are not worth an allocation.
pub enum Signature {
    Short(ring::signature::Signature),
    Long(Vec<u8>),
}

impl AsRef<[u8]> for Signature {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Short(signature) => signature.as_ref(),
            Self::Long(signature) => signature,
        }
    }
}

/// Ring makes no RSA keys; aws-lc-rs does.
fn generate_rsa() -> Result<Zeroizing<Vec<u8>>, PrivateKeyError> {
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048);
    let document: Pkcs8V1Der = pair.and_then(|pair| pair.as_der()).map_err(|_| PrivateKeyError::NotMade)?;
    Ok(Zeroizing::new(document.as_ref().to_vec()))
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature as other;

    use super::*;
    use crate::crypto::jwk::VerifyingKey;

    fn new_key(algorithm: SignatureAlgorithm) -> PrivateKey {
        PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm).unwrap()).unwrap()
    }

    #[test]
    fn each_key_signs_what_its_public_part_verifies() {
        for algorithm in SignatureAlgorithm::ALL {
            let (key, stranger) = (new_key(algorithm), new_key(algorithm));
            let verifying = |key: &PrivateKey| VerifyingKey::new(key.public_key().unwrap(), algorithm).unwrap();
            let signature = key.sign(b"message").unwrap();
            assert!(verifying(&key).verifies(b"message", signature.as_ref()), "{algorithm}");
            assert!(!verifying(&key).verifies(b"messagE", signature.as_ref()), "{algorithm}");
            assert!(!verifying(&stranger).verifies(b"message", signature.as_ref()), "{algorithm}");
            let mut altered = signature.as_ref().to_vec();
            altered[10] ^= 1;
            assert!(!verifying(&key).verifies(b"message", &altered), "{algorithm}");
            assert!(!verifying(&key).verifies(b"message", &[]), "{algorithm}");
        }
    }

    #[test]
    fn another_library_verifies_what_we_sign() {
        for algorithm in SignatureAlgorithm::ALL {
            let key = new_key(algorithm);
            let signature = key.sign(b"message").unwrap();
            let (message, signature) = (b"message".as_slice(), signature.as_ref());
            let verify = |with: &'static dyn other::VerificationAlgorithm, public: &[u8]| {
                other::UnparsedPublicKey::new(with, public).verify(message, signature)
            };
            let verified = match (key.public_key().unwrap(), algorithm) {
                (PublicKey::P521(_) | PublicKey::X25519(_), _) => panic!("no algorithm signs with these"),
                (PublicKey::P256(point), _) => verify(&other::ECDSA_P256_SHA256_FIXED, &point),
                (PublicKey::P384(point), _) => verify(&other::ECDSA_P384_SHA384_FIXED, &point),
                (PublicKey::Ed25519(public), _) => verify(&other::ED25519, &public),
                (PublicKey::Rsa { n, e }, SignatureAlgorithm::Ps256) => {
                    other::RsaPublicKeyComponents { n, e }.verify(&other::RSA_PSS_2048_8192_SHA256, message, signature)
                }
                (PublicKey::Rsa { n, e }, _) => other::RsaPublicKeyComponents { n, e }.verify(
                    &other::RSA_PKCS1_2048_8192_SHA256,
                    message,
                    signature,
                ),
            };
            assert!(verified.is_ok(), "{algorithm}");
        }
    }

    #[test]
    fn a_key_of_another_type_is_rejected() {
        let p256 = PrivateKey::generate(SignatureAlgorithm::Es256).unwrap();
        for algorithm in SignatureAlgorithm::ALL {
            let read = PrivateKey::from_pkcs8(algorithm, &p256);
            assert_eq!(read.is_ok(), algorithm == SignatureAlgorithm::Es256, "{algorithm}");
        }
        assert_eq!(PrivateKey::from_pkcs8(SignatureAlgorithm::Es256, b"").unwrap_err(), PrivateKeyError::Rejected);
    }

    #[test]
    fn an_rsa_signature_of_one_padding_is_not_taken_for_the_other() {
        let pkcs8 = PrivateKey::generate(SignatureAlgorithm::Rs256).unwrap();
        let key = PrivateKey::from_pkcs8(SignatureAlgorithm::Rs256, &pkcs8).unwrap();
        let signature = key.sign(b"message").unwrap();
        let as_pss = VerifyingKey::new(key.public_key().unwrap(), SignatureAlgorithm::Ps256).unwrap();
        assert!(!as_pss.verifies(b"message", signature.as_ref()));
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", new_key(SignatureAlgorithm::Es256)), "PrivateKey(ES256, [secret])");
    }
}
