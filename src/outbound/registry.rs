//! A population registry over HTTP: docs/registry.md.
//!
//! ```text
//! POST {url}people   {"audience", "nonce", "purpose": "registration" | "recheck", "person": {"scheme", "number"},
//!                     "claimed": {"name", "birthdate"}}
//!                    → 200 application/jwt, signed, typ registry-answer+jwt
//!                      {"iss", "aud", "iat", "exp", "nonce", "request_hash", "record": {…} | null}
//! ```
//!
//! Both show certificates (mutual TLS). Beyond that the answer is signed, so that what is kept of it is evidence and not the word of
//! whatever ended the connection; and it names the request that it answers, so that no other answer serves in its place.

mod record;

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Cache, FetchError, Fetcher, Purpose};
use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::crypto::jwk_set::{JwkSet, JwkSetError};
use crate::crypto::jws::{JwsError, Payload, Typ, Unverified};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::random::Random;
use crate::domain::registry::{Answer, Evidence, NoAnswer, PopulationRegistry, Question, Reply};
use crate::domain::time::Timestamp;

/// Where the registry answers, and what its answers must say.
#[derive(Clone, Debug)]
pub struct RegistryAt {
    /// The folder that `people` is in.
    pub url: Url,
    /// Whom its answers are from.
    pub issuer: String,
    /// Whom they are for: us.
    pub audience: String,
}

/// What it signs with.
#[derive(Debug)]
pub enum RegistryKeys {
    Given(JwkSet),
    /// Where it publishes them; asked over the same mutual TLS.
    Published(Url, Cache<JwkSet>),
}

/// The registry at one address. Its fetcher presents our certificate.
#[derive(Debug)]
pub struct RegistryOverHttp {
    fetcher: Fetcher,
    at: RegistryAt,
    keys: RegistryKeys,
    random: Arc<dyn Random>,
}

/// Whatever signs for ever with an algorithm that is on its way out is not asked to prove who somebody is.
const ACCEPTED: &[SignatureAlgorithm] =
    &[SignatureAlgorithm::Es256, SignatureAlgorithm::Es384, SignatureAlgorithm::EdDsa, SignatureAlgorithm::Ps256];
/// How far its clock may be from ours.
const LEEWAY: Duration = Duration::from_secs(60);
/// An answer is made when it is asked for.
const OLDEST: Duration = Duration::from_secs(300);

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Value,
    iat: i64,
    exp: i64,
    nonce: String,
    request_hash: String,
    // Present where nothing is told of the person as well: an answer that left it out says nothing.
    record: Value,
}

impl RegistryKeys {
    /// # Errors
    /// Where it is no set of public keys.
    pub fn given(jwks: &[u8]) -> Result<Self, JwkSetError> {
        JwkSet::parse(jwks).map(Self::Given)
    }

    pub fn published(uri: Url) -> Self {
        let read = |document: &[u8]| JwkSet::parse(document).map_err(JwkSetError::sentence);
        Self::Published(uri, Cache::new(Purpose::JwksUri, read))
    }

    async fn verify(&self, fetcher: &Fetcher, token: &str) -> Result<Payload, NoAnswer> {
        const UNKNOWN: &str = "it is signed by none of the registry's keys";
        match self {
            Self::Given(set) => verified_by(set, token)?.ok_or(NoAnswer::Untrusted(UNKNOWN)),
            Self::Published(uri, cache) => {
                let known = cache.get(fetcher, uri).await.map_err(|_| NoAnswer::Away)?;
                if let Some(payload) = verified_by(&known.value, token)? {
                    return Ok(payload);
                }
                let newer = cache.renew(fetcher, uri, &known).await.ok_or(NoAnswer::Untrusted(UNKNOWN))?;
                verified_by(&newer.value, token)?.ok_or(NoAnswer::Untrusted(UNKNOWN))
            }
        }
    }
}

/// What `token` says, if one of the keys that its header could mean has signed it; `None` where the set has no such key.
fn verified_by(set: &JwkSet, token: &str) -> Result<Option<Payload>, NoAnswer> {
    let refused = |error: JwsError| {
        NoAnswer::Untrusted(match error {
            JwsError::Typ => "it is signed, and is no answer of a registry",
            JwsError::Algorithm => "it is signed with an algorithm that is not accepted",
            JwsError::Signature => "its signature is not the registry's",
            _ => "it is no signed answer",
        })
    };
    let unverified = Unverified::parse(token).map_err(refused)?;
    let mut fault = None;
    for key in set.verifying(unverified.algorithm(), unverified.kid()) {
        match unverified.clone().verify(Typ::RegistryAnswer, ACCEPTED, &key) {
            Ok(payload) => return Ok(Some(payload)),
            Err(error) => fault = Some(refused(error)),
        }
    }
    fault.map_or(Ok(None), Err)
}

impl RegistryOverHttp {
    /// `fetcher` presents our certificate, and believes nobody but the registry's own authority.
    pub fn new(fetcher: Fetcher, at: RegistryAt, keys: RegistryKeys, random: Arc<dyn Random>) -> Self {
        let mut at = at;
        if let Ok(mut path) = at.url.path_segments_mut() {
            path.pop_if_empty().push("people");
        }
        Self { fetcher, at, keys, random }
    }

    async fn asked(&self, question: Question<'_>) -> Result<Reply, NoAnswer> {
        let nonce = base64url::encode(&self.random.bytes::<32>());
        let body = self.body(&question, &nonce).to_string().into_bytes();
        let request_hash = base64url::encode(&sha256(&body));
        let answer = self.fetcher.exchange(&self.at.url, Purpose::PopulationRegistry, "application/json", body).await;
        let answer = answer.map_err(|error| match error {
            // Somebody answered, and not as the registry does.
            FetchError::MediaType(_) | FetchError::TooLong | FetchError::Redirect | FetchError::Encoded => {
                NoAnswer::Untrusted("it is no signed answer")
            }
            _ => NoAnswer::Away,
        })?;
        let token = std::str::from_utf8(&answer.bytes).map_err(|_| NoAnswer::Untrusted("it is no signed answer"))?;
        let payload = self.keys.verify(&self.fetcher, token.trim_end()).await?;
        let claims: Claims =
            payload.claims().map_err(|_| NoAnswer::Untrusted("it does not say what an answer says"))?;
        self.hold(&claims, &nonce, &request_hash)?;
        let record = record::read(claims.record, question.person()).map_err(NoAnswer::Untrusted)?;
        let answered_at = Timestamp::from_seconds(claims.iat);
        let evidence = Evidence { registry: claims.iss, answered_at, digest: sha256(&answer.bytes) };
        Ok(Reply { record, evidence })
    }

    fn body(&self, question: &Question<'_>, nonce: &str) -> Value {
        let person = question.person();
        let mut body = json!({
            "audience": self.at.audience,
            "nonce": nonce,
            "purpose": "recheck",
            "person": { "scheme": person.scheme().as_str(), "number": person.expose() },
        });
        if let Question::Registration(claimed) = question {
            body["purpose"] = "registration".into();
            body["claimed"] = json!({ "name": claimed.name, "birthdate": claimed.birthdate.to_string() });
        }
        body
    }

    /// Whether the answer is the registry's, for us, of now, and to this request.
    fn hold(&self, claims: &Claims, nonce: &str, request_hash: &str) -> Result<(), NoAnswer> {
        let now = self.fetcher.now();
        let (issued_at, expires_at) = (Timestamp::from_seconds(claims.iat), Timestamp::from_seconds(claims.exp));
        let is_for_us = match &claims.aud {
            Value::String(audience) => *audience == self.at.audience,
            Value::Array(all) => matches!(&all[..], [Value::String(only)] if *only == self.at.audience),
            _ => false,
        };
        let fault = match () {
            () if claims.iss != self.at.issuer => "it is from another issuer",
            () if !is_for_us => "it is for somebody else",
            () if issued_at > now + LEEWAY => "it is of a time to come",
            () if issued_at < now - OLDEST || expires_at + LEEWAY <= now => "it is old",
            () if claims.nonce != nonce || claims.request_hash != request_hash => "it answers another request",
            () => return Ok(()),
        };
        Err(NoAnswer::Untrusted(fault))
    }
}

impl PopulationRegistry for RegistryOverHttp {
    fn ask<'a>(&'a self, question: Question<'a>) -> Answer<'a> {
        Box::pin(async move {
            let answered = self.asked(question).await;
            if let Err(NoAnswer::Untrusted(reason)) = answered {
                tracing::warn!(reason, "an answer of the population registry is not believed");
            }
            answered
        })
    }
}
