//! A program that proves itself with a key: with assertions (RFC 7523), and with DPoP proofs (RFC 9449) for its tokens.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use http::header::HeaderName;
use http::{Method, StatusCode};
use senid::crypto::base64url;
use senid::crypto::private_key::PrivateKey;
use senid::crypto::random::SystemRandom;
use senid::domain::client::{Client, ClientAuthentication, ClientKeys, GrantType};
use senid::domain::keys::SignatureAlgorithm;
use senid::domain::random::Random;
use senid::domain::time::Timestamp;
use senid::storage::Store;
use serde_json::{Value, json};

use crate::portal::{Door, Failure, encode};

const CLIENT: &str = "bench-key";
const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::Es256;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A new key, and its client where there is none yet.
pub async fn enter(store: &Store) -> Result<Arc<PrivateKey>, Failure> {
    let key = PrivateKey::from_pkcs8(ALGORITHM, &PrivateKey::generate(ALGORITHM)?)?;
    let jwks = json!({ "keys": [key.public_key()?.to_jwk(ALGORITHM)] });
    let authentication = ClientAuthentication::PrivateKeyJwt { algorithm: None };
    let mut client = Client::new(CLIENT.parse()?, authentication, Timestamp::EPOCH);
    client.keys = ClientKeys::Given(jwks.to_string());
    client.grant_types = [GrantType::ClientCredentials].into();
    let mut tx = store.begin().await?;
    tx.clients().insert(&client).await?;
    tx.commit().await?;
    Ok(Arc::new(key))
}

#[derive(Clone)]
pub struct Prover {
    door: Door,
    issuer: String,
    key: Arc<PrivateKey>,
}

impl Prover {
    pub fn new(door: Door, issuer: String, key: Arc<PrivateKey>) -> Self {
        Self { door, issuer, key }
    }

    /// A token for an assertion.
    pub async fn token(&self) -> Result<(), Failure> {
        self.ask(&[]).await
    }

    /// A token for an assertion and a proof, bound to the proof's key.
    pub async fn bound_token(&self) -> Result<(), Failure> {
        self.ask(&[(HeaderName::from_static("dpop"), self.proof()?)]).await
    }

    async fn ask(&self, headers: &[(HeaderName, String)]) -> Result<(), Failure> {
        let assertion = self.assertion()?;
        let form = encode(&[
            ("grant_type", "client_credentials"),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ]);
        self.door.send(Method::POST, "/token", headers, form).await?.expect(StatusCode::OK).map(drop)
    }

    /// RFC 9449 §4.2.
    fn proof(&self) -> Result<String, Failure> {
        let mut jwk = serde_json::to_value(self.key.public_key()?.to_jwk(ALGORITHM))?;
        for member in ["alg", "kid", "use"] {
            jwk.as_object_mut().ok_or("a key that is no object")?.remove(member);
        }
        let header = json!({ "typ": "dpop+jwt", "alg": ALGORITHM.name(), "jwk": jwk });
        let address = format!("{}/token", self.issuer);
        self.sign(&header, &json!({ "jti": name(), "htm": "POST", "htu": address, "iat": now()? }))
    }

    fn assertion(&self) -> Result<String, Failure> {
        let header = json!({ "alg": ALGORITHM.name(), "kid": self.key.public_key()?.thumbprint() });
        let now = now()?;
        let claims =
            json!({ "iss": CLIENT, "sub": CLIENT, "aud": self.issuer, "iat": now, "exp": now + 60, "jti": name() });
        self.sign(&header, &claims)
    }

    fn sign(&self, header: &Value, claims: &Value) -> Result<String, Failure> {
        let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = self.key.sign(text.as_bytes())?;
        Ok(format!("{text}.{}", base64url::encode(signature.as_ref())))
    }
}

fn name() -> String {
    let random: &dyn Random = &SystemRandom::new();
    base64url::encode(&random.bytes::<16>())
}

#[expect(clippy::disallowed_methods, reason = "a client has a clock of its own")]
fn now() -> Result<u64, Failure> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}
