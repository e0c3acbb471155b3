//! Request objects: OpenID Connect Core §6, RFC 9101 (JAR). The parameters of a request in a token of the client's own, so
//! that nobody on the way changes them or, encrypted, reads them.
//!
//! Of a parameter that is inside and outside, the one inside counts. What is only outside counts as well (Core §6.1), unless
//! the client registered that its requests are signed (RFC 9101 §6.3): nobody vouches for it. The token must not be one
//! that was made for something else.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use crate::crypto::jwe::{self, JweError};
use crate::crypto::jwk_set::JwkSet;
use crate::crypto::jws::{self, Typ, Unverified};
use crate::crypto::keyring::KeyRing;
use crate::domain::authorization::ResponseType;
use crate::domain::client::Client;
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::random::Random;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::policy::SignedObject;

/// How far a client's clock may be ahead of ours.
const CLOCKS_APART: Duration = Duration::from_secs(30);
/// OpenID Connect Core §6.2.
const LONGEST_URI: usize = 512;
/// What a token says about itself (RFC 7519 §4.1); none of them is a parameter.
const ABOUT_THE_TOKEN: &[&str] = &["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
/// Parameters that somebody here reads as text.
const TEXTS: &[&str] = &[
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "response_mode",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "display",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "organisation_hint",
    "acr_values",
    "resource",
];

/// How a request brings its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brought<'p> {
    /// `request`.
    Value(&'p str),
    /// `request_uri`.
    Reference(&'p str),
}

/// The object of a request, if it has one.
///
/// # Errors
/// `invalid_request` where there are two.
pub fn brought(parameters: &Parameters) -> Result<Option<Brought<'_>>, OAuthError> {
    match (parameters.single("request")?, parameters.single("request_uri")?) {
        (None, None) => Ok(None),
        (Some(token), None) => Ok(Some(Brought::Value(token))),
        (None, Some(uri)) => Ok(Some(Brought::Reference(uri))),
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("request and request_uri exclude each other")),
    }
}

/// A `request_uri` that the client registered.
///
/// # Errors
/// `invalid_request_uri`.
pub fn registered(client: &Client, uri: &str) -> Result<Url, OAuthError> {
    if uri.len() > LONGEST_URI {
        return Err(OAuthError::invalid_request_uri("request_uri has more than 512 characters"));
    }
    let address = without_fragment(uri);
    if !client.request_objects.uris.iter().any(|own| without_fragment(own) == address) {
        return Err(OAuthError::invalid_request_uri(
            "request_uri is not one of the client's request_uris; all but the fragment is compared character by character",
        ));
    }
    Url::parse(uri).map_err(|_| OAuthError::invalid_request_uri("request_uri is no address"))
}

/// The fragment is for caches alone: it changes when what is found there does. Its signature is what an object is believed
/// for, and many clients know no hash of it yet when they register the address.
fn without_fragment(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(address, _)| address)
}

/// The signed token in `token`, which may be encrypted to this server.
///
/// # Errors
/// `invalid_request_object` where it does not decrypt, or was not encrypted as the client registered.
pub fn decrypt<'t>(
    token: &'t str,
    client: &Client,
    keys: &KeyRing,
    now: Timestamp,
    random: &dyn Random,
) -> Result<Cow<'t, str>, OAuthError> {
    let registered = client.request_objects.encryption;
    if !jwe::is_encrypted(token) {
        return match registered {
            None => Ok(Cow::Borrowed(token)),
            Some(_) => Err(invalid("the request object is not encrypted as request_object_encryption_alg says")),
        };
    }
    let accepted = |with| registered.is_none_or(|registered| registered == with);
    let plain = keys.decrypt(token, accepted, now, random).map_err(|error| match error {
        JweError::UnknownKey => {
            invalid("the request object is encrypted to a key that is not in this server's jwks_uri")
        }
        JweError::Algorithm => invalid(
            "the request object is encrypted with other algorithms than those registered, or none of this server's",
        ),
        _ => invalid("the request object cannot be decrypted"),
    })?;
    match plain.as_token() {
        Some(token) => Ok(Cow::Owned(token.to_owned())),
        None => Err(invalid("the request object is encrypted, but what is inside is no signed token")),
    }
}

/// What a request object has to be held against.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub client: &'a Client,
    pub issuer: &'a str,
    pub now: Timestamp,
}

/// A request object that the client has signed, for this server and for now.
#[derive(Clone, PartialEq)]
pub struct RequestObject {
    members: Map<String, Value>,
    signed: SignedObject,
}

impl std::fmt::Debug for RequestObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A hint in it names a person.
        write!(f, "RequestObject({} members)", self.members.len())
    }
}

/// Whether no signature protects the token, and none is said to (`alg` is `none`).
pub fn is_unsigned(token: &str) -> bool {
    jws::claimed_algorithm(token).is_some_and(|algorithm| algorithm == "none")
}

/// Verifies a token that is said to be a request object. `None` where no key of the set has signed it: a newer set may
/// have one that has.
///
/// # Errors
/// `invalid_request_object`.
pub fn verify(token: &str, keys: &JwkSet, expected: &Expected<'_>) -> Result<Option<RequestObject>, OAuthError> {
    let unverified = Unverified::parse(token).map_err(|error| invalid(format!("the request object: {error}")))?;
    let algorithm = unverified.algorithm();
    if expected.client.request_objects.algorithm.is_some_and(|registered| registered != algorithm) {
        return Err(invalid("the request object is not signed as request_object_signing_alg says"));
    }
    let mut of_another_kind = false;
    for key in keys.verifying(algorithm, unverified.kid()) {
        match unverified.clone().verify(Typ::RequestObject, &[algorithm], &key) {
            Ok(payload) => {
                let members = payload.claims().map_err(|error| invalid(format!("the request object: {error}")))?;
                return RequestObject::check(members, algorithm, expected).map(Some);
            }
            Err(jws::JwsError::Typ) => of_another_kind = true,
            Err(_) => {}
        }
    }
    match of_another_kind {
        true => Err(invalid("the request object's typ is that of another kind of token")),
        false => Ok(None),
    }
}

fn invalid(description: impl Into<Cow<'static, str>>) -> OAuthError {
    OAuthError::invalid_request_object(description)
}

impl RequestObject {
    fn check(
        members: Map<String, Value>,
        algorithm: SignatureAlgorithm,
        expected: &Expected<'_>,
    ) -> Result<Self, OAuthError> {
        let client = expected.client.id.as_str();
        if members.get("iss").is_some_and(|iss| iss != client) {
            return Err(invalid("iss of the request object must be the client_id"));
        }
        // The client's own assertions say so: one is not to be taken for the other (RFC 9101 §10.8).
        if members.get("sub").is_some_and(|sub| sub == client) {
            return Err(invalid("sub of the request object must not be the client_id"));
        }
        let for_us = |aud: &Value| match aud {
            Value::Array(all) => all.iter().any(|one| one == expected.issuer),
            one => one == expected.issuer,
        };
        if !members.get("aud").is_none_or(for_us) {
            return Err(invalid("aud of the request object must hold this issuer"));
        }
        let (expires_at, not_before) = (instant(&members, "exp")?, instant(&members, "nbf")?);
        if expires_at.is_some_and(|exp| exp <= expected.now) {
            return Err(invalid("the request object has expired"));
        }
        if not_before.is_some_and(|nbf| nbf > expected.now + CLOCKS_APART) {
            return Err(invalid("nbf of the request object is in the future"));
        }
        for nested in ["request", "request_uri"] {
            if members.contains_key(nested) {
                return Err(invalid(format!("a request object must not hold {nested}")));
            }
        }
        let has_audience = members.contains_key("aud");
        let signed = SignedObject { algorithm, has_audience, not_before, expires_at, read_at: expected.now };
        Ok(Self { members, signed })
    }

    /// What it says of itself.
    pub const fn signed(&self) -> SignedObject {
        self.signed
    }

    /// The parameters of a request that has this object and `outer` beside it.
    ///
    /// # Errors
    /// `invalid_request_object` where both name another client or response type, or a member is no parameter's value;
    /// `invalid_request` where a parameter is outside more than once.
    pub fn over(&self, outer: &Parameters) -> Result<Parameters, OAuthError> {
        let mut inner = Vec::new();
        for (name, value) in self.members.iter().filter(|(name, _)| !ABOUT_THE_TOKEN.contains(&name.as_str())) {
            match (name.as_str(), value) {
                // The one that may be several (RFC 8707 §2.1).
                ("resource", Value::Array(several)) => {
                    for one in several {
                        inner.extend(parameter(name, one)?.map(|value| (name.clone(), value)));
                    }
                }
                _ => inner.extend(parameter(name, value)?.map(|value| (name.clone(), value))),
            }
        }
        for (name, value) in &inner {
            // Which of the two was meant is not ours to guess, even where neither counts.
            if name != "resource" && outer.count(name) > 1 {
                return Err(OAuthError::invalid_request(format!("{name} is given more than once")));
            }
            let beside = outer.value(name);
            let agree = match name.as_str() {
                "client_id" => beside == Some(value),
                "response_type" => beside.is_none_or(|beside| same_type(beside, value)),
                _ => true,
            };
            if !agree {
                return Err(invalid(format!("{name} inside the request object differs from the one beside it")));
            }
        }
        Ok(outer.overlaid(inner, &["request", "request_uri"]))
    }

    /// As [`over`](Self::over) for a client whose requests are always signed: what nobody signed does not count, not even
    /// where the object says nothing of it (RFC 9101 §6.3). Otherwise whoever changes a request on its way would only have
    /// to add to it.
    ///
    /// # Errors
    /// As [`over`](Self::over).
    pub fn alone(&self, outer: &Parameters) -> Result<Parameters, OAuthError> {
        Ok(self.over(outer)?.only(|name| name == "client_id" || self.members.contains_key(name)))
    }
}

/// Seconds since the epoch, with or without a fraction (RFC 7519 §2).
fn instant(members: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, OAuthError> {
    match members.get(name) {
        None => Ok(None),
        Some(value) => match value.as_f64() {
            Some(seconds) => Ok(Some(Timestamp::from_seconds(seconds as i64))),
            None => Err(invalid(format!("{name} of the request object must be a number"))),
        },
    }
}

/// Their words may stand in another order.
fn same_type(one: &str, other: &str) -> bool {
    match (one.parse::<ResponseType>(), other.parse::<ResponseType>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// What a member says as a parameter: `max_age` may be a number, `claims` and `registration` are objects (Core §6.1), and
/// `authorization_details` are an array (RFC 9396 §3); everything else is text. `None` where it says nothing that a parameter could, and nobody here reads it.
fn parameter(name: &str, value: &Value) -> Result<Option<String>, OAuthError> {
    match (name, value) {
        ("authorization_details", Value::Array(_)) => Ok(Some(value.to_string())),
        ("authorization_details", _) => Err(invalid("authorization_details in the request object must be an array")),
        (_, Value::String(text)) if text.contains('\0') => {
            Err(invalid(format!("{name} in the request object holds a NUL character")))
        }
        (_, Value::String(text)) => Ok(Some(text.clone())),
        ("max_age", Value::Number(seconds)) if seconds.is_u64() => Ok(Some(seconds.to_string())),
        ("max_age", _) => Err(invalid("max_age in the request object must be a whole number of seconds")),
        ("claims" | "registration", Value::Object(_)) => Ok(Some(value.to_string())),
        ("claims", _) => Err(invalid("claims in the request object must be an object")),
        (name, _) if TEXTS.contains(&name) => Err(invalid(format!("{name} in the request object must be a string"))),
        _ => Ok(None),
    }
}

#[cfg(test)]
#[path = "request_object_tests.rs"]
mod tests;
