//! Form bodies: `application/x-www-form-urlencoded`, decoded strictly.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;

use crate::http::Site;
use crate::http::error::Failure;
use crate::http::middleware::envelope::Unread;
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

#[derive(Debug)]
pub struct Form(pub Parameters);

impl FromRequest<Arc<Site>> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Failure> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            let told = "the body must be application/x-www-form-urlencoded";
            return Err(OAuthError::invalid_request(told).into());
        }
        let unread = request.extensions().get::<Unread>().is_some();
        let body = Bytes::from_request(request, site).await.ok().filter(|_| !unread);
        let body =
            body.ok_or_else(|| OAuthError::invalid_request("the body is larger than is read here, or broke off"))?;
        Ok(Self(Parameters::decode(&body)?))
    }
}
