//! `/.well-known/ssf-configuration` and `/ssf/…`: the Shared Signals Framework 1.0 §7 and §8, RFC 8936.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Path, Request, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, HeaderMap, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::Site;
use super::error::{Challenge, Failure};
use super::extract::{JsonBody, Visit, sender};
use super::oauth::authorization;
use super::oauth::discovery::Document;
use crate::config::Settings;
use crate::domain::client::Client;
use crate::domain::sandbox::Mode;
use crate::domain::signals::Stream;
use crate::flows::signals::change;
use crate::flows::signals::door::{Errand, SignalsError, admit};
use crate::flows::signals::fetch;
use crate::protocol::parameters::Parameters;
use crate::protocol::presented_token;
use crate::protocol::signals::configuration::Extent;
use crate::protocol::signals::metadata::Metadata;

/// The document.
pub fn document(settings: &Settings, mode: Mode) -> Document {
    Document::of(&Metadata::new(settings.issuer.as_str()), mode)
}

pub async fn configuration(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    site.signals.answer(&headers, "public, max-age=3600")
}

pub async fn create(State(site): State<Arc<Site>>, visit: Visit, request: Request) -> Response {
    let (parts, body) = take(&site, request, Body::MayBeEmpty).await;
    answer(&site, &parts, Errand::Manage, async |client| {
        let created = change::create(&site.app, &visit.visitor, &client, &body?).await?;
        Ok((StatusCode::CREATED, Json(created)).into_response())
    })
    .await
}

pub async fn read(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    answer(&site, &parts, Errand::Read, async |client| {
        Ok(match named(&parts)? {
            Some(stream) => Json(change::read(&site.app, &client, &stream).await?).into_response(),
            None => Json(change::list(&site.app, &client).await?).into_response(),
        })
    })
    .await
}

pub async fn update(site: State<Arc<Site>>, visit: Visit, request: Request) -> Response {
    write(site, visit, request, Extent::Named).await
}

pub async fn replace(site: State<Arc<Site>>, visit: Visit, request: Request) -> Response {
    write(site, visit, request, Extent::Whole).await
}

async fn write(State(site): State<Arc<Site>>, visit: Visit, request: Request, extent: Extent) -> Response {
    let (parts, body) = take(&site, request, Body::Needed).await;
    answer(&site, &parts, Errand::Manage, async |client| {
        Ok(Json(change::update(&site.app, &visit.visitor, &client, &body?, extent).await?).into_response())
    })
    .await
}

pub async fn delete(State(site): State<Arc<Site>>, visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    answer(&site, &parts, Errand::Manage, async |client| {
        let stream = named(&parts)?.ok_or(SignalsError::NotFound)?;
        change::delete(&site.app, &visit.visitor, &client, &stream).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}

pub async fn status(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    answer(&site, &parts, Errand::Read, async |client| {
        let stream = named(&parts)?.ok_or(SignalsError::NotFound)?;
        Ok(standing(&change::status(&site.app, &client, &stream).await?))
    })
    .await
}

pub async fn set_status(State(site): State<Arc<Site>>, visit: Visit, request: Request) -> Response {
    let (parts, body) = take(&site, request, Body::Needed).await;
    answer(&site, &parts, Errand::Manage, async |client| {
        Ok(standing(&change::set_status(&site.app, &visit.visitor, &client, &body?).await?))
    })
    .await
}

pub async fn verify(State(site): State<Arc<Site>>, request: Request) -> Response {
    let (parts, body) = take(&site, request, Body::Needed).await;
    answer(&site, &parts, Errand::Manage, async |client| {
        change::verify(&site.app, &client, &body?).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
    .await
}

pub async fn poll(State(site): State<Arc<Site>>, Path(stream): Path<String>, request: Request) -> Response {
    let (parts, body) = take(&site, request, Body::Needed).await;
    answer(&site, &parts, Errand::Read, async |client| {
        let fetched = fetch::fetch(&site.app, &client, &stream, &body?).await?;
        Ok(Json(json!({ "sets": fetched.sets, "moreAvailable": fetched.more_available })).into_response())
    })
    .await
}

fn standing(stream: &Stream) -> Response {
    let mut told = json!({ "stream_id": stream.id.to_string(), "status": stream.status.as_str() });
    if let Some(reason) = &stream.reason {
        told["reason"] = reason.as_str().into();
    }
    Json(told).into_response()
}

/// Whether a request may come without a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Body {
    Needed,
    MayBeEmpty,
}

async fn take(site: &Arc<Site>, request: Request, body: Body) -> (Parts, Result<Bytes, Refusal>) {
    let (parts, bytes) = request.into_parts();
    let length = parts.headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let typed = parts.headers.contains_key(http::header::CONTENT_TYPE);
    if body == Body::MayBeEmpty && !typed && length.is_none_or(|length| length == "0") {
        return (parts, Ok(Bytes::new()));
    }
    let read = JsonBody::from_request(Request::from_parts(parts.clone(), bytes), site).await;
    (parts, read.map(|JsonBody(bytes)| bytes).map_err(Refusal::from))
}

/// The stream that the query names.
fn named(parts: &Parts) -> Result<Option<String>, Refusal> {
    let query = Parameters::decode(parts.uri.query().unwrap_or_default().as_bytes()).map_err(Failure::from)?;
    Ok(query.single("stream_id").map_err(Failure::from)?.map(str::to_owned))
}

/// Lets the client in, before anything of its request is looked at.
async fn answer<F>(site: &Site, parts: &Parts, errand: Errand, work: F) -> Response
where
    F: AsyncFnOnce(Arc<Client>) -> Result<Response, Refusal>,
{
    let challenge = Challenge::of_resource(&parts.headers, &site.resource_metadata);
    let answered = async {
        let query = Parameters::decode(parts.uri.query().unwrap_or_default().as_bytes()).map_err(Failure::from)?;
        let token = presented_token::read(authorization(&parts.headers)?, &query, None).map_err(Failure::from)?;
        let Some(token) = token else { return Ok(challenge.bare()) };
        let client = admit(&site.app, &token, &sender(parts), errand).await.map_err(Failure::from)?;
        let mut response = work(client).await?;
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    };
    answered.await.unwrap_or_else(|refusal| match refusal {
        Refusal::Request(failure) => failure.into_json(challenge),
        Refusal::Signals(error) => refuse(error, challenge),
    })
}

/// Either of both ways in which nothing is done.
enum Refusal {
    Request(Failure),
    Signals(SignalsError),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Request(failure)
    }
}

impl From<SignalsError> for Refusal {
    fn from(error: SignalsError) -> Self {
        Self::Signals(error)
    }
}

fn refuse(error: SignalsError, challenge: Challenge<'_>) -> Response {
    let told = error.to_string();
    let (status, code) = match error {
        SignalsError::Flow(error) => return Failure::from(error).into_json(challenge),
        SignalsError::NotFound => (StatusCode::NOT_FOUND, "not_found"),
        SignalsError::Exists => (StatusCode::CONFLICT, "stream_exists"),
        SignalsError::TooSoon => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests"),
    };
    let body = json!({ "error": code, "error_description": told });
    let mut response = (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response();
    if status == StatusCode::TOO_MANY_REQUESTS {
        let seconds = HeaderValue::from(Stream::MIN_VERIFICATION_INTERVAL.as_secs());
        response.headers_mut().insert(RETRY_AFTER, seconds);
    }
    response
}
