//! `/token`: RFC 6749 §3.2.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, PRAGMA};

use crate::flows;
use crate::http::Site;
use crate::http::extract::Call;

pub async fn exchange(State(site): State<Arc<Site>>, call: Call) -> Response {
    call.answer(async |request| {
        let response = flows::token::token(&site.app, &request).await?;
        Ok(([(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")], Json(response)).into_response())
    })
    .await
}
