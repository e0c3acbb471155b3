//! Signed backchannel authentication requests: CIBA Core §7.1.1, FAPI-CIBA §5.2.2.
//!
//! All parameters are inside and none beside it. Whatever is wrong with one is `invalid_request` (§13): the errors of
//! request objects belong to the authorization endpoint.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::crypto::jwk_set::JwkSet;
use crate::crypto::jws::{self, Typ, Unverified};
use crate::domain::client::{BackChannelAuthentication, Client};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::policies::Policies;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::audience::Audience;
use crate::protocol::parameters::Parameters;
use crate::protocol::policy::SignedObject;

/// How far a client's clock may be ahead of ours.
const CLOCKS_APART: Duration = Duration::from_secs(30);
/// From `nbf` to `exp` (FAPI-CIBA §5.2.2).
const LONGEST: Duration = Duration::from_secs(3600);
/// What a client proves itself with, which stands beside a signed request (§7.1.1).
const BESIDE: &[&str] = &["request", "client_id", "client_secret", "client_assertion", "client_assertion_type"];
/// What a token says about itself; none of them is a parameter.
const ABOUT_THE_TOKEN: &[&str] = &["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// The signed request in `form`, if there is one.
///
/// # Errors
/// `invalid_request` where it is missing and the client's requests are signed, where another parameter stands beside it, and
/// for a reference to one.
pub fn brought<'f>(
    form: &'f Parameters,
    client: &Client,
    registered: &BackChannelAuthentication,
    policies: &Policies,
) -> Result<Option<&'f str>, OAuthError> {
    if form.is_present("request_uri") {
        return Err(refused("request_uri is not supported here: send the signed request itself, as request"));
    }
    match form.single("request")? {
        None if super::must_sign(client, registered, policies) => {
            Err(refused("request is missing: this client's requests are signed"))
        }
        None => Ok(None),
        Some(token) => match form.other_than(BESIDE) {
            None => Ok(Some(token)),
            Some(name) => Err(refused(format!("{name} must be inside the signed request, and nowhere else"))),
        },
    }
}

/// What a signed request has to be held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub client: &'a Client,
    /// What it signs its requests with; any that is advertised, where it registered none.
    pub algorithm: Option<SignatureAlgorithm>,
    pub issuer: &'a str,
    pub now: Timestamp,
}

/// A request that the client has signed, for this server and for now. It counts once its `jti` was claimed.
pub struct SignedRequest {
    pub parameters: Parameters,
    pub jti: String,
    pub expires_at: Timestamp,
    /// What policies look at.
    pub object: SignedObject,
}

/// Verifies what is said to be a signed request. `None` where no key of the set has signed it: a newer set may have one that
/// has.
///
/// # Errors
/// `invalid_request`.
pub fn verify(token: &str, keys: &JwkSet, expected: &Expected<'_>) -> Result<Option<SignedRequest>, OAuthError> {
    let unverified = Unverified::parse(token).map_err(|error| refused(format!("request: {error}")))?;
    let algorithm = unverified.algorithm();
    if expected.algorithm.is_some_and(|registered| registered != algorithm) {
        return Err(refused("request is not signed as backchannel_authentication_request_signing_alg says"));
    }
    let mut of_another_kind = false;
    for key in keys.verifying(algorithm, unverified.kid()) {
        match unverified.clone().verify(Typ::RequestObject, &[algorithm], &key) {
            Ok(payload) => {
                let members: Map<String, Value> =
                    payload.claims().map_err(|error| refused(format!("request: {error}")))?;
                return check(members, algorithm, expected).map(Some);
            }
            Err(jws::JwsError::Typ) => of_another_kind = true,
            Err(_) => {}
        }
    }
    match of_another_kind {
        true => Err(refused("the typ of request is that of another kind of token")),
        false => Ok(None),
    }
}

/// What a signed request says about itself (§7.1.1). All of it is required.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: f64,
    iat: f64,
    nbf: f64,
    jti: String,
}

fn check(
    members: Map<String, Value>,
    algorithm: SignatureAlgorithm,
    expected: &Expected<'_>,
) -> Result<SignedRequest, OAuthError> {
    let client = expected.client.id.as_str();
    if let Some(missing) = ABOUT_THE_TOKEN.iter().find(|name| **name != "sub" && !members.contains_key(**name)) {
        return Err(refused(format!("{missing} is missing in the signed request")));
    }
    // An assertion of the client's own says so: one is not to be taken for the other.
    if members.get("sub").is_some_and(|sub| sub == client) {
        return Err(refused("sub of the signed request must not be the client_id"));
    }
    let claims: Claims = serde_json::from_value(Value::Object(members.clone()))
        .map_err(|_| refused("iss, aud, exp, iat, nbf and jti of the signed request must each be of their type"))?;
    let instant = |seconds: f64| Timestamp::from_seconds(seconds as i64);
    let (now, exp, nbf) = (expected.now, instant(claims.exp), instant(claims.nbf));
    let fault = if claims.iss != client {
        Some("iss of the signed request must be the client_id")
    } else if !claims.aud.into_names().iter().any(|name| name == expected.issuer) {
        Some("aud of the signed request must hold this issuer")
    } else if exp <= now {
        Some("the signed request has expired")
    } else if nbf > now + CLOCKS_APART || instant(claims.iat) > now + CLOCKS_APART {
        Some("nbf and iat of the signed request must not be in the future")
    } else if exp > nbf + LONGEST {
        Some("exp of the signed request must not be more than 60 minutes after nbf")
    } else if claims.jti.is_empty() {
        Some("jti of the signed request must not be empty")
    } else {
        None
    };
    match fault {
        Some(fault) => Err(refused(fault)),
        None => Ok(SignedRequest {
            parameters: parameters(members)?,
            jti: claims.jti,
            expires_at: exp,
            object: SignedObject {
                algorithm,
                has_audience: true,
                not_before: Some(nbf),
                expires_at: Some(exp),
                read_at: now,
            },
        }),
    }
}

/// The members as parameters: numbers and structures are written as the text that a form would have.
fn parameters(members: Map<String, Value>) -> Result<Parameters, OAuthError> {
    let mut pairs = Vec::new();
    for (name, value) in members {
        match value {
            _ if ABOUT_THE_TOKEN.contains(&name.as_str()) => {}
            Value::String(text) if text.contains('\0') => {
                return Err(refused(format!("{name} in the signed request holds a NUL character")));
            }
            Value::String(text) => pairs.push((name, text)),
            Value::Number(number) => pairs.push((name, number.to_string())),
            // It may come several times (RFC 8707 §2).
            Value::Array(all) if name == "resource" => {
                for one in all {
                    match one {
                        Value::String(text) if !text.contains('\0') => pairs.push((name.clone(), text)),
                        _ => return Err(refused("resource in the signed request must be a text, or several")),
                    }
                }
            }
            Value::Array(_) | Value::Object(_) => pairs.push((name, value.to_string())),
            Value::Bool(_) | Value::Null => {
                return Err(refused(format!("{name} in the signed request is of a type that no parameter has")));
            }
        }
    }
    Ok(Parameters::default().overlaid(pairs, &[]))
}

fn refused(description: impl Into<std::borrow::Cow<'static, str>>) -> OAuthError {
    OAuthError::invalid_request(description)
}
