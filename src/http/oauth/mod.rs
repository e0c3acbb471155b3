//! The endpoints of OAuth 2.0 and OpenID Connect.

pub mod authorize;
pub mod backchannel_authentication;
pub mod check_session;
pub mod device_authorization;
pub mod discovery;
mod held;
pub mod introspect;
pub mod jwks;
pub mod logout;
pub mod par;
pub mod protected_resource;
pub mod register;
pub mod related_origins;
pub mod revoke;
pub mod token;
pub mod userinfo;

use axum::response::{IntoResponse, Response};
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};

use crate::http::error::{Challenge, Failure};
use crate::protocol::OAuthError;

/// For whoever opens the token endpoint in a browser, or forgot the method: RFC 6749 §3.2. axum adds `Allow`.
pub async fn only_post() -> Response {
    method_not_allowed("this endpoint is called with POST")
}

/// OpenID Connect Core §5.3.
pub async fn only_get_and_post() -> Response {
    method_not_allowed("this endpoint is called with GET or POST")
}

/// RFC 7592 §2.
pub async fn only_get_put_and_delete() -> Response {
    method_not_allowed("this endpoint is called with GET, PUT or DELETE")
}

fn method_not_allowed(told: &'static str) -> Response {
    let told = Failure::from(OAuthError::invalid_request(told)).into_json(Challenge::Client);
    (StatusCode::METHOD_NOT_ALLOWED, told).into_response()
}

/// The one `Authorization` header of a request.
pub fn authorization(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
    let mut values = headers.get_all(AUTHORIZATION).into_iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(OAuthError::invalid_request("more than one Authorization header").into());
    }
    let text = value.to_str();
    text.map(Some).map_err(|_| OAuthError::invalid_request("the Authorization header is not ASCII").into())
}
