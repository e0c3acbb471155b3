//! A request that another site POSTed arrives without our Lax cookies. It is held, and read again as a GET of our own.

use axum::response::{IntoResponse, Response};

use crate::domain::ids::SignInId;
use crate::flows::held_request;
use crate::flows::sign_in::Missing;
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::page::SeeOther;
use crate::protocol::parameters::Parameters;

/// Holds `form` and sends the browser to `path` with its handle.
pub(super) async fn hold(site: &Site, path: &str, form: &Parameters) -> Result<Response, Failure> {
    let handle = held_request::hold(&site.app, form).await?;
    Ok(SeeOther::to(format!("{path}/{handle}")).into_response())
}

/// What was held under `handle`. It is gone once it has been read: a reload starts at the client again.
pub(super) async fn release(site: &Site, handle: &str) -> Result<Parameters, Failure> {
    let gone = || Fault::SignIn(Missing::Gone);
    let handle: SignInId = handle.parse().map_err(|_| gone())?;
    Ok(held_request::release(&site.app, handle).await?.ok_or_else(gone)?)
}
