//! What stands in the identity store in a private key's place where that key is in a module: which one it is, and its public part.
//!
//! It is sealed as a private key is, so whoever writes to the database cannot put another key's name under a `kid`.

use std::fmt;

use serde_json::{Map, Value, json};

use crate::crypto::jwk::{Jwk, PublicKey};
use crate::domain::keys::SignatureAlgorithm;

/// An object's `CKA_ID`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId(Vec<u8>);

impl ObjectId {
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || !text.len().is_multiple_of(2) || !text.is_ascii() {
            return None;
        }
        let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        (0..text.len()).step_by(2).map(byte).collect::<Option<Vec<u8>>>().map(Self)
    }
}

impl fmt::Display for ObjectId {
    /// In hexadecimal, as `pkcs11-tool` writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A key in a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyReference {
    pub id: ObjectId,
    /// The token's label, for people to read: which token is used, the settings say.
    pub token: String,
    pub public: PublicKey,
}

impl KeyReference {
    /// The document that is sealed. It begins with `{`; the PKCS #8 of a private key begins with another byte.
    pub fn to_document(&self, algorithm: SignatureAlgorithm) -> Vec<u8> {
        let jwk = serde_json::to_value(self.public.to_jwk(algorithm)).unwrap_or_default();
        json!({ "pkcs11": { "id": self.id.to_string(), "token": self.token }, "jwk": jwk }).to_string().into_bytes()
    }

    /// Whether a document that was sealed is one of these.
    pub fn is_one(document: &[u8]) -> bool {
        document.first() == Some(&b'{')
    }

    /// The document read, for a key of that algorithm.
    pub fn parse(algorithm: SignatureAlgorithm, document: &[u8]) -> Option<Self> {
        let document: Map<String, Value> = serde_json::from_slice(document).ok()?;
        let named = document.get("pkcs11")?;
        let key = Jwk::parse(document.get("jwk")?.as_object()?).ok()?;
        let public = Some(key.key).filter(|key| key.fits(algorithm))?;
        Some(Self {
            id: ObjectId::parse(named.get("id")?.as_str()?)?,
            token: named.get("token")?.as_str()?.to_owned(),
            public,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::private_key::PrivateKey;

    #[test]
    fn what_is_written_is_read_back_and_told_from_a_private_key() {
        for algorithm in SignatureAlgorithm::ALL {
            let pkcs8 = PrivateKey::generate(algorithm).unwrap();
            let public = PrivateKey::from_pkcs8(algorithm, &pkcs8).unwrap().public_key().unwrap();
            let reference = KeyReference { id: ObjectId::new(vec![0, 0xab, 7]), token: "senid".to_owned(), public };
            let document = reference.to_document(algorithm);
            assert!(KeyReference::is_one(&document) && !KeyReference::is_one(&pkcs8));
            assert_eq!(KeyReference::parse(algorithm, &document), Some(reference));
            let other = if algorithm == SignatureAlgorithm::Es256 {
                SignatureAlgorithm::EdDsa
            } else {
                SignatureAlgorithm::Es256
            };
            assert_eq!(KeyReference::parse(other, &document), None, "a key has one algorithm");
        }
    }

    #[test]
    fn an_id_is_whole_bytes_in_hexadecimal() {
        assert_eq!(ObjectId::parse("00ab07").unwrap().to_string(), "00ab07");
        for wrong in ["", "0", "0g", "é"] {
            assert_eq!(ObjectId::parse(wrong), None, "{wrong}");
        }
    }
}
