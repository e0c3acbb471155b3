//! Form bodies: `application/x-www-form-urlencoded`, decoded strictly.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;

use super::body;
use crate::http::Site;
use crate::http::error::Failure;
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
        Ok(Self(Parameters::decode(&body::whole(request, site).await?)?))
    }
}
