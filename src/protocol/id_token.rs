//! ID tokens: OpenID Connect Core §2, and their use as hints (§3.1.2.1, RP-Initiated Logout §2).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::crypto::base64url;
use crate::crypto::hash::{sha256, sha384, sha512};
use crate::crypto::jws::Typ;
use crate::crypto::keyring::KeyRing;
use crate::domain::assurance::AuthenticationLevel;
use crate::domain::grant::Authentication;
use crate::domain::ids::ClientId;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::time::Timestamp;

/// The claims of an ID token. Who someone is beyond `sub` is told at userinfo, but for what was asked for here.
#[derive(Debug, Serialize)]
pub struct IdTokenClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    acr: &'a str,
    amr: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    c_hash: Option<String>,
    sid: &'a str,
    authentication_level: AuthenticationLevel,
    #[serde(flatten)]
    person: Map<String, Value>,
}

/// Whom an ID token is about and for, as this client knows them.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    pub issuer: &'a str,
    pub client: &'a ClientId,
    pub subject: &'a str,
    pub sid: &'a str,
}

impl<'a> IdTokenClaims<'a> {
    /// `acr` is the value that answered the request.
    pub fn new(
        about: About<'a>,
        authentication: &Authentication,
        acr: &'a str,
        issued_at: Timestamp,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            iss: about.issuer,
            sub: about.subject,
            aud: about.client.as_str(),
            exp: expires_at.seconds(),
            iat: issued_at.seconds(),
            auth_time: authentication.auth_time.seconds(),
            nonce: None,
            acr,
            amr: authentication.proofs.amr(),
            at_hash: None,
            c_hash: None,
            sid: about.sid,
            authentication_level: authentication.level(),
            person: Map::new(),
        }
    }

    /// The nonce of the authorization request; a refreshed ID token has none (Core §12.2).
    #[must_use]
    pub fn with_nonce(self, nonce: Option<&'a str>) -> Self {
        Self { nonce, ..self }
    }

    /// What is told of the person here (`protocol::claims::in_id_token`).
    #[must_use]
    pub fn with_claims(self, person: Map<String, Value>) -> Self {
        Self { person, ..self }
    }

    /// Binds the access token that is issued beside it (Core §3.1.3.6, §3.2.2.9).
    #[must_use]
    pub fn with_access_token(self, access_token: Option<&str>, algorithm: SignatureAlgorithm) -> Self {
        Self { at_hash: access_token.map(|token| left_half_of_hash(token, algorithm)), ..self }
    }

    /// Binds the code that is issued beside it (Core §3.3.2.11).
    #[must_use]
    pub fn with_code(self, code: Option<&str>, algorithm: SignatureAlgorithm) -> Self {
        Self { c_hash: code.map(|code| left_half_of_hash(code, algorithm)), ..self }
    }
}

/// The left half of the hash that the signature's algorithm uses (Core §3.1.3.6). Ed25519 names none in its `alg`;
/// it uses SHA-512 inside, and that is what implementations agreed on.
fn left_half_of_hash(text: &str, algorithm: SignatureAlgorithm) -> String {
    match algorithm {
        SignatureAlgorithm::Es256 | SignatureAlgorithm::Ps256 | SignatureAlgorithm::Rs256 => {
            base64url::encode(&sha256(text.as_bytes())[..16])
        }
        SignatureAlgorithm::Es384 => base64url::encode(&sha384(text.as_bytes())[..24]),
        SignatureAlgorithm::EdDsa => base64url::encode(&sha512(text.as_bytes())[..32]),
    }
}

/// What a hint says, once it has been proven to be ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    pub client: ClientId,
    pub subject: String,
    pub sid: Option<String>,
}

#[derive(Deserialize)]
struct HintClaims {
    iss: String,
    sub: String,
    aud: String,
    sid: Option<String>,
}

/// Proves that `token` is an ID token of this issuer. That it has expired does not matter for a hint
/// (RP-Initiated Logout §4); that its key has been retired does not either, while the key is known.
pub fn verify_hint(token: &str, issuer: &str, keys: &KeyRing, now: Timestamp) -> Option<Hint> {
    let claims: HintClaims = keys.verify(Typ::IdToken, token, now).ok()?;
    (claims.iss == issuer).then_some(())?;
    Some(Hint { client: claims.aud.parse().ok()?, subject: claims.sub, sid: claims.sid })
}
