//! `/par`: RFC 9126 §2.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, PRAGMA};

use crate::flows::pushed_request;
use crate::http::Site;
use crate::http::extract::Call;

pub async fn push(State(site): State<Arc<Site>>, call: Call) -> Response {
    call.answer(async |request| {
        let pushed = pushed_request::push(&site.app, &request).await?;
        Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")], Json(pushed)).into_response())
    })
    .await
}
