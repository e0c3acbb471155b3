//! `/logout`: OpenID Connect RP-Initiated Logout 1.0 §2, by GET and by POST.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::Uri;

use super::held;
use crate::flows::logout::{Confirmation, logout};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Visit};
use crate::http::pages::sign_out;
use crate::protocol::logout::LogoutFault;
use crate::protocol::parameters::Parameters;

pub async fn begin(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let query = uri.query().unwrap_or_default().as_bytes();
    let parameters = Parameters::decode(query).map_err(|_| Fault::Logout(LogoutFault::Repeated))?;
    answer(&site, &visit, &parameters).await
}

pub async fn hold(State(site): State<Arc<Site>>, Form(form): Form) -> Result<Response, Failure> {
    held::hold(&site, "/logout", &form).await
}

pub async fn resume(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(handle): Path<String>,
) -> Result<Response, Failure> {
    let parameters = held::release(&site, &handle).await?;
    answer(&site, &visit, &parameters).await
}

async fn answer(site: &Site, visit: &Visit, parameters: &Parameters) -> Result<Response, Failure> {
    let outcome = logout(&site.app, &visit.visitor, parameters, Confirmation::NotAsked).await?;
    sign_out::answer(site, visit, parameters, outcome).await
}
