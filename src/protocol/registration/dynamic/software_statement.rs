//! What a software statement claims, once its signature has been verified: RFC 7591 §2.3.

use serde_json::{Map, Value};

use crate::crypto::jws::Payload;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;

/// Claims about the statement itself (RFC 7519 §4.1), which are no metadata.
const ABOUT_ITSELF: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// The metadata that a statement of `issuer` vouches for, to whoever reads it or to `audience`, which are we.
///
/// # Errors
/// `invalid_software_statement` for one that is over, not begun, for somebody else, or vouches for no program.
pub fn metadata(
    payload: &Payload,
    issuer: &str,
    audience: &str,
    now: Timestamp,
) -> Result<Map<String, Value>, OAuthError> {
    let invalid = |sentence: &'static str| OAuthError::invalid_software_statement(sentence);
    let mut claims: Map<String, Value> =
        payload.claims().map_err(|_| invalid("software_statement: its claims are not one JSON object"))?;
    if claims.get("iss").and_then(Value::as_str) != Some(issuer) {
        return Err(invalid("software_statement: iss is not one string"));
    }
    let instant = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_i64().map(|seconds| Some(Timestamp::from_seconds(seconds))).ok_or_else(|| {
            OAuthError::invalid_software_statement(format!(
                "software_statement: {name} is not a whole number of seconds"
            ))
        }),
    };
    if instant("exp")?.is_some_and(|exp| exp <= now) {
        return Err(invalid("software_statement: exp has passed"));
    }
    if instant("nbf")?.is_some_and(|nbf| nbf > now) {
        return Err(invalid("software_statement: nbf has not come yet"));
    }
    // RFC 7519 §4.1.3: who names its readers speaks to nobody else.
    if !claims.get("aud").is_none_or(|aud| names(aud, audience)) {
        return Err(invalid("software_statement: aud does not name this issuer"));
    }
    // Whatever else its issuer signs with the same key says nothing of a program.
    if !claims.get("software_id").is_some_and(Value::is_string) {
        return Err(invalid("software_statement: expected the claim software_id"));
    }
    claims.retain(|claim, _| !ABOUT_ITSELF.contains(&claim.as_str()));
    Ok(claims)
}

/// Whether `aud`, one string or an array of strings, names `audience`.
fn names(aud: &Value, audience: &str) -> bool {
    match aud {
        Value::String(one) => one == audience,
        Value::Array(all) => all.iter().all(Value::is_string) && all.iter().any(|one| one == audience),
        _ => false,
    }
}
