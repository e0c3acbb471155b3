//! A portal's own key pairs: what it signs with, and what only it can read.

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use senid::crypto::jwe::{self, Content, DecryptionKey, Encrypted, Recipient};
use senid::crypto::private_key::PrivateKey;
use senid::crypto::random::SystemRandom;
use senid::domain::client::ClientKeys;
use senid::domain::encryption::{Encryption, EncryptionKeyType};
use senid::domain::keys::SignatureAlgorithm;
use serde_json::{Value, json};

/// The keys of one portal. It holds one of every kind.
pub struct OwnKeys {
    signing: Vec<Arc<PrivateKey>>,
    decrypting: Vec<DecryptionKey>,
}

impl OwnKeys {
    pub fn new() -> Self {
        let signing = SignatureAlgorithm::ALL.iter().map(|algorithm| made(*algorithm));
        let decrypting = EncryptionKeyType::ALL.iter().map(|key_type| {
            DecryptionKey::from_pkcs8(*key_type, &DecryptionKey::generate(*key_type).unwrap()).unwrap()
        });
        Self { signing: signing.collect(), decrypting: decrypting.collect() }
    }

    /// With RSA keys that are everybody's, which take long to make, and none to encrypt to.
    pub fn quick() -> Self {
        static SLOW: LazyLock<Vec<Arc<PrivateKey>>> =
            LazyLock::new(|| vec![made(SignatureAlgorithm::Rs256), made(SignatureAlgorithm::Ps256)]);
        let own = [SignatureAlgorithm::Es256, SignatureAlgorithm::EdDsa].map(made);
        Self { signing: SLOW.iter().cloned().chain(own).collect(), decrypting: Vec::new() }
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

    /// A token that says `claims`, signed by the key of that algorithm, with this `typ` in its header.
    pub fn sign(&self, algorithm: SignatureAlgorithm, typ: Option<&str>, claims: &Value) -> String {
        let key = self.signing.iter().find(|key| key.algorithm() == algorithm).unwrap();
        let mut header = json!({ "alg": algorithm.name(), "kid": key.public_key().unwrap().thumbprint() });
        if let Some(typ) = typ {
            header["typ"] = typ.into();
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(claims));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).unwrap()))
    }

    /// What a token that was encrypted to one of them holds.
    pub fn decrypt(&self, token: &str) -> Option<String> {
        let token = Encrypted::parse(token).ok()?;
        let key = self.decrypting.iter().find(|key| token.kid() == Some(&key.public_key().thumbprint()))?;
        let plain = token.decrypt(|_| true, key, &SystemRandom::new()).ok()?;
        plain.as_token().map(str::to_owned)
    }
}

fn made(algorithm: SignatureAlgorithm) -> Arc<PrivateKey> {
    Arc::new(PrivateKey::from_pkcs8(algorithm, &PrivateKey::generate(algorithm).unwrap()).unwrap())
}

/// `token`, encrypted to the key of `jwks` that is for it.
pub fn encrypted(token: &str, with: Encryption, jwks: &Value) -> String {
    let keys = jwks["keys"].as_array().unwrap().iter().filter(|key| key["use"] == "enc").filter_map(Value::as_object);
    let recipient = Recipient::find(keys, with.alg).expect("a published key to encrypt to");
    jwe::encrypt(Content::Token(token), &recipient, with, &SystemRandom::new()).unwrap()
}
