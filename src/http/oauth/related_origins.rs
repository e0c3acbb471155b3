//! `/.well-known/webauthn`: from which other pages this relying party's credentials are used (Web Authentication Level 3 §5.11.1).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;

use crate::http::Site;
use crate::http::error::{Failure, Fault};

pub async fn show(State(site): State<Arc<Site>>) -> Result<Response, Failure> {
    let document = site.app.relying_party.as_ref().and_then(|relying_party| relying_party.related_origins());
    let document = document.ok_or(Fault::NotFound)?;
    Ok(([(CACHE_CONTROL, "public, max-age=3600")], Json(document)).into_response())
}
