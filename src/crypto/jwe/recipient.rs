//! A key that someone else published so that what is meant for them is encrypted to it: RFC 7517 §4.

use serde_json::{Map, Value};

use crate::crypto::jwk::{self, JwkError, PublicKey};
use crate::domain::encryption::KeyManagementAlgorithm;
use crate::domain::keys::KeyId;

/// Whom something is encrypted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub(super) key: PublicKey,
    pub(super) kid: Option<KeyId>,
    /// The only algorithm the key is for, if it says so.
    algorithm: Option<KeyManagementAlgorithm>,
}

impl Recipient {
    /// Reads a key that things are encrypted to.
    ///
    /// # Errors
    /// `Private` for a key with private members, which its owner must not have shown, and for a shared secret;
    /// otherwise what is wrong with it.
    pub fn parse(members: &Map<String, Value>) -> Result<Self, JwkError> {
        if jwk::has_private_members(members) {
            return Err(JwkError::Private);
        }
        if !for_encrypting(members) {
            return Err(JwkError::Use);
        }
        let key = jwk::public_key(members)?;
        if !KeyManagementAlgorithm::ALL.iter().any(|algorithm| key.receives(*algorithm)) {
            return Err(JwkError::Type);
        }
        let kid = jwk::kid(members)?;
        let algorithm = match members.get("alg") {
            None => None,
            Some(name) => {
                let algorithm = name.as_str().and_then(KeyManagementAlgorithm::from_name);
                Some(algorithm.filter(|algorithm| key.receives(*algorithm)).ok_or(JwkError::Algorithm)?)
            }
        };
        Ok(Self { key, kid, algorithm })
    }

    /// The first of a set of keys that `algorithm` encrypts to. Keys that are meant for something else, or that nobody
    /// here knows what to do with, are passed over: a set may hold anything (RFC 7517 §5).
    pub fn find<'k>(
        keys: impl IntoIterator<Item = &'k Map<String, Value>>,
        algorithm: KeyManagementAlgorithm,
    ) -> Option<Self> {
        let recipients = keys.into_iter().filter_map(|members| Self::parse(members).ok());
        recipients.into_iter().find(|recipient| recipient.receives(algorithm))
    }

    /// Whether `algorithm` encrypts to this key.
    pub fn receives(&self, algorithm: KeyManagementAlgorithm) -> bool {
        self.key.receives(algorithm) && self.algorithm.is_none_or(|own| own == algorithm)
    }
}

fn for_encrypting(members: &Map<String, Value>) -> bool {
    let usage = members.get("use").is_none_or(|usage| usage == "enc");
    // `wrapKey` for RSA, `deriveKey` and `deriveBits` for agreement (RFC 7517 §4.3). Web Crypto gives the operations to
    // the private key of an agreement alone, and so exports every public one with an empty list.
    let operations = members.get("key_ops").is_none_or(|operations| {
        let encrypting = ["encrypt", "wrapKey", "deriveKey", "deriveBits"];
        operations.as_array().is_some_and(|operations| {
            operations.is_empty() || operations.iter().any(|own| encrypting.iter().any(|operation| own == operation))
        })
    });
    usage && operations
}
