//! `/userinfo`: OpenID Connect Core §5.3, by GET, by POST with the header, by POST with the form.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use http::{StatusCode, Uri};

use crate::flows;
use crate::flows::protection::UserinfoAnswer;
use crate::http::Site;
use crate::http::error::{Challenge, Failure};
use crate::http::extract::{Form, Visit};
use crate::protocol::bearer;
use crate::protocol::parameters::Parameters;

/// HEAD, too: its length says something of the claims, so it is written down like any other release.
pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri, headers: HeaderMap) -> Response {
    answer(&site, &visit, &uri, &headers, None).await.unwrap_or_else(|failure| failure.into_json(Challenge::Bearer))
}

pub async fn show_for_form(State(site): State<Arc<Site>>, visit: Visit, request: Request) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    // A POST with the token in its header has no body worth reading.
    let form = match headers.contains_key(CONTENT_TYPE) {
        true => match Form::from_request(request, &site).await {
            Ok(Form(form)) => Some(form),
            Err(failure) => return failure.into_json(Challenge::Bearer),
        },
        false => None,
    };
    let answered = answer(&site, &visit, &uri, &headers, form.as_ref()).await;
    answered.unwrap_or_else(|failure| failure.into_json(Challenge::Bearer))
}

async fn answer(
    site: &Site,
    visit: &Visit,
    uri: &Uri,
    headers: &HeaderMap,
    form: Option<&Parameters>,
) -> Result<Response, Failure> {
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    let Some(token) = bearer::read(super::authorization(headers)?, &query, form)? else {
        let challenge = HeaderValue::try_from(bearer::challenge(None)).map(|value| (WWW_AUTHENTICATE, value));
        return Ok((StatusCode::UNAUTHORIZED, HeaderMap::from_iter(challenge)).into_response());
    };
    let no_store = [(CACHE_CONTROL, "no-store")];
    Ok(match flows::userinfo::userinfo(&site.app, &visit.visitor, &token).await? {
        UserinfoAnswer::Claims(claims) => (no_store, Json(claims)).into_response(),
        UserinfoAnswer::Token(token) => (no_store, [(CONTENT_TYPE, "application/jwt")], token).into_response(),
    })
}
