//! Nonces for proofs: RFC 9449 §8.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::flows::sender;
use crate::http::Site;

pub const DPOP: HeaderName = HeaderName::from_static("dpop");
pub const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// Answers every proof with a nonce for the next one, whatever else the answer is: it is always younger than the one that
/// came, so that whoever speaks DPoP is told only once, if ever, to use one.
pub async fn offer_nonce(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let speaks = request.headers().contains_key(DPOP);
    let mut response = next.run(request).await;
    if speaks && let Ok(nonce) = HeaderValue::try_from(sender::nonce(&site.app)) {
        response.headers_mut().insert(DPOP_NONCE, nonce);
    }
    response
}
