//! `/jwks.json`: RFC 7517 §5. Caches may keep it for minutes; a new key is published days before it signs.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;

use super::discovery::Document;
use crate::domain::keys::JWKS_KEPT_FOR;
use crate::flows::sandbox;
use crate::http::Site;
use crate::http::error::Failure;

pub async fn show(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let ring = site.app.keys.ring();
    let published = ring.published(site.app.clock.now());
    if site.app.mode.is_sandbox() {
        return match sandbox::jwks(&site.app, &published).await {
            // Nobody may hold on to it: the next token may be signed by a key that is not in it yet.
            Ok(document) => Document::from_bytes(document.into()).answer(&headers, "no-cache"),
            Err(error) => Failure::from(error).into_response(),
        };
    }
    site.jwks.of(&published).answer(&headers, &format!("public, max-age={}", JWKS_KEPT_FOR.as_secs()))
}

/// The document as it was sent last, with its entity tag; another once the ring publishes other keys.
#[derive(Debug, Default)]
pub struct Jwks(ArcSwapOption<Document>);

impl Jwks {
    fn of(&self, published: &[u8]) -> Arc<Document> {
        match self.0.load_full() {
            Some(document) if document.is(published) => document,
            _ => {
                let document = Arc::new(Document::from_bytes(Bytes::copy_from_slice(published)));
                self.0.store(Some(document.clone()));
                document
            }
        }
    }
}
