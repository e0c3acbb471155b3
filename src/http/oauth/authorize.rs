//! `/authorize`: RFC 6749 §3.1, OpenID Connect Core §3.1.2.1, by GET and by POST.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::Uri;

use super::held;
use crate::domain::secret::SecretString;
use crate::flows::authorize::{Authorized, authorize};
use crate::http::Site;
use crate::http::cookies::Cookie;
use crate::http::delivery::deliver;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Visit};
use crate::http::page::SeeOther;
use crate::protocol::authorize::PageError;
use crate::protocol::parameters::Parameters;

pub async fn begin(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let query = uri.query().unwrap_or_default().as_bytes();
    let parameters = Parameters::decode(query).map_err(|_| Fault::Authorize(PageError::Undecodable))?;
    answer(&site, &visit, parameters).await
}

pub async fn hold(State(site): State<Arc<Site>>, Form(form): Form) -> Result<Response, Failure> {
    held::hold(&site, "/authorize", &form).await
}

pub async fn resume(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(handle): Path<String>,
) -> Result<Response, Failure> {
    let parameters = held::release(&site, &handle).await?;
    answer(&site, &visit, parameters).await
}

async fn answer(site: &Site, visit: &Visit, parameters: Parameters) -> Result<Response, Failure> {
    match authorize(&site.app, &visit.visitor, parameters).await? {
        Authorized::Answered(delivery) => deliver(site, visit, delivery),
        Authorized::SignIn { id, browser } => {
            let cookie =
                browser.as_ref().map(SecretString::expose).and_then(|secret| site.cookies.set(Cookie::Browser, secret));
            let first = if site.app.mode.is_sandbox() { "/sandbox" } else { "" };
            Ok(SeeOther::to(format!("/sign-in/{id}{first}")).with_cookie(cookie).into_response())
        }
        Authorized::Page(fault) => Err(Fault::Authorize(fault).into()),
    }
}
