//! SHA-2 (FIPS 180-4), HMAC-SHA-256 (RFC 2104) and HKDF (RFC 5869).

use std::fmt;

use ring::{digest, hmac};
use subtle::ConstantTimeEq;

use crate::domain::secret::{SecretBytes, SecretHash};

pub fn sha256(data: &[u8]) -> [u8; 32] {
    array(digest::digest(&digest::SHA256, data).as_ref())
}

/// SHA-256 of what comes piece by piece.
#[derive(Clone)]
pub struct Sha256(digest::Context);

impl Sha256 {
    pub fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    pub fn finish(self) -> [u8; 32] {
        array(self.0.finish().as_ref())
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha256")
    }
}

pub fn sha384(data: &[u8]) -> [u8; 48] {
    array(digest::digest(&digest::SHA384, data).as_ref())
}

pub fn sha512(data: &[u8]) -> [u8; 64] {
    array(digest::digest(&digest::SHA512, data).as_ref())
}

/// SHA-1, where a format has it as the name of something and nothing is proven by it: issuers' keys in OCSP (RFC 6960 §4.1.1).
pub fn sha1_identifier(data: &[u8]) -> [u8; 20] {
    array(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, data).as_ref())
}

/// What is stored of a secret. A plain hash is enough for secrets that we drew ourselves (256 random bits);
/// what a person chose goes through Argon2 instead.
pub fn hash_secret(secret: &[u8]) -> SecretHash {
    SecretHash::from_bytes(sha256(secret))
}

/// Whether both are equal, in a time that tells only whether their lengths are.
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    left.ct_eq(right).into()
}

/// An HMAC-SHA-256 key, prepared once.
#[derive(Clone)]
pub struct HmacKey(hmac::Key);

impl HmacKey {
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The MAC of the parts one after the other. Where a part's length varies, the caller sets it off from the next.
    pub fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = hmac::Context::with_key(&self.0);
        for part in parts {
            mac.update(part);
        }
        array(mac.sign().as_ref())
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A key of 32 bytes derived from `secret`, of its own for every `info`.
pub fn hkdf(secret: &[u8], salt: &[u8], info: &[u8]) -> SecretBytes<32> {
    // One block of output is all that is ever asked for, so RFC 5869 §2.3 is this one line and cannot fail.
    let extracted = HmacKey::new(&HmacKey::new(salt).mac(&[secret]));
    SecretBytes::new(extracted.mac(&[info, &[1]]))
}

fn array<const N: usize>(digest: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    bytes.copy_from_slice(digest);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn sha_256_gives_the_standard_s_answer() {
        let expected = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(sha256(b"abc").as_slice(), expected);
        assert_eq!(hash_secret(b"abc").as_bytes().as_slice(), expected);
        let mut pieces = Sha256::new();
        pieces.update(b"a");
        pieces.update(b"bc");
        assert_eq!(pieces.finish().as_slice(), expected);
    }

    #[test]
    fn hmac_gives_the_answer_of_rfc_4231() {
        let key = HmacKey::new(b"Jefe");
        let expected = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(key.mac(&[b"what do ya want for nothing?"]).as_slice(), expected);
        assert_eq!(key.mac(&[b"what do ya want ", b"for nothing?"]).as_slice(), expected);
    }

    #[test]
    fn hkdf_gives_the_answer_of_rfc_5869() {
        let (salt, info) = (hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"));
        // Test case 1; we take its first 32 bytes.
        let expected = hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
        assert_eq!(hkdf(&[0x0b; 22], &salt, &info).expose().as_slice(), expected);
    }

    #[test]
    fn comparing_sees_every_byte_and_the_length() {
        assert!(constant_time_eq(b"secret", b"secret"));
        assert!(!constant_time_eq(b"secret", b"secreT"));
        assert!(!constant_time_eq(b"secret", b"secre"));
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", HmacKey::new(b"key")), "[secret]");
    }
}
