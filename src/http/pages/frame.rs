//! What the pages of a sign-in have in common beside what each is for: a form that is good for one step of one sign-in, giving up,
//! asking for more time, and going on where a page does not come next.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use super::{dispatch, follow, load};
use crate::domain::sign_in::SignIn;
use crate::flows::sign_in;
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::protocol::parameters::Parameters;
use crate::web::sign_in::whole_seconds;

/// A form that came back.
pub(super) enum Sent {
    /// What it says is for its own page to answer.
    Own(SignIn),
    /// They gave up, or asked for more time.
    Answered(Response),
}

/// Reads the form of `step` that came for the sign-in `id` of a path.
pub(super) async fn sent(
    site: &Site,
    visit: &Visit,
    id: &str,
    form: &Parameters,
    step: &'static str,
) -> Result<Sent, Failure> {
    let sign_in = load(site, visit, id).await?;
    guard(&sign_in, step).check(visit, form)?;
    Ok(match form.single("choice")? {
        Some("cancel") => Sent::Answered(given_up(site, visit, sign_in).await?),
        Some("extend") => Sent::Answered(extended(site, sign_in, &visit.path).await?),
        _ => Sent::Own(sign_in),
    })
}

pub(super) fn guard(sign_in: &SignIn, step: &'static str) -> Guarded<'static> {
    Guarded::SignIn { id: sign_in.id, step }
}

pub(super) async fn given_up(site: &Site, visit: &Visit, sign_in: SignIn) -> Result<Response, Failure> {
    let id = sign_in.id;
    follow(site, visit, id, sign_in::cancel(&site.app, &visit.visitor, sign_in).await?)
}

/// The person asked for more time; the same page, with it.
pub(super) async fn extended(site: &Site, sign_in: SignIn, path: &str) -> Result<Response, Failure> {
    sign_in::extend(&site.app, sign_in).await?.map_err(Fault::SignIn)?;
    Ok(SeeOther::to(path.to_owned()).into_response())
}

/// The page, with `status`; or, where it does not come next, on to what does.
pub(super) async fn shown(
    site: &Site,
    visit: &Visit,
    sign_in: SignIn,
    page: Option<Page>,
    status: StatusCode,
) -> Result<Response, Failure> {
    match page {
        Some(page) => Ok(page.with_status(status).into_response()),
        None => dispatch(site, visit, sign_in).await,
    }
}

/// An answer to whoever came too soon, or too often.
pub(super) fn later(mut response: Response, retry_after: Duration) -> Response {
    // Rounded up: who comes back in so many seconds does not come too soon.
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(whole_seconds(retry_after)));
    response
}
