//! `/revoke`: RFC 7009 §2.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;

use crate::flows;
use crate::http::Site;
use crate::http::extract::Call;

pub async fn revoke(State(site): State<Arc<Site>>, call: Call) -> Response {
    call.answer(async |request| {
        flows::revoke::revoke(&site.app, &request).await?;
        Ok((StatusCode::OK, [(CACHE_CONTROL, "no-store")]).into_response())
    })
    .await
}
