//! The endpoints of OAuth 2.0 and OpenID Connect.

pub mod authorize;
pub mod discovery;
mod held;
pub mod jwks;
pub mod logout;
pub mod revoke;
pub mod token;
pub mod userinfo;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::http::error::Failure;
use crate::protocol::OAuthError;

/// The one `Authorization` header of a request.
fn authorization(headers: &HeaderMap) -> Result<Option<&str>, Failure> {
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
