//! A key that a portal's program proves to hold, request by request: RFC 9449.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use senid::crypto::private_key::PrivateKey;
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::time::Timestamp;
use serde_json::{Value, json};

use super::assertion::{self, Assertion};

#[derive(Clone, Copy)]
pub struct DpopKey(&'static PrivateKey);

impl DpopKey {
    /// The key of this name, the same for the whole process.
    pub fn new(name: &str) -> Self {
        Self::with(name, SignatureAlgorithm::Es256)
    }

    pub fn with(name: &str, algorithm: SignatureAlgorithm) -> Self {
        Self(assertion::key(name, algorithm))
    }

    pub const fn key(&self) -> &'static PrivateKey {
        self.0
    }

    /// The public half, with the members of its type and no others.
    pub fn jwk(&self) -> Value {
        let mut jwk = assertion::jwk(self.0);
        for member in ["alg", "kid", "use"] {
            jwk.as_object_mut().unwrap().remove(member);
        }
        jwk
    }

    /// Its thumbprint (RFC 7638 §3), made here.
    pub fn jkt(&self) -> String {
        // The members of a public key in lexicographic order are its thumbprint's input; serde_json keeps them sorted.
        hash(&self.jwk().to_string())
    }

    /// A proof that is in order until the test changes it, and was never used before.
    pub fn proof(&self, method: &str, url: &str, now: Timestamp) -> Assertion {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let jti = format!("proof-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let header = json!({ "typ": "dpop+jwt", "jwk": self.jwk() });
        Assertion::of(header, json!({ "jti": jti, "htm": method, "htu": url, "iat": now.seconds() }))
    }

    pub fn prove(&self, method: &str, url: &str, now: Timestamp) -> String {
        self.proof(method, url, now).signed(self.0)
    }
}

/// What a proof claims of the access token that it comes with.
pub fn ath(access_token: &str) -> String {
    hash(access_token)
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}
