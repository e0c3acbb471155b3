//! `/revoke`: RFC 7009 §2.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, HeaderMap};

use crate::flows;
use crate::http::Site;
use crate::http::error::{Challenge, Failure};
use crate::http::extract::{Form, Visit};

pub async fn revoke(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    form: Result<Form, Failure>,
) -> Response {
    match answer(&site, &visit, &headers, form).await {
        Ok(()) => (StatusCode::OK, [(CACHE_CONTROL, "no-store")]).into_response(),
        Err(failure) => failure.into_json(Challenge::of_client(&headers)),
    }
}

async fn answer(site: &Site, visit: &Visit, headers: &HeaderMap, form: Result<Form, Failure>) -> Result<(), Failure> {
    let Form(form) = form?;
    Ok(flows::revoke::revoke(&site.app, &visit.visitor, super::authorization(headers)?, &form).await?)
}
