//! The successor of a refresh token (RFC 9700 §4.14.2, rotation), or of a registration access token, is derived from its
//! parent.
//!
//! A client whose answer was lost asks again with the parent and gets the *same* successor, so there is always exactly
//! one live branch, and the server needs to keep no token's text to be able to repeat it.
//!
//! A token's secret is a seed of 16 bytes and a seal of 16 over it. Only what carries our seal was ever issued, so that
//! whoever knows a grant's id, which access tokens tell, cannot make up a token that looks like a stolen one and have
//! the grant ended.

use std::collections::BTreeMap;

use crate::crypto::hash::HmacKey;
use uuid::Uuid;

use crate::crypto::token::{Token, TokenKind};
use crate::domain::random::Random;
use crate::domain::secret::SecretBytes;

/// The keys that successors are derived with, in versions: the highest for new ones, the others for retries.
#[derive(Clone, Debug)]
pub struct SuccessionKeys {
    current: u16,
    keys: BTreeMap<u16, HmacKey>,
}

/// No refresh token could be rotated without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no key for the succession of refresh tokens")]
pub struct NoSuccessionKey;

impl SuccessionKeys {
    /// # Errors
    /// `NoSuccessionKey` if there is none.
    pub fn new(keys: impl IntoIterator<Item = (u16, SecretBytes<32>)>) -> Result<Self, NoSuccessionKey> {
        let prepare = |(version, key): (u16, SecretBytes<32>)| (version, HmacKey::new(key.expose()));
        let keys: BTreeMap<_, _> = keys.into_iter().map(prepare).collect();
        let current = keys.last_key_value().map(|(version, _)| *version).ok_or(NoSuccessionKey)?;
        Ok(Self { current, keys })
    }

    /// The version to derive with now, and to keep with the successor for a retry.
    pub const fn current_version(&self) -> u16 {
        self.current
    }

    /// The first token of a grant.
    ///
    /// # Errors
    /// `NoSuccessionKey`, which [`Self::new`] has made sure is not so.
    pub fn first(&self, grant: Uuid, random: &dyn Random) -> Result<Token, NoSuccessionKey> {
        let key = self.keys.get(&self.current).ok_or(NoSuccessionKey)?;
        Ok(sealed(key, grant, random.bytes()))
    }

    /// What follows `parent`, for the same grant; `None` if that version of the key is gone.
    pub fn successor(&self, parent: &Token, key_version: u16) -> Option<Token> {
        let key = self.keys.get(&key_version)?;
        let derived = key.mac(&[b"refresh\0", parent.secret().expose()]);
        Some(sealed(key, parent.locator(), first_half(&derived)).of(parent.mode()))
    }

    /// What follows the registration access token `parent` for the same client, and a secret of its own that goes with
    /// it: an update whose answer was lost is answered again with the same ones. `None` if that version of the key is gone.
    pub fn registration_successor(&self, parent: &Token, key_version: u16) -> Option<(Token, SecretBytes<64>)> {
        let key = self.keys.get(&key_version)?;
        let derive = |what: &[u8]| key.mac(&[what, parent.secret().expose()]);
        let token = SecretBytes::new(derive(b"registration\0"));
        let token = Token::with_secret(TokenKind::RegistrationAccessToken, parent.locator(), token).of(parent.mode());
        // As long as every algorithm of assertions asks for (RFC 7518 §3.2).
        let mut secret = [0; 64];
        secret[..32].copy_from_slice(&derive(b"registration secret\0"));
        secret[32..].copy_from_slice(&derive(b"registration secret, second half\0"));
        Some((token, SecretBytes::new(secret)))
    }

    /// Whether `token` was issued here, at whatever time, whatever has become of it since.
    pub fn has_issued(&self, token: &Token) -> bool {
        let seed = first_half(token.secret().expose());
        self.keys.values().any(|key| sealed(key, token.locator(), seed).of(token.mode()) == *token)
    }
}

const HALF: usize = 16;

fn sealed(key: &HmacKey, grant: Uuid, seed: [u8; HALF]) -> Token {
    let seal = key.mac(&[b"refresh seal\0", grant.as_bytes(), &seed]);
    let mut secret = [0; 2 * HALF];
    secret[..HALF].copy_from_slice(&seed);
    secret[HALF..].copy_from_slice(&seal[..HALF]);
    Token::with_secret(TokenKind::RefreshToken, grant, SecretBytes::new(secret))
}

fn first_half(bytes: &[u8; 2 * HALF]) -> [u8; HALF] {
    let mut half = [0; HALF];
    half.copy_from_slice(&bytes[..HALF]);
    half
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::crypto::random::SystemRandom;
    use crate::crypto::token::TokenKind;

    fn keys(versions: &[u16]) -> SuccessionKeys {
        let key = |version: &u16| (*version, SecretBytes::new([u8::try_from(*version).unwrap(); 32]));
        SuccessionKeys::new(versions.iter().map(key)).unwrap()
    }

    fn parent() -> Token {
        Token::new(TokenKind::RefreshToken, Uuid::from_u128(7), &SystemRandom::new())
    }

    #[test]
    fn a_retry_gets_the_same_successor() {
        let parent = parent();
        let first = keys(&[1]).successor(&parent, 1).unwrap();
        assert_eq!(keys(&[1]).successor(&parent, 1).unwrap(), first);
        assert_eq!(first.kind(), TokenKind::RefreshToken);
        assert_eq!(first.locator(), parent.locator());
        assert_ne!(first.secret(), parent.secret());
    }

    #[test]
    fn a_retry_after_the_key_was_rotated_still_gets_it() {
        let parent = parent();
        let first = keys(&[1]).successor(&parent, 1).unwrap();
        let later = keys(&[1, 2]);
        assert_eq!(later.current_version(), 2);
        assert_eq!(later.successor(&parent, 1).unwrap(), first);
        assert_ne!(later.successor(&parent, 2).unwrap(), first);
        assert_eq!(keys(&[2]).successor(&parent, 1), None);
    }

    #[test]
    fn every_generation_is_another() {
        let keys = keys(&[1]);
        let (parent, other) = (parent(), parent());
        let child = keys.successor(&parent, 1).unwrap();
        let grandchild = keys.successor(&child, 1).unwrap();
        assert_ne!(child, grandchild);
        assert_ne!(child, keys.successor(&other, 1).unwrap());
    }

    #[test]
    fn what_nobody_issued_is_told_from_what_was() {
        let keys = keys(&[1, 2]);
        let first = keys.first(Uuid::from_u128(7), &SystemRandom::new()).unwrap();
        assert!(keys.has_issued(&first));
        assert!(keys.has_issued(&keys.successor(&first, 1).unwrap()), "also of an older key");
        assert!(!keys.has_issued(&parent()));
        let elsewhere = Token::with_secret(TokenKind::RefreshToken, Uuid::from_u128(8), first.secret().clone());
        assert!(!keys.has_issued(&elsewhere), "a seal is for one grant");
    }
}
