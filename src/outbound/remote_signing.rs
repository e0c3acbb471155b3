//! A signing service over HTTP: docs/certificate-sign-in.md, "Signing with a telephone".
//!
//! ```text
//! POST {url}signatures       {"person": {"scheme", "number"}, "document", "portal", "control_code", "expires_at"}
//!                            → {"id": "…"}  or  {"unknown_person": true}
//! POST {url}signatures/{id}  {}
//!                            → {"state": "pending"}  {"state": "signed", "signature": "…"}  {"state": "refused" | "expired"}
//! ```
//!
//! Each request is signed (RFC 9421). The answer need not be: what it says is believed only as far as the signature in it, which is
//! verified as any other.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::signature::SharedKey;
use super::{Fetcher, Purpose};
use crate::crypto::base64url;
use crate::domain::random::Random;
use crate::domain::remote_signing::{Answer, Begun, Progress, RemoteSigning, SigningRequest, Unanswered};
use crate::domain::secret::SecretString;

/// The service at one address.
#[derive(Debug)]
pub struct SigningService {
    fetcher: Fetcher,
    signatures: Url,
    key: SharedKey,
    random: Arc<dyn Random>,
}

/// What it knows our key by.
const KEY_ID: &str = "senid";
const JSON: &str = "application/json";
/// Of what the service calls a request; it goes into an address.
const LONGEST_ID: usize = 128;

#[derive(Deserialize)]
struct Created {
    id: Option<String>,
    #[serde(default)]
    unknown_person: bool,
}

#[derive(Deserialize)]
struct Status {
    state: State,
    signature: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Pending,
    Signed,
    Refused,
    Expired,
}

impl SigningService {
    /// `url` is the folder that `signatures` is in.
    pub fn new(fetcher: Fetcher, mut url: Url, secret: &SecretString, random: Arc<dyn Random>) -> Self {
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("signatures");
        }
        Self { fetcher, signatures: url, key: SharedKey::new(KEY_ID, secret), random }
    }

    async fn post<T: for<'de> Deserialize<'de>>(&self, url: Url, body: &Value) -> Result<T, Unanswered> {
        let body = body.to_string().into_bytes();
        let nonce = base64url::encode(&self.random.bytes::<16>());
        let signed = self.key.sign(&url, JSON, &body, self.fetcher.now(), &nonce).map_err(|_| Unanswered)?;
        let answer = self.fetcher.exchange_signed(&url, Purpose::RemoteSigning, signed, body).await;
        // Why it did not answer is in the log already.
        let answer = answer.map_err(|_| Unanswered)?;
        serde_json::from_slice(&answer.bytes).map_err(|error| {
            tracing::warn!(%error, "the signing service answered something else than was agreed");
            Unanswered
        })
    }

    async fn begun(&self, request: SigningRequest<'_>) -> Result<Begun, Unanswered> {
        let body = json!({
            "person": { "scheme": request.person.scheme().as_str(), "number": request.person.expose() },
            "document": request.document,
            "portal": request.portal,
            "control_code": request.control_code,
            "expires_at": request.expires_at.seconds(),
        });
        match self.post(self.signatures.clone(), &body).await? {
            Created { unknown_person: true, .. } => Ok(Begun::UnknownPerson),
            Created { id: Some(id), .. } if (1..=LONGEST_ID).contains(&id.len()) => Ok(Begun::Asked(id)),
            Created { .. } => Err(Unanswered),
        }
    }

    async fn looked(&self, id: &str) -> Result<Progress, Unanswered> {
        let mut url = self.signatures.clone();
        // As one segment: whatever the service calls it leads nowhere else.
        url.path_segments_mut().map_err(|()| Unanswered)?.push(id);
        let Status { state, signature } = self.post(url, &json!({})).await?;
        match (state, signature) {
            (State::Pending, _) => Ok(Progress::Pending),
            (State::Signed, Some(signature)) => Ok(Progress::Signed(signature)),
            (State::Signed, None) => Err(Unanswered),
            (State::Refused | State::Expired, _) => Ok(Progress::NotSigned),
        }
    }
}

impl RemoteSigning for SigningService {
    fn begin<'a>(&'a self, request: SigningRequest<'a>) -> Answer<'a, Begun> {
        Box::pin(self.begun(request))
    }

    fn progress<'a>(&'a self, id: &'a str) -> Answer<'a, Progress> {
        Box::pin(self.looked(id))
    }
}
