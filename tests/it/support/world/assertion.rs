//! What a client proves itself with where a secret or a password will not do: RFC 7523.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use senid::crypto::mac::MacKey;
use senid::crypto::private_key::PrivateKey;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::mac::MacAlgorithm;
use senid::domain::secret::SecretString;
use senid::domain::time::Timestamp;
use serde_json::{Value, json};

pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An assertion that is in order until the test changes it.
#[derive(Clone, Debug)]
pub struct Assertion {
    header: Value,
    claims: Value,
}

impl Assertion {
    /// Good for a minute, and never used before.
    pub fn new(client: &str, audience: &str, now: Timestamp) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let (jti, now) = (format!("jti-{}", COUNT.fetch_add(1, Ordering::Relaxed)), now.seconds());
        let claims = json!({"iss": client, "sub": client, "aud": audience, "exp": now + 60, "iat": now, "jti": jti});
        Self { header: json!({}), claims }
    }

    /// A token of another kind: what it says, and nothing more.
    pub const fn of(header: Value, claims: Value) -> Self {
        Self { header, claims }
    }

    /// With another claim; `null` takes it away.
    #[must_use]
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        set(&mut self.claims, claim, value.into());
        self
    }

    /// With another member of the header.
    #[must_use]
    pub fn headed(mut self, member: &str, value: impl Into<Value>) -> Self {
        set(&mut self.header, member, value.into());
        self
    }

    pub const fn claims(&self) -> &Value {
        &self.claims
    }

    /// Signed; the header names the key's own algorithm unless it names another already.
    pub fn signed(&self, key: &PrivateKey) -> String {
        let text = self.text(key.algorithm().name());
        let signature = key.sign(text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    /// Protected with a secret.
    pub fn protected(&self, secret: &str, algorithm: MacAlgorithm) -> String {
        let text = self.text(algorithm.name());
        let mac = MacKey::new(&SecretString::new(secret), algorithm).unwrap().mac(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// Neither.
    pub fn bare(&self) -> String {
        format!("{}.", self.text("none"))
    }

    /// Header and claims as they are signed.
    pub fn text(&self, algorithm: &str) -> String {
        let mut header = self.header.clone();
        header.as_object_mut().unwrap().entry("alg").or_insert_with(|| algorithm.into());
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", encode(&header), encode(&self.claims))
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    let object = object.as_object_mut().unwrap();
    match value {
        Value::Null => object.remove(name),
        value => object.insert(name.to_owned(), value),
    };
}

/// The form that an assertion is sent in.
pub fn form(token: &str) -> [(&'static str, &str); 2] {
    [("client_assertion_type", TYPE), ("client_assertion", token)]
}

/// A key of this name, made when it is first asked for and the same from then on.
pub fn key(name: &str, algorithm: SignatureAlgorithm) -> &'static PrivateKey {
    static KEYS: LazyLock<Mutex<HashMap<(String, SignatureAlgorithm), &'static PrivateKey>>> =
        LazyLock::new(Mutex::default);
    let make = || {
        let pkcs8 = PrivateKey::generate(algorithm).unwrap();
        &*Box::leak(Box::new(PrivateKey::from_pkcs8(algorithm, &pkcs8).unwrap()))
    };
    KEYS.lock().unwrap().entry((name.to_owned(), algorithm)).or_insert_with(make)
}

/// The public half as a client publishes it.
pub fn jwk(key: &PrivateKey) -> Value {
    serde_json::to_value(key.public_key().unwrap().to_jwk(key.algorithm())).unwrap()
}

/// A key set.
pub fn jwks(keys: &[&PrivateKey]) -> Value {
    json!({ "keys": keys.iter().map(|key| jwk(key)).collect::<Vec<_>>() })
}
