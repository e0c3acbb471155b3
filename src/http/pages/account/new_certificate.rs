//! `/account/security/certificates/new`: on to the ceremony in which a certificate is shown that the account is to know.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::confirm::enter_to_add;
use super::{Door, to_sign_in};
use crate::flows::{certificate, sign_in};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::Visit;

const PATH: &str = "/account/security/certificates/new";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    if !is_offered(&site) {
        return Err(Fault::NotFound.into());
    }
    let entered = match enter_to_add(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let begun = sign_in::begin_for_certificate(&site.app, &visit.visitor, &entered.current).await?;
    Ok(to_sign_in(&site, &begun))
}

/// Whether one can be shown here at all.
pub(super) fn is_offered(site: &Site) -> bool {
    !certificate::ways(&site.app, None).is_empty()
}
