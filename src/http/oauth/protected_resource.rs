//! `/.well-known/oauth-protected-resource`: what userinfo says of itself (RFC 9728 §3). Prepared once.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::header::HeaderMap;

use super::discovery::Document;
use crate::config::Settings;
use crate::domain::sandbox::Mode;
use crate::http::Site;
use crate::protocol::protected_resource::Metadata;

pub use crate::protocol::protected_resource::metadata_url;

/// The document.
pub fn document(settings: &Settings, mode: Mode) -> Document {
    let metadata = Metadata::of_userinfo(
        settings.issuer.as_str(),
        &settings.keys.rotation.algorithms,
        settings.accepted_certificates(),
        settings.authority.privacy_url.as_ref().map(ToString::to_string),
        settings.authority.terms_url.as_ref().map(ToString::to_string),
    );
    Document::of(&metadata, mode)
}

pub async fn show(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    site.protected_resource.answer(&headers, "public, max-age=3600")
}
