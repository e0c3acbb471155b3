//! The answer to an authorization request on its way to the client: a redirect, or a page whose form goes there.

use axum::response::{IntoResponse, Response};
use url::Url;

use super::Site;
use super::error::Failure;
use super::extract::Visit;
use super::page::{Page, SeeOther};
use crate::protocol::authorize::Delivery;
use crate::web::form_post::FormPost;

/// Sends the browser to the client with the answer.
pub fn deliver(site: &Site, visit: &Visit, delivery: Delivery) -> Result<Response, Failure> {
    match delivery {
        Delivery::Redirect(uri) => Ok(SeeOther::to(uri).into_response()),
        Delivery::Post { uri, fields } => {
            let parsed = Url::parse(&uri).ok();
            let page = FormPost {
                layout: site.layout(visit, &[], None),
                portal: parsed.as_ref().and_then(Url::host_str).unwrap_or_default().to_owned(),
                fields: fields.iter().map(|(name, value)| (*name, value.expose().to_owned())).collect(),
                action: uri.clone(),
            };
            Ok(Page::render(&page)?.posting_only_to(&uri).into_response())
        }
    }
}
