//! Whether a logout token holds: OpenID Connect Back-Channel Logout 1.0 §2.6. The `openidconnect` crate knows the keys and
//! the signatures, and not this kind of token.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JsonWebKeyAlgorithm, SubjectIdentifier};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::domain::time::Timestamp;

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A token that took longer to arrive says nothing of now, and its `jti` need not be remembered.
const OLDEST: Duration = Duration::from_secs(5 * 60);
/// How far the provider's clock may be ahead.
const AHEAD: Duration = Duration::from_secs(60);

/// What the portal expects of a token, beyond what it says itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'e> {
    pub(super) issuer: &'e str,
    pub(super) client: &'e str,
    pub(super) now: Timestamp,
}

/// Who is signed out, as the provider says.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::demo::portal) struct SignedOut {
    sub: Option<String>,
    sid: Option<String>,
    pub(in crate::demo::portal) jti: String,
    /// From then on nobody takes the token any more.
    pub(in crate::demo::portal) expires_at: Timestamp,
}

impl SignedOut {
    /// Whether a session of this person, which began in that session at the provider, is over. A token without a `sid`
    /// speaks of all that the person has (§2.4).
    pub(in crate::demo::portal) fn names(&self, subject: &SubjectIdentifier, sid: Option<&str>) -> bool {
        self.sub.as_deref().is_none_or(|sub| sub == subject.as_str())
            && (self.sid.is_none() || self.sid.as_deref() == sid)
    }
}

/// Why a logout token does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::demo::portal) enum LogoutTokenFault {
    #[error("it is no signed token")]
    Form,
    #[error("it is of another kind (typ)")]
    Kind,
    #[error("it is not signed with its key's algorithm (alg)")]
    Algorithm,
    #[error("its key is not the provider's (kid)")]
    UnknownKey,
    #[error("its signature does not hold")]
    Signature,
    #[error("it lacks a claim, or one is of another type")]
    Claims,
    #[error("it is another provider's (iss)")]
    Issuer,
    #[error("it is for another client (aud)")]
    Audience,
    #[error("it is too old, or of a time to come (iat)")]
    IssuedAt,
    #[error("it has expired (exp)")]
    Expired,
    #[error("it tells of no sign-out (events)")]
    Event,
    #[error("it has a nonce, which only ID tokens have (nonce)")]
    Nonce,
    #[error("it names neither a person nor a session (sub, sid)")]
    Nobody,
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: String,
    typ: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    iat: i64,
    exp: i64,
    jti: String,
    events: Map<String, Value>,
    sub: Option<String>,
    sid: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// What the token says, once its signature is one of `keys` and everything else about it holds.
///
/// # Errors
/// [`LogoutTokenFault`], with the first thing that does not hold.
pub(super) fn verify(
    token: &str,
    keys: &CoreJsonWebKeySet,
    expected: Expected<'_>,
) -> Result<SignedOut, LogoutTokenFault> {
    let claims: Map<String, Value> = proven(token, keys)?;
    // Even one that is null: an ID token must never do.
    if claims.contains_key("nonce") {
        return Err(LogoutTokenFault::Nonce);
    }
    let claims: Claims = serde_json::from_value(Value::Object(claims)).map_err(|_| LogoutTokenFault::Claims)?;
    if claims.iss != expected.issuer {
        return Err(LogoutTokenFault::Issuer);
    }
    let for_us = match &claims.aud {
        Audience::One(client) => client == expected.client,
        // Another reader could send it on (RFC 8725 §3.9).
        Audience::Many(clients) => matches!(&clients[..], [client] if client == expected.client),
    };
    if !for_us {
        return Err(LogoutTokenFault::Audience);
    }
    let (issued_at, expires_at) = (Timestamp::from_seconds(claims.iat), Timestamp::from_seconds(claims.exp));
    if expected.now + AHEAD < issued_at || issued_at + OLDEST <= expected.now {
        return Err(LogoutTokenFault::IssuedAt);
    }
    if expires_at <= expected.now {
        return Err(LogoutTokenFault::Expired);
    }
    if !claims.events.get(EVENT).is_some_and(Value::is_object) {
        return Err(LogoutTokenFault::Event);
    }
    if claims.sub.is_none() && claims.sid.is_none() {
        return Err(LogoutTokenFault::Nobody);
    }
    let expires_at = expires_at.min(issued_at + OLDEST);
    Ok(SignedOut { sub: claims.sub, sid: claims.sid, jti: claims.jti, expires_at })
}

/// The claims of a token of the right kind, once its signature holds.
fn proven<T: DeserializeOwned>(token: &str, keys: &CoreJsonWebKeySet) -> Result<T, LogoutTokenFault> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts[..] else { return Err(LogoutTokenFault::Form) };
    let decoded = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| LogoutTokenFault::Form);
    let read: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| LogoutTokenFault::Form)?;
    if !read.typ.eq_ignore_ascii_case("logout+jwt") {
        return Err(LogoutTokenFault::Kind);
    }
    let named = |key: &&_| JsonWebKey::key_id(*key).is_some_and(|kid| kid.as_str() == read.kid);
    let key = keys.keys().iter().find(named).ok_or(LogoutTokenFault::UnknownKey)?;
    // The provider publishes what a key is for. A header chooses nothing (RFC 8725 §3.1).
    match key.signing_alg() {
        JsonWebKeyAlgorithm::Algorithm(alg) if *alg == read.alg => {}
        _ => return Err(LogoutTokenFault::Algorithm),
    }
    let signed = &token[..header.len() + 1 + claims.len()];
    key.verify_signature(&read.alg, signed.as_bytes(), &decoded(signature)?)
        .map_err(|_| LogoutTokenFault::Signature)?;
    serde_json::from_slice(&decoded(claims)?).map_err(|_| LogoutTokenFault::Claims)
}

#[cfg(test)]
mod tests;
