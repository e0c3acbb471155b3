//! `/token`: RFC 6749 §3.2.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, HeaderMap, PRAGMA};

use crate::flows;
use crate::http::Site;
use crate::http::error::{Challenge, Failure};
use crate::http::extract::{Form, Visit};

pub async fn exchange(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    form: Result<Form, Failure>,
) -> Response {
    match answer(&site, &visit, &headers, form).await {
        Ok(response) => response,
        Err(failure) => failure.into_json(Challenge::of_client(&headers)),
    }
}

async fn answer(
    site: &Site,
    visit: &Visit,
    headers: &HeaderMap,
    form: Result<Form, Failure>,
) -> Result<Response, Failure> {
    let Form(form) = form?;
    let authorization = super::authorization(headers)?;
    let response = flows::token::token(&site.app, &visit.visitor, authorization, &form).await?;
    Ok(([(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")], Json(response)).into_response())
}
