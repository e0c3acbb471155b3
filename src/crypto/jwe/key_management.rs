//! How the content's key reaches the recipient: RSA-OAEP-256 (RFC 7518 §4.3), ECDH-ES and ECDH-ES+A256KW (§4.6).

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::RsaPublicKeyComponents;
use zeroize::Zeroizing;

use super::JweError;
use super::concat_kdf::{self, Info};
use super::content::{self, Cek};
use super::curve::{self, EphemeralKey};
use super::decryption_key::{DecryptionKey, Pair};
use crate::crypto::jwk::PublicKey;
use crate::domain::encryption::{ContentEncryption, KeyManagementAlgorithm};
use crate::domain::random::Random;

/// A key of A256KW, and what wrapping adds to the wrapped (RFC 3394).
const KEK_LENGTH: usize = 32;
const WRAP_OVERHEAD: usize = 8;

/// A content key for one token, and what lets the recipient find it.
pub(super) struct Delivered {
    pub cek: Cek,
    pub encrypted_key: Vec<u8>,
    pub ephemeral: Option<EphemeralKey>,
}

/// What a header says about the key agreement.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    pub ephemeral: Option<PublicKey>,
    pub party_u: Vec<u8>,
    pub party_v: Vec<u8>,
}

/// A content key for the holder of `key`.
///
/// # Errors
/// `NotEncrypted` if the key is of another type than the algorithm's, or the library refuses it.
pub(super) fn deliver(
    algorithm: KeyManagementAlgorithm,
    encryption: ContentEncryption,
    key: &PublicKey,
    random: &dyn Random,
) -> Result<Delivered, JweError> {
    match algorithm {
        KeyManagementAlgorithm::RsaOaep256 => {
            let cek = content::new_key(encryption, random);
            let encrypted_key = encrypt_rsa(key, &cek).ok_or(JweError::NotEncrypted)?;
            Ok(Delivered { cek, encrypted_key, ephemeral: None })
        }
        KeyManagementAlgorithm::EcdhEs => {
            let (secret, ephemeral) = curve::agree_once(key)?;
            let cek = derive(&secret, algorithm, encryption, &Agreement::default());
            Ok(Delivered { cek, encrypted_key: Vec::new(), ephemeral: Some(ephemeral) })
        }
        KeyManagementAlgorithm::EcdhEsA256Kw => {
            let (secret, ephemeral) = curve::agree_once(key)?;
            let wrapping = derive(&secret, algorithm, encryption, &Agreement::default());
            let cek = content::new_key(encryption, random);
            let encrypted_key = wrap(&wrapping, &cek).ok_or(JweError::NotEncrypted)?;
            Ok(Delivered { cek, encrypted_key, ephemeral: Some(ephemeral) })
        }
    }
}

/// The content key that a token brought for `key`.
///
/// # Errors
/// `Decryption`, whatever is wrong. A content key that RSA does not give back is replaced by a random one, so that the
/// answer comes from the content, as it does for every other altered part (RFC 7516 §11.5).
pub(super) fn receive(
    algorithm: KeyManagementAlgorithm,
    encryption: ContentEncryption,
    key: &DecryptionKey,
    encrypted_key: &[u8],
    agreement: &Agreement,
    random: &dyn Random,
) -> Result<Cek, JweError> {
    match (algorithm, key.pair()) {
        (KeyManagementAlgorithm::RsaOaep256, Pair::Rsa(pair)) => {
            let mut plain = Zeroizing::new(vec![0; pair.min_output_size()]);
            let substitute = content::new_key(encryption, random);
            let decrypted = pair.decrypt(&OAEP_SHA256_MGF1SHA256, encrypted_key, &mut plain, None);
            Ok(match decrypted {
                Ok(cek) if cek.len() == substitute.len() => Zeroizing::new(cek.to_vec()),
                _ => substitute,
            })
        }
        (KeyManagementAlgorithm::EcdhEs, Pair::Agreement(private)) => {
            let secret = curve::agree_with(private, agreement.ephemeral.as_ref().ok_or(JweError::Header)?)?;
            // The agreed key is the content key: there is none to bring (RFC 7518 §4.6).
            if !encrypted_key.is_empty() {
                return Err(JweError::Decryption);
            }
            Ok(derive(&secret, algorithm, encryption, agreement))
        }
        (KeyManagementAlgorithm::EcdhEsA256Kw, Pair::Agreement(private)) => {
            let secret = curve::agree_with(private, agreement.ephemeral.as_ref().ok_or(JweError::Header)?)?;
            let wrapping = derive(&secret, algorithm, encryption, agreement);
            unwrap(&wrapping, encrypted_key, content::key_length(encryption)).ok_or(JweError::Decryption)
        }
        _ => Err(JweError::Algorithm),
    }
}

/// The key that comes of an agreement: the content's own, or the one that wraps it.
fn derive(
    secret: &[u8],
    algorithm: KeyManagementAlgorithm,
    encryption: ContentEncryption,
    agreement: &Agreement,
) -> Zeroizing<Vec<u8>> {
    let (algorithm_id, length) = match algorithm {
        KeyManagementAlgorithm::EcdhEs => (encryption.name(), content::key_length(encryption)),
        _ => (algorithm.name(), KEK_LENGTH),
    };
    let info = Info { algorithm_id, party_u: &agreement.party_u, party_v: &agreement.party_v };
    concat_kdf::derive(secret, &info, length)
}

fn encrypt_rsa(key: &PublicKey, cek: &[u8]) -> Option<Vec<u8>> {
    let PublicKey::Rsa { n, e } = key else { return None };
    let key: PublicEncryptingKey = RsaPublicKeyComponents { n, e }.try_into().ok()?;
    let key = OaepPublicEncryptingKey::new(key).ok()?;
    let mut encrypted = vec![0; key.ciphertext_size()];
    let length = key.encrypt(&OAEP_SHA256_MGF1SHA256, cek, &mut encrypted, None).ok()?.len();
    encrypted.truncate(length);
    Some(encrypted)
}

fn wrap(wrapping: &[u8], cek: &[u8]) -> Option<Vec<u8>> {
    let mut wrapped = vec![0; cek.len() + WRAP_OVERHEAD];
    AesKek::new(&AES_256, wrapping).and_then(|kek| Ok(kek.wrap(cek, &mut wrapped)?.len())).ok()?;
    Some(wrapped)
}

fn unwrap(wrapping: &[u8], wrapped: &[u8], length: usize) -> Option<Cek> {
    if wrapped.len() != length + WRAP_OVERHEAD {
        return None;
    }
    let mut cek = Zeroizing::new(vec![0; length]);
    AesKek::new(&AES_256, wrapping).and_then(|kek| Ok(kek.unwrap(wrapped, &mut cek)?.len())).ok()?;
    Some(cek)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn wrapping_gives_the_answer_of_rfc_3394() {
        // §4.6: 256 bits of key data with a 256-bit key.
        let kek = hex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
        let data = hex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F");
        let wrapped = hex("28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21");
        assert_eq!(wrap(&kek, &data), Some(wrapped.clone()));
        assert_eq!(unwrap(&kek, &wrapped, 32).as_deref(), Some(&data));
        assert_eq!(unwrap(&kek, &wrapped, 16), None);
        for at in 0..wrapped.len() {
            let mut altered = wrapped.clone();
            altered[at] ^= 1;
            assert_eq!(unwrap(&kek, &altered, 32), None, "{at}");
        }
    }
}
