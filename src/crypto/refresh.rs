//! The successor of a refresh token (RFC 9700 §4.14.2, rotation) is derived from its parent.
//!
//! A client whose answer was lost asks again with the parent and gets the *same* successor, so there is always exactly
//! one live branch, and the server needs to keep no token's text to be able to repeat it.

use std::collections::BTreeMap;

use crate::crypto::hash::HmacKey;
use crate::crypto::token::Token;
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

    /// What follows `parent`, of the same kind and for the same grant; `None` if that version of the key is gone.
    pub fn successor(&self, parent: &Token, key_version: u16) -> Option<Token> {
        let secret = self.keys.get(&key_version)?.mac(&[b"refresh\0", parent.secret().expose()]);
        Some(Token::with_secret(parent.kind(), parent.locator(), SecretBytes::new(secret)))
    }
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
}
