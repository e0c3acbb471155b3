//! JSON bodies. What stands in them is read by whoever knows the document.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;

use super::body;
use crate::http::Site;
use crate::http::error::Failure;
use crate::protocol::OAuthError;

/// A body that says of itself that it is JSON: a page of another site cannot send one without asking first (Fetch §3.2.3).
#[derive(Debug)]
pub struct JsonBody(pub Bytes);

impl FromRequest<Arc<Site>> for JsonBody {
    type Rejection = Failure;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Self, Failure> {
        let mut types = request.headers().get_all(CONTENT_TYPE).iter();
        let essence = match (types.next(), types.next()) {
            (Some(one), None) => one.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim(),
            _ => "",
        };
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(OAuthError::invalid_request("the body must be application/json").into());
        }
        Ok(Self(body::whole(request, site).await?))
    }
}
