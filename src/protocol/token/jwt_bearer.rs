//! JWT authorization grant: RFC 7523 §2.1 and §3. An issuer that the operator trusts says which program asks; the tokens are
//! the program's own. It never speaks for a citizen: only they grant anything, at a page of this server's.

use std::time::Duration;

use serde::Deserialize;

use crate::crypto::jwk_set::JwkSet;
use crate::crypto::jws::{Typ, Unverified};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::audience::Audience;
use crate::protocol::parameters::Parameters;

/// How far ahead `exp` may be. Every assertion is remembered until then, so that none is used twice.
const LONGEST: Duration = Duration::from_secs(3600);
/// How far the issuer's clock may be ahead of ours.
const CLOCKS_APART: Duration = Duration::from_secs(30);

/// What the form of this grant carries.
#[derive(Debug)]
pub struct JwtBearerRequest {
    pub assertion: SecretString,
    pub scope: Option<ScopeSet>,
}

impl JwtBearerRequest {
    /// # Errors
    /// `invalid_request` where the assertion is missing, `invalid_scope` where the scope cannot be read.
    pub fn read(form: &Parameters) -> Result<Self, OAuthError> {
        let scope = form.single("scope")?.map(str::parse).transpose();
        Ok(Self {
            assertion: SecretString::new(form.required("assertion")?),
            scope: scope.map_err(|_| OAuthError::invalid_scope("scope has a character that no scope may have"))?,
        })
    }
}

/// What an assertion must say to be meant for this server now.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub trusted: &'a str,
    pub issuer: &'a str,
    pub token_endpoint: &'a str,
    pub now: Timestamp,
}

/// An assertion that is genuine and in time. It is good once its `jti` was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genuine {
    pub subject: String,
    pub jti: String,
    pub expires_at: Timestamp,
}

/// Whether `assertion` is signed with one of the issuer's `keys` and meant for this server now. `None` where no key of the
/// set has signed it: a newer set may have one that has.
///
/// # Errors
/// `invalid_grant` (RFC 7521 §4.1.1).
pub fn verify(assertion: &SecretString, keys: &JwkSet, expected: &Expected<'_>) -> Result<Option<Genuine>, OAuthError> {
    let unverified = Unverified::parse(assertion.expose());
    let unverified = unverified.map_err(|_| wrong("is not a JWT that is signed with an asymmetric algorithm"))?;
    let candidates = keys.verifying(unverified.algorithm(), unverified.kid());
    let mut tried = candidates.iter();
    let payload =
        tried.find_map(|key| unverified.clone().verify(Typ::AssertionGrant, &SignatureAlgorithm::ALL, key).ok());
    let Some(payload) = payload else { return Ok(None) };
    let claims: Claims =
        payload.claims().map_err(|_| wrong("must claim iss, sub, aud, exp and jti, each of its type and once"))?;
    if claims.iss != expected.trusted {
        return Err(wrong("is another issuer's"));
    }
    let ours = |audience: &String| audience == expected.issuer || audience == expected.token_endpoint;
    let audience = claims.aud.into_names();
    if audience.is_empty() || !audience.iter().all(ours) {
        return Err(wrong("must have this issuer or its token endpoint as aud, and nobody else"));
    }
    let (now, expires_at) = (expected.now, instant(claims.exp));
    if expires_at <= now {
        return Err(wrong("has expired"));
    }
    if expires_at > now + LONGEST + CLOCKS_APART {
        return Err(wrong("has an exp that is more than an hour ahead"));
    }
    if [claims.iat, claims.nbf].into_iter().flatten().any(|begins| instant(begins) > now + CLOCKS_APART) {
        return Err(wrong("has an iat or nbf in the future"));
    }
    if claims.jti.is_empty() || claims.sub.is_empty() {
        return Err(wrong("must not have an empty jti or sub"));
    }
    Ok(Some(Genuine { subject: claims.sub, jti: claims.jti, expires_at }))
}

/// `invalid_grant`: what is wrong with the assertion.
pub fn wrong(what: &'static str) -> OAuthError {
    OAuthError::invalid_grant(format!("the assertion {what}"))
}

/// What of `held`, which the client may have for itself, the issuer's word is good for; or the part of it that is asked for.
///
/// # Errors
/// `invalid_scope` for more than that.
pub fn narrow(held: &ScopeSet, vouched: &ScopeSet, asked: Option<ScopeSet>) -> Result<ScopeSet, OAuthError> {
    let good = held.intersection(vouched);
    let Some(asked) = asked else { return Ok(good) };
    match asked.difference(&good).iter().next() {
        None => Ok(asked),
        Some(scope) => Err(OAuthError::invalid_scope(format!("the assertion is not good for the scope {scope}"))),
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
    jti: String,
}

/// A `NumericDate`. A number that is none, or beyond all time, becomes the nearest instant that there is.
fn instant(date: f64) -> Timestamp {
    Timestamp::from_seconds(date as i64)
}
