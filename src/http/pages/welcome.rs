//! What every method ends with: the cookies of someone who has just proven who they are.

use axum::response::Response;
use http::header::SET_COOKIE;

use super::dispatch;
use crate::domain::secret::SecretHash;
use crate::flows::sign_in::prove::{Device, SignedIn};
use crate::http::Site;
use crate::http::cookies::Cookie;
use crate::http::error::Failure;
use crate::http::extract::Visit;

/// The cookies of someone who has just signed in, and on to what comes next, in the name of the new session.
pub(super) async fn welcome(site: &Site, visit: &Visit, signed_in: SignedIn) -> Result<Response, Failure> {
    let session = site.cookies.set(Cookie::Session, signed_in.session.expose());
    let known = |hash: &SecretHash| visit.devices.iter().find(|(_, own)| own == hash).map(|(secret, _)| secret);
    let device = match &signed_in.device {
        Device::New(secret) => site.cookies.set_devices(&visit.devices, Some(secret), None),
        Device::Known(hash) => site.cookies.set_devices(&visit.devices, known(hash), None),
        Device::Forgotten(hash) => site.cookies.set_devices(&visit.devices, None, Some(*hash)),
        Device::Stranger => None,
    };
    let mut from_here_on = visit.clone();
    from_here_on.visitor.session = Some(signed_in.session_hash);
    let state = site.cookies.set(Cookie::State, &signed_in.browser_state);
    let mut next = dispatch(site, &from_here_on, signed_in.sign_in).await?;
    for cookie in [session, device, state].into_iter().flatten() {
        next.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(next)
}
