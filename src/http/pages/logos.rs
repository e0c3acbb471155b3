//! `/logos/{hash}`: what clients that registered themselves look like, from our own copy. An address names its content,
//! so it may be kept for ever.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::flows::registration::logo;
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::web::assets;

pub async fn show(State(site): State<Arc<Site>>, Path(hash): Path<String>) -> Result<Response, Failure> {
    let found = logo(&site.app, &hash).await?.ok_or(Fault::NotFound)?;
    let headers = [
        // One of four pictures' types, which its first bytes had; the envelope adds nosniff.
        (CONTENT_TYPE, found.media_type.as_str()),
        (CACHE_CONTROL, assets::CACHE_CONTROL),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, found.picture).into_response())
}
