//! A body, which the envelope has read whole before the request took a place.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};

use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::middleware::envelope::Unread;
use crate::protocol::OAuthError;

pub(super) async fn whole(request: Request, site: &Arc<Site>) -> Result<Bytes, Failure> {
    match request.extensions().get::<Unread>() {
        None => Ok(Bytes::from_request(request, site).await.map_err(|_| Fault::TooLarge)?),
        Some(Unread::TooLarge) => Err(Fault::TooLarge.into()),
        Some(Unread::TooSlow) => Err(OAuthError::invalid_request("the body did not arrive in time").into()),
    }
}
