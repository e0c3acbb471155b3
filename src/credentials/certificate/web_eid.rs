//! Web eID authentication tokens, versions 1.0 and 1.1: what a browser's extension says that a card signed.
//!
//! The card signs `H(origin) ‖ H(nonce)`, and its algorithm hashes that again. The origin is the one that the browser saw, so a
//! token that was given to another site is none of ours; the nonce is one that we drew for this browser.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::crypto::certificate::{self, CertificateFault, Hash, PossessionFault, Scheme};
use crate::crypto::json;
use crate::domain::certificate::ClientCertificate;
use crate::domain::random::Random;

const SHORTEST: usize = 100;
const LONGEST: usize = 10_000;

/// Why a token proves nothing. It names the step, and nothing of the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    #[error("a token has 100 to 10,000 characters")]
    Length,
    #[error("a token is one JSON object with every member once")]
    NotAnObject,
    #[error("format must be web-eid:1, web-eid:1.0 or web-eid:1.1")]
    Format,
    #[error("unverifiedSigningCertificates belongs to web-eid:1.1, and is a list there")]
    SigningCertificates,
    #[error("{0} must be a text that is not empty")]
    Member(&'static str),
    #[error("{0} must be standard base64")]
    Base64(&'static str),
    #[error("algorithm must be one of ES256, ES384, ES512, PS256, PS384, PS512, RS256, RS384, RS512")]
    Algorithm,
    #[error("unverifiedCertificate: {0}")]
    Certificate(#[from] CertificateFault),
    #[error(transparent)]
    Signature(#[from] PossessionFault),
}

/// What a card is asked to sign: 32 random bytes as standard base64. They are hashed as that text, never as the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(String);

impl Nonce {
    pub fn new(random: &dyn Random) -> Self {
        Self(STANDARD.encode(random.bytes::<32>()))
    }

    /// One that stood in a record of ours.
    pub const fn from_text(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A token that was taken apart, and that nobody has verified.
#[derive(Clone, Debug)]
pub struct Token {
    certificate: ClientCertificate,
    scheme: Scheme,
    hash: Hash,
    signature: Vec<u8>,
}

impl Token {
    /// Reads what the extension gave. Members that nobody knows are ignored.
    ///
    /// # Errors
    /// What is wrong with its form.
    pub fn parse(text: &str) -> Result<Self, TokenFault> {
        if !(SHORTEST..=LONGEST).contains(&text.chars().count()) {
            return Err(TokenFault::Length);
        }
        let token = json::object(text.as_bytes()).ok_or(TokenFault::NotAnObject)?;
        check_format(&token)?;
        let (scheme, hash) = algorithm(member(&token, "algorithm")?)?;
        let signature = decoded(&token, "signature")?;
        let certificate = certificate::read(decoded(&token, "unverifiedCertificate")?, Vec::new())?;
        Ok(Self { certificate, scheme, hash, signature })
    }

    /// The certificate whose key signed `nonce` at `origin`, which is `https://host[:port]` without a slash after it.
    ///
    /// # Errors
    /// [`TokenFault::Signature`].
    pub fn verify(self, origin: &str, nonce: &Nonce) -> Result<ClientCertificate, TokenFault> {
        let signed = [self.hash.of(origin.as_bytes()), self.hash.of(nonce.as_str().as_bytes())].concat();
        certificate::verify_possession(&self.certificate.leaf, self.scheme, self.hash, &signed, &self.signature)?;
        Ok(self.certificate)
    }
}

/// `web-eid:10` begins like version 1 and is none.
fn check_format(token: &Map<String, Value>) -> Result<(), TokenFault> {
    let signing = token.get("unverifiedSigningCertificates");
    match (member(token, "format")?, signing) {
        ("web-eid:1" | "web-eid:1.0" | "web-eid:1.1", None) => Ok(()),
        // With what the person signs documents is not asked here, and nothing is read of it.
        ("web-eid:1.1", Some(Value::Array(_))) => Ok(()),
        ("web-eid:1" | "web-eid:1.0" | "web-eid:1.1", Some(_)) => Err(TokenFault::SigningCertificates),
        _ => Err(TokenFault::Format),
    }
}

fn algorithm(name: &str) -> Result<(Scheme, Hash), TokenFault> {
    let scheme = match name.get(..2) {
        Some("ES") => Scheme::EcdsaFixed,
        Some("PS") => Scheme::RsaPss,
        Some("RS") => Scheme::RsaPkcs1,
        _ => return Err(TokenFault::Algorithm),
    };
    let hash = match name.get(2..) {
        Some("256") => Hash::Sha256,
        Some("384") => Hash::Sha384,
        Some("512") => Hash::Sha512,
        _ => return Err(TokenFault::Algorithm),
    };
    Ok((scheme, hash))
}

fn member<'t>(token: &'t Map<String, Value>, name: &'static str) -> Result<&'t str, TokenFault> {
    token.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or(TokenFault::Member(name))
}

fn decoded(token: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, TokenFault> {
    STANDARD.decode(member(token, name)?).map_err(|_| TokenFault::Base64(name))
}

#[cfg(test)]
#[path = "web_eid_tests.rs"]
mod tests;
