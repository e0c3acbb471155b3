//! `/device_authorization`: RFC 8628 §3.1.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;

use crate::flows;
use crate::http::Site;
use crate::http::extract::Call;

pub async fn begin(State(site): State<Arc<Site>>, call: Call) -> Response {
    call.answer(async |request| {
        let response = flows::device::begin(&site.app, &request).await?;
        Ok(([(CACHE_CONTROL, "no-store")], Json(response)).into_response())
    })
    .await
}
