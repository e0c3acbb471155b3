//! Nonces that a server hands out and knows again without having kept them (RFC 9449 §8): the time that they were made at,
//! under a key that all servers of a deployment have.

use std::collections::BTreeMap;

use crate::crypto::base64url;
use crate::crypto::hash::{HmacKey, constant_time_eq, hkdf};
use crate::domain::secret::SecretBytes;
use crate::domain::time::Timestamp;

/// The keys that nonces are made with, in versions: the highest for new ones, each for those that it has made.
#[derive(Clone, Debug)]
pub struct NonceKeys {
    current: HmacKey,
    version: u16,
    keys: BTreeMap<u16, HmacKey>,
}

/// No nonce could be made without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no key for nonces")]
pub struct NoNonceKey;

/// The version of the key, the time in seconds, and half of the code over both.
const LENGTH: usize = 2 + 8 + CODE;
const CODE: usize = 16;

impl NonceKeys {
    /// Of `secrets`, which may serve other purposes too: the keys are derived from them.
    ///
    /// # Errors
    /// `NoNonceKey` if there is none.
    pub fn derive<'a>(secrets: impl IntoIterator<Item = &'a (u16, SecretBytes<32>)>) -> Result<Self, NoNonceKey> {
        let derive = |(version, secret): &(u16, SecretBytes<32>)| {
            (*version, HmacKey::new(hkdf(secret.expose(), b"", b"senid dpop nonce").expose()))
        };
        let keys: BTreeMap<_, _> = secrets.into_iter().map(derive).collect();
        let (version, current) =
            keys.last_key_value().map(|(version, key)| (*version, key.clone())).ok_or(NoNonceKey)?;
        Ok(Self { current, version, keys })
    }

    /// A nonce made at `now`: 35 characters of base64url.
    pub fn issue(&self, now: Timestamp) -> String {
        let mut nonce = [0; LENGTH];
        nonce[..2].copy_from_slice(&self.version.to_be_bytes());
        nonce[2..10].copy_from_slice(&now.seconds().to_be_bytes());
        let code = self.current.mac(&[&nonce[..10]]);
        nonce[10..].copy_from_slice(&code[..CODE]);
        base64url::encode(&nonce)
    }

    /// When `nonce` was made; `None` for what was not made here.
    pub fn issued_at(&self, nonce: &str) -> Option<Timestamp> {
        let nonce: [u8; LENGTH] = base64url::decode_array(nonce)?;
        let (stated, code) = nonce.split_at(10);
        let (version, seconds) = stated.split_first_chunk()?;
        let key = self.keys.get(&u16::from_be_bytes(*version))?;
        let genuine = constant_time_eq(&key.mac(&[stated])[..CODE], code);
        genuine.then(|| Timestamp::from_seconds(i64::from_be_bytes(seconds.try_into().unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn keys(versions: &[u16]) -> NonceKeys {
        let secret = |version: &u16| (*version, SecretBytes::new([u8::try_from(*version).unwrap(); 32]));
        NonceKeys::derive(&versions.iter().map(secret).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_nonce_is_known_again_wherever_the_key_is_and_tells_when_it_was_made() {
        let nonce = keys(&[1]).issue(NOW);
        assert_eq!(nonce.len(), 35);
        assert_eq!(keys(&[1]).issued_at(&nonce), Some(NOW));
        assert_eq!(keys(&[1, 2]).issued_at(&nonce), Some(NOW), "after the key was rotated");
        assert_eq!(keys(&[2]).issued_at(&nonce), None);
    }

    #[test]
    fn what_nobody_here_made_is_told_from_what_was() {
        let keys = keys(&[1]);
        let nonce = keys.issue(NOW);
        for at in 0..nonce.len() {
            let mut other = nonce.clone().into_bytes();
            other[at] = if other[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(keys.issued_at(&String::from_utf8(other).unwrap()), None, "at {at}");
        }
        for other in ["", "x", &nonce[..34], &format!("{nonce}A")] {
            assert_eq!(keys.issued_at(other), None);
        }
        assert!(NonceKeys::derive(&[]).is_err());
    }
}
