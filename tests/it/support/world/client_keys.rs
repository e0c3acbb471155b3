//! A portal's own key pairs: what it signs with, and what only it can read.

use senid::crypto::jwe::{DecryptionKey, Encrypted};
use senid::crypto::private_key::PrivateKey;
use senid::crypto::random::SystemRandom;
use senid::domain::client::ClientKeys;
use senid::domain::encryption::EncryptionKeyType;
use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

/// The keys of one portal. It holds one of every kind.
pub struct OwnKeys {
    signing: Vec<PrivateKey>,
    decrypting: Vec<DecryptionKey>,
}

impl OwnKeys {
    pub fn new() -> Self {
        let signing = SignatureAlgorithm::ALL
            .iter()
            .map(|algorithm| PrivateKey::from_pkcs8(*algorithm, &PrivateKey::generate(*algorithm).unwrap()).unwrap());
        let decrypting = EncryptionKeyType::ALL.iter().map(|key_type| {
            DecryptionKey::from_pkcs8(*key_type, &DecryptionKey::generate(*key_type).unwrap()).unwrap()
        });
        Self { signing: signing.collect(), decrypting: decrypting.collect() }
    }

    /// The public halves.
    pub fn jwks(&self) -> Value {
        let signing = self
            .signing
            .iter()
            .map(|key| serde_json::to_value(key.public_key().unwrap().to_jwk(key.algorithm())).unwrap());
        let decrypting =
            self.decrypting.iter().map(|key| serde_json::to_value(key.public_key().to_encryption_jwk()).unwrap());
        json!({ "keys": signing.chain(decrypting).collect::<Vec<_>>() })
    }

    /// As a client registers them in `jwks`.
    pub fn given(&self) -> ClientKeys {
        ClientKeys::Given(self.jwks().to_string())
    }

    /// What a token that was encrypted to one of them holds.
    pub fn decrypt(&self, token: &str) -> Option<String> {
        let token = Encrypted::parse(token).ok()?;
        let key = self.decrypting.iter().find(|key| token.kid() == Some(&key.public_key().thumbprint()))?;
        let plain = token.decrypt(|_| true, key, &SystemRandom::new()).ok()?;
        plain.as_token().map(str::to_owned)
    }
}
