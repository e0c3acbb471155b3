//! `/userinfo`: OpenID Connect Core §5.3, by GET, by POST with the header, by POST with the form; RFC 9449 §7.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;

use crate::flows;
use crate::flows::protection::UserinfoAnswer;
use crate::http::Site;
use crate::http::error::{Challenge, Failure};
use crate::http::extract::{Form, Visit, sender};
use crate::protocol::parameters::Parameters;
use crate::protocol::presented_token;

/// HEAD, too: its length says something of the claims, so it is written down like any other release.
pub async fn show(State(site): State<Arc<Site>>, visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let challenge = Challenge::of_resource(&parts.headers, &site.resource_metadata);
    answer(&site, &visit, &parts, None).await.unwrap_or_else(|failure| failure.into_json(challenge))
}

pub async fn show_for_form(State(site): State<Arc<Site>>, visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let challenge = Challenge::of_resource(&parts.headers, &site.resource_metadata);
    // A POST with the token in its header has no body worth reading.
    let form = match parts.headers.contains_key(CONTENT_TYPE) {
        true => match Form::from_request(Request::from_parts(parts.clone(), body), &site).await {
            Ok(Form(form)) => Some(form),
            Err(failure) => return failure.into_json(challenge),
        },
        false => None,
    };
    answer(&site, &visit, &parts, form.as_ref()).await.unwrap_or_else(|failure| failure.into_json(challenge))
}

async fn answer(site: &Site, visit: &Visit, parts: &Parts, form: Option<&Parameters>) -> Result<Response, Failure> {
    let query = Parameters::decode(parts.uri.query().unwrap_or_default().as_bytes())?;
    let Some(token) = presented_token::read(super::authorization(&parts.headers)?, &query, form)? else {
        return Ok(Challenge::of_resource(&parts.headers, &site.resource_metadata).bare());
    };
    let no_store = [(CACHE_CONTROL, "no-store")];
    Ok(match flows::userinfo::userinfo(&site.app, &visit.visitor, &token, &sender(parts)).await? {
        UserinfoAnswer::Claims(claims) => (no_store, Json(claims)).into_response(),
        UserinfoAnswer::Token(token) => (no_store, [(CONTENT_TYPE, "application/jwt")], token).into_response(),
    })
}
