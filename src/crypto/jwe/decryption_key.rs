//! Private keys that decrypt: made here, kept as PKCS#8 (RFC 5958), never exported.

use std::fmt;

use aws_lc_rs::agreement::{self, ECDH_P256};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeySize, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use zeroize::Zeroizing;

use super::curve;
use crate::crypto::jwk::PublicKey;
use crate::crypto::private_key::{PrivateKey, PrivateKeyError};
use crate::domain::encryption::{EncryptionKeyType, KeyManagementAlgorithm};
use crate::domain::keys::SignatureAlgorithm;

/// A private key that others encrypt to.
pub struct DecryptionKey {
    pair: Pair,
    public: PublicKey,
}

pub(super) enum Pair {
    Rsa(OaepPrivateDecryptingKey),
    Agreement(agreement::PrivateKey),
}

impl DecryptionKey {
    /// A new key, as the PKCS#8 document that [`from_pkcs8`](Self::from_pkcs8) reads. RSA keys have 2048 bits.
    ///
    /// # Errors
    /// `NotMade` if the library refuses.
    pub fn generate(key_type: EncryptionKeyType) -> Result<Zeroizing<Vec<u8>>, PrivateKeyError> {
        let document: Result<Pkcs8V1Der, _> = match key_type {
            EncryptionKeyType::Rsa => PrivateDecryptingKey::generate(KeySize::Rsa2048).and_then(|key| key.as_der()),
            EncryptionKeyType::P256 => agreement::PrivateKey::generate(&ECDH_P256).and_then(|key| key.as_der()),
        };
        document.map(|document| Zeroizing::new(document.as_ref().to_vec())).map_err(|_| PrivateKeyError::NotMade)
    }

    /// # Errors
    /// `Rejected` if it is no key of that type.
    pub fn from_pkcs8(key_type: EncryptionKeyType, pkcs8: &[u8]) -> Result<Self, PrivateKeyError> {
        match key_type {
            EncryptionKeyType::Rsa => Self::rsa(pkcs8),
            EncryptionKeyType::P256 => {
                let key = agreement::PrivateKey::from_private_key_der(&ECDH_P256, pkcs8);
                Self::agreeing(key.map_err(|_| PrivateKeyError::Rejected)?)
            }
        }
    }

    fn rsa(pkcs8: &[u8]) -> Result<Self, PrivateKeyError> {
        // Ring tells what a key's public part is; the algorithm plays no part in that.
        let public = PrivateKey::from_pkcs8(SignatureAlgorithm::Rs256, pkcs8)?.public_key()?;
        let private = PrivateDecryptingKey::from_pkcs8(pkcs8).map_err(|_| PrivateKeyError::Rejected)?;
        let pair = OaepPrivateDecryptingKey::new(private).map_err(|_| PrivateKeyError::Rejected)?;
        Ok(Self { pair: Pair::Rsa(pair), public })
    }

    pub(super) fn agreeing(private: agreement::PrivateKey) -> Result<Self, PrivateKeyError> {
        let public = curve::public_part(&private).ok_or(PrivateKeyError::Rejected)?;
        Ok(Self { pair: Pair::Agreement(private), public })
    }

    pub const fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Whether something that was encrypted with `algorithm` may have been encrypted to this key.
    pub const fn fits(&self, algorithm: KeyManagementAlgorithm) -> bool {
        self.public.receives(algorithm)
    }

    pub(super) const fn pair(&self) -> &Pair {
        &self.pair
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecryptionKey([secret])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_another_type_is_rejected() {
        for (own, other) in
            [(EncryptionKeyType::Rsa, EncryptionKeyType::P256), (EncryptionKeyType::P256, EncryptionKeyType::Rsa)]
        {
            let pkcs8 = DecryptionKey::generate(own).unwrap();
            assert!(DecryptionKey::from_pkcs8(own, &pkcs8).is_ok());
            assert_eq!(DecryptionKey::from_pkcs8(other, &pkcs8).unwrap_err(), PrivateKeyError::Rejected);
            assert_eq!(DecryptionKey::from_pkcs8(own, &pkcs8[1..]).unwrap_err(), PrivateKeyError::Rejected);
        }
    }

    #[test]
    fn the_key_is_not_printed() {
        let pkcs8 = DecryptionKey::generate(EncryptionKeyType::P256).unwrap();
        let key = DecryptionKey::from_pkcs8(EncryptionKeyType::P256, &pkcs8).unwrap();
        assert_eq!(format!("{key:?}"), "DecryptionKey([secret])");
    }
}
