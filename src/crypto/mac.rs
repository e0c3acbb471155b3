//! Shared secrets that protect tokens: HMAC with SHA-2, RFC 7518 §3.2.

use std::fmt;

use ring::hmac;

use crate::domain::mac::MacAlgorithm;
use crate::domain::secret::SecretString;

/// A secret together with the one algorithm it is used with.
#[derive(Clone)]
pub struct MacKey {
    key: hmac::Key,
    algorithm: MacAlgorithm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret is shorter than the code that it would make")]
pub struct TooShort;

impl MacKey {
    /// # Errors
    /// `TooShort` for a secret that the algorithm may not be used with.
    pub fn new(secret: &SecretString, algorithm: MacAlgorithm) -> Result<Self, TooShort> {
        let bytes = secret.expose().as_bytes();
        if bytes.len() < algorithm.shortest_secret() {
            return Err(TooShort);
        }
        let hash = match algorithm {
            MacAlgorithm::Hs256 => hmac::HMAC_SHA256,
            MacAlgorithm::Hs384 => hmac::HMAC_SHA384,
            MacAlgorithm::Hs512 => hmac::HMAC_SHA512,
        };
        Ok(Self { key: hmac::Key::new(hash, bytes), algorithm })
    }

    pub const fn algorithm(&self) -> MacAlgorithm {
        self.algorithm
    }

    pub fn mac(&self, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key, message).as_ref().to_vec()
    }

    /// Whether `code` is this key's for `message`; compared in constant time, and whole.
    pub fn verifies(&self, message: &[u8], code: &[u8]) -> bool {
        hmac::verify(&self.key, message, code).is_ok()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MacKey({}, [secret])", self.algorithm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_at_least_as_long_as_its_code() {
        for algorithm in MacAlgorithm::ALL {
            let least = algorithm.shortest_secret();
            assert!(MacKey::new(&SecretString::new("x".repeat(least)), algorithm).is_ok());
            assert!(MacKey::new(&SecretString::new("x".repeat(least - 1)), algorithm).is_err());
        }
    }

    #[test]
    fn a_code_is_compared_whole() {
        let key = MacKey::new(&SecretString::new("x".repeat(64)), MacAlgorithm::Hs512).unwrap();
        let code = key.mac(b"message");
        assert!(key.verifies(b"message", &code));
        assert!(
            !key.verifies(b"massage", &code)
                && !key.verifies(b"message", &code[..63])
                && !key.verifies(b"message", b"")
        );
    }
}
