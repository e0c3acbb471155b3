//! `/jwks.json`: RFC 7517 §5. Caches may keep it for minutes; a new key is published days before it signs.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::discovery::Document;
use crate::http::Site;

pub async fn show(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let ring = site.app.keys.ring();
    let document = Bytes::copy_from_slice(&ring.published(site.app.clock.now()));
    Document::from_bytes(document).answer(&headers, "public, max-age=300")
}
