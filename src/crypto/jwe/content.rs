//! Content encryption: AES-GCM (RFC 7518 §5.3) and AES-CBC with HMAC-SHA-2 (§5.2).

use aws_lc_rs::cipher::{
    AES_128, AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hmac::{self, HMAC_SHA256, HMAC_SHA512};
use zeroize::Zeroizing;

use super::JweError;
use crate::crypto::hash::constant_time_eq;
use crate::domain::encryption::ContentEncryption;
use crate::domain::random::Random;

const GCM_NONCE: usize = 12;
const GCM_TAG: usize = 16;
const CBC_IV: usize = 16;

/// A content encryption key.
pub(super) type Cek = Zeroizing<Vec<u8>>;

/// The three parts of a token that its content became.
#[derive(Debug)]
pub(super) struct Sealed {
    pub iv: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub tag: Vec<u8>,
}

/// How many bytes the key has.
pub(super) const fn key_length(encryption: ContentEncryption) -> usize {
    match encryption {
        ContentEncryption::A128Gcm => 16,
        ContentEncryption::A256Gcm | ContentEncryption::A128CbcHs256 => 32,
        ContentEncryption::A256CbcHs512 => 64,
    }
}

pub(super) fn new_key(encryption: ContentEncryption, random: &dyn Random) -> Cek {
    let mut key = Zeroizing::new(vec![0; key_length(encryption)]);
    random.fill(&mut key);
    key
}

/// Encrypts `plain` under a fresh initialisation vector. A key is used once, so none can come twice.
///
/// # Errors
/// `NotEncrypted` if a library refuses, which with a key of the right length none does.
pub(super) fn seal(
    encryption: ContentEncryption,
    key: &[u8],
    aad: &[u8],
    plain: &[u8],
    random: &dyn Random,
) -> Result<Sealed, JweError> {
    let refused = |_| JweError::NotEncrypted;
    match Cipher::of(encryption) {
        Cipher::Gcm(algorithm) => {
            let nonce: [u8; GCM_NONCE] = random.bytes();
            let key = LessSafeKey::new(UnboundKey::new(algorithm, key).map_err(refused)?);
            let mut ciphertext = plain.to_vec();
            let tag = key
                .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut ciphertext)
                .map_err(refused)?;
            Ok(Sealed { iv: nonce.to_vec(), ciphertext, tag: tag.as_ref().to_vec() })
        }
        Cipher::Cbc { cipher, hash, half } => {
            let iv: [u8; CBC_IV] = random.bytes();
            let (mac_key, enc_key) = key.split_at_checked(half).ok_or(JweError::NotEncrypted)?;
            let refused = |_| JweError::NotEncrypted;
            let aes = UnboundCipherKey::new(cipher, enc_key).and_then(PaddedBlockEncryptingKey::cbc_pkcs7);
            let mut ciphertext = plain.to_vec();
            aes.and_then(|aes| aes.less_safe_encrypt(&mut ciphertext, EncryptionContext::Iv128((&iv).into())))
                .map_err(refused)?;
            let tag = cbc_tag(hash, mac_key, aad, &iv, &ciphertext).as_ref()[..half].to_vec();
            Ok(Sealed { iv: iv.to_vec(), ciphertext, tag })
        }
    }
}

/// Opens what [`seal`] made of a content. Nothing is decrypted before its tag has been found right.
///
/// # Errors
/// `Decryption`, whatever is wrong.
pub(super) fn open(
    encryption: ContentEncryption,
    key: &[u8],
    aad: &[u8],
    sealed: Sealed,
) -> Result<Zeroizing<Vec<u8>>, JweError> {
    let Sealed { iv, mut ciphertext, tag } = sealed;
    let refused = |_| JweError::Decryption;
    match Cipher::of(encryption) {
        Cipher::Gcm(algorithm) => {
            let nonce: [u8; GCM_NONCE] = iv.try_into().map_err(|_| JweError::Decryption)?;
            if tag.len() != GCM_TAG {
                // A shorter one would only make forging easier (RFC 7518 §5.3).
                return Err(JweError::Decryption);
            }
            let key = LessSafeKey::new(UnboundKey::new(algorithm, key).map_err(refused)?);
            ciphertext.extend_from_slice(&tag);
            let mut plain = Zeroizing::new(ciphertext);
            let length = key
                .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut plain)
                .map_err(refused)?
                .len();
            plain.truncate(length);
            Ok(plain)
        }
        Cipher::Cbc { cipher, hash, half } => {
            let iv: [u8; CBC_IV] = iv.try_into().map_err(|_| JweError::Decryption)?;
            let (mac_key, enc_key) = key.split_at_checked(half).ok_or(JweError::Decryption)?;
            if !constant_time_eq(&cbc_tag(hash, mac_key, aad, &iv, &ciphertext).as_ref()[..half], &tag) {
                return Err(JweError::Decryption);
            }
            let refused = |_| JweError::Decryption;
            let aes = UnboundCipherKey::new(cipher, enc_key).and_then(PaddedBlockDecryptingKey::cbc_pkcs7);
            let mut plain = Zeroizing::new(ciphertext);
            let length = aes
                .and_then(|aes| Ok(aes.decrypt(&mut plain, DecryptionContext::Iv128((&iv).into()))?.len()))
                .map_err(refused)?;
            plain.truncate(length);
            Ok(plain)
        }
    }
}

enum Cipher {
    Gcm(&'static ring::aead::Algorithm),
    /// The first half of the key authenticates, the second encrypts; the tag is as long as a half.
    Cbc {
        cipher: &'static aws_lc_rs::cipher::Algorithm,
        hash: hmac::Algorithm,
        half: usize,
    },
}

impl Cipher {
    fn of(encryption: ContentEncryption) -> Self {
        match encryption {
            ContentEncryption::A128Gcm => Self::Gcm(&AES_128_GCM),
            ContentEncryption::A256Gcm => Self::Gcm(&AES_256_GCM),
            ContentEncryption::A128CbcHs256 => Self::Cbc { cipher: &AES_128, hash: HMAC_SHA256, half: 16 },
            ContentEncryption::A256CbcHs512 => Self::Cbc { cipher: &AES_256, hash: HMAC_SHA512, half: 32 },
        }
    }
}

/// The whole MAC, of which the tag is the first half (RFC 7518 §5.2.2.1).
fn cbc_tag(hash: hmac::Algorithm, key: &[u8], aad: &[u8], iv: &[u8], ciphertext: &[u8]) -> hmac::Tag {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hash, key));
    for part in [aad, iv, ciphertext] {
        mac.update(part);
    }
    mac.update(&(8 * aad.len() as u64).to_be_bytes());
    mac.sign()
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
