//! A call of a client's own program: the form, and what proves who sends it.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use http::HeaderMap;

use super::{Form, Visit};
use crate::domain::certificate::ClientCertificate;
use crate::flows::client_request::{ClientRequest, Sender};
use crate::http::Site;
use crate::http::error::{Challenge, Failure};
use crate::http::oauth::authorization;

/// What a handler of an endpoint that clients authenticate at takes.
#[derive(Debug)]
pub struct Call {
    pub visit: Visit,
    pub headers: HeaderMap,
    pub sender: Sender,
    form: Result<Form, Failure>,
}

impl Call {
    /// Hands the request to `answer`, and tells the client's program of its failure.
    pub async fn answer<F>(self, answer: F) -> Response
    where
        F: AsyncFnOnce(ClientRequest<'_>) -> Result<Response, Failure>,
    {
        let challenge = Challenge::of_client(&self.headers);
        let answered = async {
            let Form(form) = self.form?;
            let authorization = authorization(&self.headers)?;
            let visitor = &self.visit.visitor;
            answer(ClientRequest { visitor, authorization, form: &form, sender: &self.sender }).await
        };
        answered.await.unwrap_or_else(|failure| failure.into_json(challenge))
    }
}

/// What the request brings of proofs. It is read before the body, which takes the request.
pub fn sender(parts: &http::request::Parts) -> Sender {
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Sender {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        dpop: parts.headers.get_all("dpop").into_iter().map(text).collect(),
        certificate: parts.extensions.get::<Arc<ClientCertificate>>().cloned(),
    }
}

impl FromRequest<Arc<Site>> for Call {
    type Rejection = Infallible;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Infallible> {
        let (mut parts, body) = request.into_parts();
        let Ok(visit) = Visit::from_request_parts(&mut parts, site).await;
        let (sender, headers) = (sender(&parts), parts.headers.clone());
        let form = Form::from_request(Request::from_parts(parts, body), site).await;
        Ok(Self { visit, headers, sender, form })
    }
}
