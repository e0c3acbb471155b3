//! The portal's HTTP client, in the shape that the `openidconnect` crate asks for.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

use crate::domain::issuer::Issuer;

/// The most that the provider may take for an answer, and the longest that one may be.
const TIMEOUT: Duration = Duration::from_secs(10);
const LONGEST_ANSWER: usize = 1024 * 1024;

#[derive(Clone, Debug)]
pub(super) struct Fetch(reqwest::Client);

impl Fetch {
    pub(super) fn new(issuer: &Issuer) -> Result<Self, reqwest::Error> {
        // Once for the process; whoever was first has chosen the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            // Nothing that a provider answers may send the portal, with its secret, somewhere else.
            .redirect(reqwest::redirect::Policy::none());
        // A proxy has another loopback than this machine.
        let client = if issuer.is_loopback() { client.no_proxy() } else { client };
        client.build().map(Self)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, FetchFault> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(FetchFault::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = HttpResponse::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Fetch {
    type Error = FetchFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum FetchFault {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the answer is longer than {LONGEST_ANSWER} bytes")]
    TooLong,
}
