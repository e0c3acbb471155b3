//! Text messages, through a gateway of the operator's: one signed request each ([`super::signature`]).
//!
//! The body is `{"id", "to", "text", "sender"}`. Any 2xx takes the message, 409 says that it was taken before, another 4xx (but
//! 401, 403, 408 and 429) that nobody will ever get it; everything else is tried again under the same `id`.

use std::sync::Arc;

use http::StatusCode;
use serde::Serialize;
use url::Url;

use super::signature::SharedKey;
use super::{Fetcher, Purpose};
use crate::crypto::base64url;
use crate::domain::ids::MessageId;
use crate::domain::message::{Carrier, Carrying, Composed, Undelivered};
use crate::domain::random::Random;

/// The gateway.
#[derive(Debug)]
pub struct SmsGateway {
    pub fetcher: Fetcher,
    pub url: Url,
    pub key: SharedKey,
    /// What it is asked to name as the sender.
    pub sender: Option<String>,
    pub random: Arc<dyn Random>,
}

#[derive(Serialize)]
struct Body<'a> {
    id: String,
    to: &'a str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<&'a str>,
}

impl SmsGateway {
    async fn send(&self, id: MessageId, to: &str, letter: &Composed) -> Result<(), Undelivered> {
        let body = Body { id: id.to_string(), to, text: &letter.text, sender: self.sender.as_deref() };
        let body = serde_json::to_vec(&body).map_err(|_| Undelivered::Never("unwritable"))?;
        let nonce = base64url::encode(&self.random.bytes::<16>());
        let headers = self.key.sign(&self.url, "application/json", &body, self.fetcher.now(), &nonce);
        let headers = headers.map_err(|_| Undelivered::Never("unwritable"))?;
        match self.fetcher.post(&self.url, Purpose::SmsGateway, headers, body).await {
            // 409: it was taken when this was tried before.
            Ok(status) if status.is_success() || status == StatusCode::CONFLICT => Ok(()),
            Ok(
                StatusCode::UNAUTHORIZED
                | StatusCode::FORBIDDEN
                | StatusCode::REQUEST_TIMEOUT
                | StatusCode::TOO_MANY_REQUESTS,
            ) => Err(Undelivered::Later("turned_away")),
            Ok(status) if status.is_client_error() => Err(Undelivered::Never("refused")),
            Ok(_) => Err(Undelivered::Later("failing")),
            Err(error) => Err(Undelivered::Later(error.label())),
        }
    }
}

impl Carrier for SmsGateway {
    fn carry<'a>(&'a self, id: MessageId, to: &'a str, letter: &'a Composed) -> Carrying<'a> {
        Box::pin(self.send(id, to, letter))
    }
}
