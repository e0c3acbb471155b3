//! The registry's answers, signed; and how they look when it is not to be believed.

use std::time::Duration;

use serde_json::{Value, json};

use super::papers::{Papers, PapersError};
use super::{Manner, StandIn};
use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::crypto::private_key::PrivateKey;
use crate::domain::keys::SignatureAlgorithm;

const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::Es256;
const GOOD_FOR: Duration = Duration::from_secs(60);
const A_DAY: Duration = Duration::from_secs(86_400);

/// The registry's key, and one of somebody else's.
#[derive(Debug)]
pub(super) struct Signer {
    own: PrivateKey,
    other: PrivateKey,
    kid: String,
    jwks: String,
}

impl Signer {
    pub(super) fn new(papers: &Papers) -> Result<Self, PapersError> {
        let key = |pkcs8: &[u8]| PrivateKey::from_pkcs8(ALGORITHM, pkcs8).map_err(|_| PapersError::Key);
        let own = key(&papers.signing_key)?;
        let other = key(&PrivateKey::generate(ALGORITHM).map_err(|_| PapersError::Key)?)?;
        let public = own.public_key().map_err(|_| PapersError::Key)?;
        let jwks = json!({ "keys": [public.to_jwk(ALGORITHM)] }).to_string();
        Ok(Self { kid: public.thumbprint().to_string(), own, other, jwks })
    }

    pub(super) fn jwks(&self) -> String {
        self.jwks.clone()
    }

    fn sign(&self, typ: &str, claims: &Value, key: &PrivateKey) -> Option<String> {
        let header = json!({ "alg": ALGORITHM.name(), "typ": typ, "kid": self.kid });
        let part = |value: &Value| base64url::encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&header), part(claims));
        let signature = key.sign(signed.as_bytes()).ok()?;
        Some(format!("{signed}.{}", base64url::encode(signature.as_ref())))
    }
}

/// An answer to one question.
pub(super) struct Answer<'a> {
    pub body: &'a [u8],
    pub question: &'a Value,
    pub record: Value,
    pub manner: Manner,
}

impl Answer<'_> {
    pub(super) fn signed(self, registry: &StandIn) -> Option<String> {
        let now = registry.clock.now();
        let at = if self.manner == Manner::IsOld { now - A_DAY } else { now };
        let issuer =
            if self.manner == Manner::IsAnother { "https://registry.elsewhere.example" } else { &registry.issuer };
        let audience = match self.manner {
            Manner::AddressesAnother => json!("https://somebody.else.example"),
            _ => self.question["audience"].clone(),
        };
        let mut hash = sha256(self.body);
        if self.manner == Manner::AnswersAnother {
            hash[0] ^= 1;
        }
        let claims = json!({
            "iss": issuer,
            "aud": audience,
            "iat": at.seconds(),
            "exp": (at + GOOD_FOR).seconds(),
            "nonce": self.question["nonce"],
            "request_hash": base64url::encode(&hash),
            "record": self.record,
        });
        let signer = &registry.signer;
        let key = if self.manner == Manner::SignsWithAnotherKey { &signer.other } else { &signer.own };
        let typ = if self.manner == Manner::SignsAnotherKind { "JWT" } else { "registry-answer+jwt" };
        signer.sign(typ, &claims, key)
    }
}
