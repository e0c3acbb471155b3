//! `/register`: OpenID Connect Dynamic Client Registration §3, RFC 7591 §3; and `/register/{client_id}`: RFC 7592 §2.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, PRAGMA, RETRY_AFTER};
use http::{StatusCode, Uri};
use serde_json::json;

use crate::domain::secret::SecretString;
use crate::flows::registration::{self, Registered, RegistrationError};
use crate::http::Site;
use crate::http::error::{Challenge, Failure};
use crate::http::extract::{JsonBody, Visit};
use crate::protocol::parameters::Parameters;
use crate::protocol::presented_token::{self, Scheme};

pub async fn create(
    State(site): State<Arc<Site>>,
    visit: Visit,
    uri: Uri,
    headers: HeaderMap,
    body: Result<JsonBody, Failure>,
) -> Response {
    let answered = async {
        let shown = shown(&uri, &headers)?;
        let JsonBody(body) = body?;
        Ok(registration::register(&site.app, &visit.visitor, shown.as_ref(), &body).await?)
    };
    answered.await.map_or_else(refuse, |registered| tell(&site, StatusCode::CREATED, &registered))
}

pub async fn read(State(site): State<Arc<Site>>, Path(client): Path<String>, uri: Uri, headers: HeaderMap) -> Response {
    let answered = async { Ok(registration::read(&site.app, &client, shown(&uri, &headers)?.as_ref()).await?) };
    answered.await.map_or_else(refuse, |registered| tell(&site, StatusCode::OK, &registered))
}

pub async fn replace(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    body: Result<JsonBody, Failure>,
) -> Response {
    let answered = async {
        let shown = shown(&uri, &headers)?;
        let JsonBody(body) = body?;
        Ok(registration::update(&site.app, &visit.visitor, &client, shown.as_ref(), &body).await?)
    };
    answered.await.map_or_else(refuse, |registered| tell(&site, StatusCode::OK, &registered))
}

pub async fn delete(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let answered =
        async { Ok(registration::delete(&site.app, &visit.visitor, &client, shown(&uri, &headers)?.as_ref()).await?) };
    answered.await.map_or_else(refuse, |()| {
        (StatusCode::NO_CONTENT, [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")]).into_response()
    })
}

/// The token in the `Authorization` header; nowhere else is looked.
fn shown(uri: &Uri, headers: &HeaderMap) -> Result<Option<SecretString>, Failure> {
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    let presented = presented_token::read(super::authorization(headers)?, &query, None)?;
    Ok(presented.filter(|presented| presented.scheme == Scheme::Bearer).map(|presented| presented.token))
}

fn tell(site: &Site, status: StatusCode, registered: &Registered) -> Response {
    let document = registered.document(&site.app);
    (status, [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")], Json(document)).into_response()
}

/// Either of both ways in which nothing is told of a client.
enum Refusal {
    Request(Failure),
    Registration(RegistrationError),
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Request(failure)
    }
}

impl From<RegistrationError> for Refusal {
    fn from(error: RegistrationError) -> Self {
        Self::Registration(error)
    }
}

/// Until some of what waits was taken up, or has lapsed: in seconds.
const DAY: u64 = 86_400;

fn refuse(refusal: Refusal) -> Response {
    match refusal {
        Refusal::Request(failure) => failure.into_json(Challenge::Client),
        Refusal::Registration(error) => match error {
            RegistrationError::Flow(error) => Failure::from(error).into_json(Challenge::Client),
            RegistrationError::Unauthorized(error) => Failure::from(error).into_json(Challenge::Bearer),
            RegistrationError::Off => plain(
                StatusCode::FORBIDDEN,
                "access_denied",
                "dynamic registration is switched off (registration.mode)",
            ),
            RegistrationError::Disabled => plain(
                StatusCode::FORBIDDEN,
                "access_denied",
                "the authority has disabled this client, or has not approved it yet",
            ),
            RegistrationError::Crowded => {
                let told = "as many registrations wait for the authority as it looks at: register with an initial access token, or \
                            another day";
                let mut response = plain(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", told);
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(DAY));
                response
            }
            RegistrationError::TooMany { retry_after } => {
                let told =
                    "too many registrations from this address, with this token or of this client; try again later";
                let mut response = plain(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", told);
                let seconds = HeaderValue::from(retry_after.as_secs().max(1));
                response.headers_mut().insert(RETRY_AFTER, seconds);
                response
            }
        },
    }
}

fn plain(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({ "error": error, "error_description": description });
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
