//! Proves a JWT with the keys that are published, as a portal does, and with nothing of SenID's own code.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use senid::domain::time::Timestamp;
use serde_json::Value;

use super::web;

/// The claims of `token`, once its signature is proven.
pub async fn claims(issuer: &str, token: &str) -> Value {
    let discovery = web::get(&format!("{issuer}/.well-known/openid-configuration"), &[]).await.json();
    let jwks = web::get(discovery["jwks_uri"].as_str().unwrap(), &[]).await.json();
    verify(token, &jwks)
}

/// The claims of `token`, if a key of `jwks` signed it.
pub fn verify(token: &str, jwks: &Value) -> Value {
    let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("no JWS: {token}") };
    let head: Value = serde_json::from_slice(&decode(header)).unwrap();
    let keys: Vec<&Value> = jwks["keys"].as_array().unwrap().iter().filter(|key| key["kid"] == head["kid"]).collect();
    let [key] = keys[..] else { panic!("{} keys for {head}", keys.len()) };
    assert_eq!(key["alg"], head["alg"]);
    let part = |name: &str| decode(key[name].as_str().unwrap());
    let signed = format!("{header}.{payload}");
    let (signed, signature) = (signed.as_bytes(), decode(signature));
    let proven = match head["alg"].as_str().unwrap() {
        "ES256" => {
            let point = [vec![4], part("x"), part("y")].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, &signature)
        }
        "EdDSA" => UnparsedPublicKey::new(&ED25519, part("x")).verify(signed, &signature),
        "RS256" => RsaPublicKeyComponents { n: part("n"), e: part("e") }.verify(
            &RSA_PKCS1_2048_8192_SHA256,
            signed,
            &signature,
        ),
        other => panic!("nobody offered {other}"),
    };
    assert!(proven.is_ok(), "the signature does not hold: {head}");
    serde_json::from_slice(&decode(payload)).unwrap()
}

/// The JWKS as a portal keeps it: for exactly as long as its `Cache-Control` allows.
pub struct JwksCache {
    url: String,
    kept: Option<(Timestamp, Duration, Value)>,
    pub fetches: usize,
}

impl JwksCache {
    pub fn new(issuer: &str) -> Self {
        Self { url: format!("{issuer}/jwks.json"), kept: None, fetches: 0 }
    }

    /// The key set at `now`.
    pub async fn at(&mut self, now: Timestamp) -> Value {
        if let Some((at, age, jwks)) = &self.kept
            && now.since(*at) < *age
        {
            return jwks.clone();
        }
        let reply = web::get(&self.url, &[]).await;
        let age = reply.header("cache-control").split_once("max-age=").expect("it may be kept").1.parse().unwrap();
        self.fetches += 1;
        self.kept = Some((now, Duration::from_secs(age), reply.json()));
        reply.json()
    }

    /// Proves a token with what is kept.
    pub async fn verify(&mut self, token: &str, now: Timestamp) -> Value {
        verify(token, &self.at(now).await)
    }

    /// Whether the key that signed the token is known.
    pub async fn knows_key_of(&mut self, token: &str, now: Timestamp) -> bool {
        let kid = header(token)["kid"].clone();
        self.at(now).await["keys"].as_array().unwrap().iter().any(|key| key["kid"] == kid)
    }
}

/// What a token's header says, unproven.
pub fn header(token: &str) -> Value {
    serde_json::from_slice(&decode(token.split('.').next().unwrap())).unwrap()
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}
