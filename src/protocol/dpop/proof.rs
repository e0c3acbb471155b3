//! A proof, held against the request that it came with: RFC 9449 §4.3, in the order of its list.

use std::time::Duration;

use serde::Deserialize;

use super::{ALGORITHMS, access_token_hash, algorithm_names, target};
use crate::crypto::hash::constant_time_eq;
use crate::crypto::jws::{JwsError, Typ, Unverified};
use crate::crypto::nonce::NonceKeys;
use crate::domain::key_binding::Thumbprint;
use crate::domain::time::Timestamp;
use crate::protocol::OAuthError;

/// How long a proof without a nonce is good after its `iat`.
const LONGEST: Duration = Duration::from_secs(60);
/// How far the clocks of others may be ahead of ours: FAPI 2.0 asks for 10 seconds at least.
const CLOCKS_APART: Duration = Duration::from_secs(30);

/// What a proof must say to be meant for this request.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// `htm`, as the request line has it.
    pub method: &'a str,
    /// `htu`: every address that the endpoint is known by.
    pub addresses: &'a [String],
    /// `ath`: what it came with, at a resource.
    pub access_token: Option<&'a str>,
    pub nonces: Nonces<'a>,
    pub now: Timestamp,
}

/// Which nonces are good, and whether a proof needs one (§8).
#[derive(Clone, Copy, Debug)]
pub struct Nonces<'a> {
    pub keys: &'a NonceKeys,
    pub lifetime: Duration,
    pub required: bool,
}

/// A proof that is genuine and in time. Its sender holds the key once the `jti` was claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub key: Thumbprint,
    pub jti: String,
    /// Nobody takes it from then on, so that nobody needs to remember it.
    pub expires_at: Timestamp,
    /// Whether it named a nonce of ours.
    pub has_nonce: bool,
}

/// The one `DPoP` header of a request, if there is one.
///
/// # Errors
/// `invalid_dpop_proof` for several: what one of two readers checked, the other would never see.
pub fn one_of(headers: &[String]) -> Result<Option<&str>, OAuthError> {
    match headers {
        [] => Ok(None),
        [header] => Ok(Some(header)),
        _ => Err(OAuthError::invalid_dpop_proof("more than one DPoP header")),
    }
}

/// Whether `header` is a proof for this request.
///
/// # Errors
/// `invalid_dpop_proof`; `use_dpop_nonce` where only the time is in doubt, which a nonce of ours would settle.
pub fn verify(header: &str, expected: &Expected<'_>) -> Result<Proof, OAuthError> {
    let wrong = |what: &'static str| OAuthError::invalid_dpop_proof(what);
    let token = Unverified::parse(header).map_err(malformed)?;
    let key = token.own_key().ok_or_else(|| wrong("the header of the DPoP proof has no jwk"))?;
    let key = key.map_err(|why| OAuthError::invalid_dpop_proof(format!("the jwk of the DPoP proof: {why}")))?;
    let payload = token.verify(Typ::DpopProof, &ALGORITHMS, &key).map_err(malformed)?;
    let claims: Claims = payload
        .claims()
        .map_err(|_| wrong("the DPoP proof must claim jti, htm, htu and iat, each of its type and once"))?;
    if claims.jti.is_empty() {
        return Err(wrong("jti of the DPoP proof must not be empty"));
    }
    if claims.htm != expected.method {
        let told = format!("htm of the DPoP proof is not the method of this request, {}", expected.method);
        return Err(OAuthError::invalid_dpop_proof(told));
    }
    if !expected.addresses.iter().any(|address| target::is_same(&claims.htu, address)) {
        let addresses = expected.addresses.join(" or ");
        let told = format!("htu of the DPoP proof is not the address of this endpoint, {addresses}");
        return Err(OAuthError::invalid_dpop_proof(told));
    }
    let expires_at = claims.expires_at(&expected.nonces, expected.now)?;
    if let Some(access_token) = expected.access_token {
        let ath = claims.ath.as_deref().ok_or_else(|| wrong("the DPoP proof has no ath"))?;
        if !constant_time_eq(ath.as_bytes(), access_token_hash(access_token).as_bytes()) {
            return Err(wrong("ath of the DPoP proof is not the hash of the access token"));
        }
    }
    let has_nonce = claims.nonce.is_some();
    Ok(Proof { key: key.public_key().digest(), jti: claims.jti, expires_at, has_nonce })
}

fn malformed(why: JwsError) -> OAuthError {
    OAuthError::invalid_dpop_proof(match why {
        JwsError::Typ => "typ of the DPoP proof must be dpop+jwt".to_owned(),
        JwsError::Algorithm => format!("alg of the DPoP proof must be one of {}", algorithm_names()),
        why => format!("the DPoP header is not a proof: {why}"),
    })
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: f64,
    exp: Option<f64>,
    nbf: Option<f64>,
    nonce: Option<String>,
    ath: Option<String>,
}

impl Claims {
    /// Until when the proof is good, if it is now. When it was made, a nonce says better than the sender's clock (§11.1).
    fn expires_at(&self, nonces: &Nonces<'_>, now: Timestamp) -> Result<Timestamp, OAuthError> {
        let (made, longest) = match &self.nonce {
            Some(nonce) => (nonces.keys.issued_at(nonce), nonces.lifetime),
            None if nonces.required => {
                return Err(OAuthError::use_dpop_nonce("the DPoP proof must have the nonce of the DPoP-Nonce header"));
            }
            None => (Some(instant(self.iat)), LONGEST),
        };
        let in_time = made.filter(|made| *made <= now + CLOCKS_APART && now < *made + longest);
        let Some(made) = in_time else {
            return Err(OAuthError::use_dpop_nonce(match self.nonce {
                Some(_) => {
                    "the nonce of the DPoP proof is too old, or not one of this server: use that of the DPoP-Nonce header"
                }
                None => "iat of the DPoP proof is not now: set the clock, or use the nonce of the DPoP-Nonce header",
            }));
        };
        // Neither is asked for; whoever states one means it (RFC 7519 §4.1.4, §4.1.5).
        if self.exp.is_some_and(|exp| instant(exp) <= now) {
            return Err(OAuthError::invalid_dpop_proof("the DPoP proof has expired"));
        }
        if self.nbf.is_some_and(|nbf| instant(nbf) > now + CLOCKS_APART) {
            return Err(OAuthError::invalid_dpop_proof("nbf of the DPoP proof must not be in the future"));
        }
        Ok(made + longest)
    }
}

/// Seconds since the epoch, with or without a fraction (RFC 7519 §2). What is no time becomes the nearest that there is.
fn instant(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds as i64)
}
