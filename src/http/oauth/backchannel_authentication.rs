//! `/bc-authorize`: OpenID Connect Client-Initiated Backchannel Authentication Core 1.0 §7.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde::Serialize;

use crate::flows::backchannel::ask;
use crate::http::Site;
use crate::http::extract::Call;

/// §7.3.
#[derive(Debug, Serialize)]
struct Acknowledgement {
    auth_req_id: String,
    /// Seconds.
    expires_in: u64,
    interval: u64,
}

pub async fn begin(State(site): State<Arc<Site>>, call: Call) -> Response {
    call.answer(async |request| {
        let asked = ask::ask(&site.app, &request).await?;
        let answer = Acknowledgement {
            auth_req_id: asked.auth_req_id,
            expires_in: asked.expires_in.as_secs(),
            interval: asked.interval.as_secs(),
        };
        Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
    })
    .await
}
