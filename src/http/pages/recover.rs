//! `/recover`: the way back for whoever has lost what opens their account; `/recover/stop/{secret}`: its owner stops it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{HeaderValue, RETRY_AFTER};
use http::{StatusCode, Uri};

use super::account::change_password;
use super::schemes::{self, Typed};
use crate::domain::secret::SecretString;
use crate::domain::sign_in_name::NameFault;
use crate::flows::FlowError;
use crate::flows::recover::begin::{self, Began, Refusal, begin};
use crate::flows::recover::stop as stopping;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::layout;
use crate::web::recover::{Outcome, Recover, Recovered, StopRecovery};
use crate::web::sign_in::{Fault, Problem};
use crate::web::text::Moment;

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let how = match uri.query() {
        Some("done=waiting") => Outcome::Waiting { hours: hours(&site) },
        Some("done=finished") => Outcome::Finished,
        Some("done=stopped") => Outcome::Stopped,
        Some("done=nothing") => Outcome::NothingToStop,
        _ => return Ok(page(&site, &visit, &Typed::default(), None)?.into_response()),
    };
    Ok(Page::render(&Recovered { layout: site.layout(&visit, &[], None), how })?.into_response())
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    let typed = Typed::sent(&site, &form)?;
    let password = form.single("password")?.map(SecretString::new);
    let fault = match (form.single("code")?, &password, typed.scheme) {
        (_, _, None) => typed.malformed(&site),
        (None, ..) => Fault::CodeMissing,
        (_, None, _) => Fault::PasswordMissing,
        (Some(code), Some(password), Some(scheme)) => {
            let said = begin::Typed { name: &typed.name, scheme, code, password };
            match begin(&site.app, &visit.visitor, said).await {
                Ok(Began::Waiting { .. }) => return Ok(SeeOther::to("/recover?done=waiting").into_response()),
                Ok(Began::Finished) => return Ok(SeeOther::to("/recover?done=finished").into_response()),
                Ok(Began::Refused(Refusal::Name(NameFault::Empty))) => Fault::IdentifierMissing,
                Ok(Began::Refused(Refusal::Name(NameFault::Unrecognised))) => typed.malformed(&site),
                Ok(Began::Refused(Refusal::Password(refusal))) => Fault::NewPassword(change_password::fault(refusal)),
                Ok(Began::Refused(Refusal::WrongNameOrCode)) => Fault::WrongIdentifierOrCode,
                Ok(Began::Refused(Refusal::Throttled { retry_after })) => {
                    let minutes = i64::try_from(retry_after.as_secs().div_ceil(60)).unwrap_or(i64::MAX);
                    let shown = page(&site, &visit, &typed, Some(Fault::TooManyTries { minutes }))?;
                    return Ok(later(shown, StatusCode::TOO_MANY_REQUESTS, retry_after));
                }
                Err(FlowError::Busy { retry_after }) => {
                    let shown = page(&site, &visit, &typed, Some(Fault::Busy))?;
                    return Ok(later(shown, StatusCode::SERVICE_UNAVAILABLE, retry_after));
                }
                Err(other) => return Err(other.into()),
            }
        }
    };
    let shown = page(&site, &visit, &typed, Some(fault))?;
    Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

/// Asks first: a program that opens the links of letters stops nothing.
pub async fn ask_to_stop(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(secret): Path<String>,
) -> Result<Response, Failure> {
    let Some(waiting) = stopping::find(&site.app, &SecretString::new(secret.as_str())).await? else {
        return Ok(SeeOther::to("/recover?done=nothing").into_response());
    };
    let template = StopRecovery {
        layout: site.layout(&visit, &[], None),
        // Whoever has the link may stop it, from whichever browser.
        form: layout::Form { action: visit.path.clone(), csrf: String::new() },
        until: Moment::from_micros(waiting.takes_effect_at.micros()),
    };
    Ok(Page::render(&template)?.into_response())
}

pub async fn stop(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(secret): Path<String>,
    Form(_): Form,
) -> Result<Response, Failure> {
    let stopped = stopping::by_link(&site.app, &visit.visitor, &SecretString::new(secret.as_str())).await?;
    let done = if stopped { "stopped" } else { "nothing" };
    Ok(SeeOther::to(format!("/recover?done={done}")).into_response())
}

fn page(site: &Site, visit: &Visit, typed: &Typed, fault: Option<Fault>) -> Result<Page, Failure> {
    Page::render(&Recover {
        layout: site.layout(visit, &[], None),
        // There is no session that a token could be bound to, and nothing is done in anybody's name but by the code.
        form: layout::Form { action: "/recover".to_owned(), csrf: String::new() },
        username: typed.name.clone(),
        schemes: schemes::shown(&site.app.settings.national_id, typed.scheme),
        least: site.app.settings.password.lengths.alone,
        hours: hours(site),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
    })
}

fn later(page: Page, status: StatusCode, wait: Duration) -> Response {
    let mut response = page.with_status(status).into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    response
}

/// How long a recovery waits, in hours that have begun.
pub(super) fn hours(site: &Site) -> u64 {
    site.app.settings.recovery.cooling_off.as_secs().div_ceil(3600)
}
