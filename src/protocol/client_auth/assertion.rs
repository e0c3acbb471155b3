//! What the two methods with an assertion have in common: RFC 7521 §4.2, RFC 7523 §3, OpenID Connect Core §9.

use std::time::Duration;

use serde::Deserialize;

use super::refusal;
use crate::crypto::jws::{Payload, claimed_issuer};
use crate::domain::client::AssertionAudience;
use crate::domain::ids::ClientId;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::policy::AudienceForm;

/// The one `client_assertion_type` there is (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far ahead `exp` may be. Every assertion is remembered until then, so that none is used twice.
const LONGEST: Duration = Duration::from_secs(3600);
/// How far a client's clock may be ahead of ours: FAPI 2.0 asks for more than 10 seconds and less than 60.
const CLOCKS_APART: Duration = Duration::from_secs(30);

/// An assertion as it was presented: not believed yet.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// Whom it says that it is from.
    pub client: ClientId,
    /// Until it has been used, whoever holds it is the client.
    pub(super) token: SecretString,
}

/// What an assertion must say to be meant for this server now.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub issuer: &'a str,
    pub token_endpoint: &'a str,
    /// Where it was presented, if that is an endpoint that may be named in the token endpoint's place: RFC 9126 §2, CIBA
    /// Core §7.1.
    pub endpoint: Option<&'a str>,
    pub audience: AssertionAudience,
    pub now: Timestamp,
}

/// An assertion that is genuine and in time. It proves the client once its `jti` was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genuine {
    pub jti: String,
    pub expires_at: Timestamp,
    /// What signs it; `None` where a MAC protects it.
    pub signature: Option<SignatureAlgorithm>,
    pub audience: AudienceForm,
}

/// Reads the assertion of a form, if there is one.
pub(super) fn read(form: &Parameters) -> Result<Option<Assertion>, OAuthError> {
    let (kind, token) = (form.single("client_assertion_type")?, form.single("client_assertion")?);
    let token = match (kind, token) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(OAuthError::invalid_request("client_assertion_type without client_assertion")),
        (None, Some(_)) => return Err(OAuthError::invalid_request("client_assertion without client_assertion_type")),
        (Some(ASSERTION_TYPE), Some(token)) => token,
        (Some(_), Some(_)) => {
            return Err(OAuthError::invalid_client(format!("client_assertion_type must be {ASSERTION_TYPE}")));
        }
    };
    let client: ClientId = claimed_issuer(token).and_then(|issuer| issuer.parse().ok()).ok_or_else(refusal)?;
    match form.single("client_id")? {
        Some(named) if named != client.as_str() => {
            Err(OAuthError::invalid_client("client_id differs from the iss of the assertion"))
        }
        _ => Ok(Some(Assertion { client, token: SecretString::new(token) })),
    }
}

impl Assertion {
    /// Holds what a verified assertion claims against what is expected. Its sender has proven to be the client, so it is
    /// told exactly what is wrong.
    pub(super) fn check(
        &self,
        payload: &Payload,
        signature: Option<SignatureAlgorithm>,
        expected: &Expected<'_>,
    ) -> Result<Genuine, OAuthError> {
        let wrong = |what: &'static str| OAuthError::invalid_client(what);
        let claims: Claims = payload
            .claims()
            .map_err(|_| wrong("the assertion must claim iss, sub, aud, exp and jti, each of its type and once"))?;
        if claims.iss != self.client.as_str() || claims.sub != claims.iss {
            return Err(wrong("iss and sub of the assertion must both be the client_id"));
        }
        if !claims.aud.is_for(expected) {
            return Err(wrong(match expected.audience {
                AssertionAudience::IssuerOrTokenEndpoint => {
                    "aud of the assertion must be this issuer or its token endpoint, and nobody else"
                }
                AssertionAudience::Issuer => "aud of the assertion must be this issuer, as a string",
            }));
        }
        let (now, expires_at) = (expected.now, claims.exp.instant());
        if expires_at <= now {
            return Err(wrong("the assertion has expired"));
        }
        if expires_at > now + LONGEST + CLOCKS_APART {
            return Err(wrong("exp of the assertion must not be more than an hour ahead"));
        }
        if [claims.iat, claims.nbf].into_iter().flatten().any(|begins| begins.instant() > now + CLOCKS_APART) {
            return Err(wrong("iat and nbf of the assertion must not be in the future"));
        }
        if claims.jti.is_empty() {
            return Err(wrong("jti of the assertion must not be empty"));
        }
        let audience = match claims.aud {
            Audience::One(audience) if audience == expected.issuer => AudienceForm::Issuer,
            _ => AudienceForm::Other,
        };
        Ok(Genuine { jti: claims.jti, expires_at, signature, audience })
    }
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: NumericDate,
    iat: Option<NumericDate>,
    nbf: Option<NumericDate>,
    jti: String,
}

/// RFC 7519 §4.1.3.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn is_for(&self, expected: &Expected<'_>) -> bool {
        let ours = |audience: &String| {
            [Some(expected.issuer), Some(expected.token_endpoint), expected.endpoint].contains(&Some(audience.as_str()))
        };
        match (self, expected.audience) {
            (Self::One(audience), AssertionAudience::Issuer) => audience == expected.issuer,
            (Self::Several(_), AssertionAudience::Issuer) => false,
            (Self::One(audience), AssertionAudience::IssuerOrTokenEndpoint) => ours(audience),
            (Self::Several(all), AssertionAudience::IssuerOrTokenEndpoint) => !all.is_empty() && all.iter().all(ours),
        }
    }
}

/// Seconds since the epoch, with or without a fraction (RFC 7519 §2).
#[derive(Clone, Copy, Deserialize)]
#[serde(transparent)]
struct NumericDate(f64);

impl NumericDate {
    fn instant(self) -> Timestamp {
        // A number that is none, or beyond all time, becomes the nearest that there is.
        Timestamp::from_seconds(self.0 as i64)
    }
}

#[cfg(test)]
#[path = "assertion_tests.rs"]
mod tests;
