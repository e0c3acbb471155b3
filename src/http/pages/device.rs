//! `/device`: the code that another device shows is entered here; then who asks, from where and what for (RFC 8628 §3.3).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{StatusCode, Uri};

use super::account::{Door, Entered, enter as enter_account, to_sign_in};
use super::consent::{self, view};
use crate::domain::assurance::Requirement;
use crate::domain::device_authorization::DeviceAuthorization;
use crate::domain::user_code::UserCode;
use crate::flows::device::decide::{self, Asked, Decided, Unready};
use crate::flows::device::{Found, find};
use crate::flows::session::CurrentSession;
use crate::flows::{session, sign_in};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::protocol::device_authorization::complete;
use crate::protocol::parameters::Parameters;
use crate::web::consent::Consent;
use crate::web::device::Device;
use crate::web::device_code::{CodeProblem, DeviceOutcome, Done, Elsewhere, EnterCode, Network};
use crate::web::text::Moment;
use crate::web::{layout, qr as qr_code};

const ENTER: Guarded<'static> = Guarded::Account("device-code");

/// The code is typed here; one that a link brought is shown, and confirmed by hand (§3.3.1).
pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let code = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    let code = code.single("user_code")?.unwrap_or_default();
    Ok(page(&site, &visit, code, None).await?.into_response())
}

/// Nobody learns anything of a code before they have signed in.
pub async fn enter(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    let current = session::current(&site.app, &visit.visitor).await?;
    if current.is_some() {
        ENTER.check(&visit, &form)?;
    }
    let typed = form.single("user_code")?.unwrap_or_default();
    let problem = match typed.parse::<UserCode>() {
        Ok(code) if current.is_some() => return Ok(SeeOther::to(request_path(code)).into_response()),
        Ok(code) => return begin_sign_in(&site, &visit, code, Requirement::NONE).await,
        Err(_) if typed.trim().is_empty() => CodeProblem::Missing,
        Err(_) => CodeProblem::Malformed,
    };
    let shown = page(&site, &visit, typed, Some(problem)).await?;
    Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

async fn begin_sign_in(site: &Site, visit: &Visit, code: UserCode, least: Requirement) -> Result<Response, Failure> {
    let begun = sign_in::begin_for_account(&site.app, &visit.visitor, request_path(code), least).await?;
    Ok(to_sign_in(site, &begun))
}

/// What has to be done before the person can answer, or why they cannot.
async fn make_ready(
    site: &Site,
    visit: &Visit,
    current: &CurrentSession,
    code: UserCode,
    unready: Unready,
) -> Result<Response, Failure> {
    match unready {
        Unready::SignInAgain { least } => begin_sign_in(site, visit, code, least).await,
        Unready::StepUp { least } => {
            let (app, visitor) = (&site.app, &visit.visitor);
            let begun = sign_in::step_up_for_account(app, visitor, current, request_path(code), least).await?;
            Ok(to_sign_in(site, &begun))
        }
        Unready::TooWeak => Ok(SeeOther::to(done_path(DeviceOutcome::TooWeak)).into_response()),
        Unready::Unfit => Ok(SeeOther::to(done_path(DeviceOutcome::Unfit)).into_response()),
    }
}

/// Who asks, from where and what for.
pub async fn ask(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let code = named(&uri)?;
    let Door::Open(entered) = enter_account(&site, &visit).await? else {
        return Ok(SeeOther::to(entry_path(code)).into_response());
    };
    let citizen = entered.citizen.id;
    match find(&site.app, &visit.visitor, citizen, code).await? {
        Found::Waiting(asked) => match decide::question(&site.app, &asked, &entered.current, &entered.citizen).await? {
            Asked::Question(question) => {
                let form = layout::Form { action: request_path(code), csrf: guard(code, |own| own.token(&visit)) };
                let elsewhere = Some(elsewhere(&visit, &asked));
                let Entered { layout, .. } = *entered;
                let template = Consent { elsewhere, ..view(&site, layout, form, *question) };
                Ok(Page::render(&template)?.into_response())
            }
            Asked::Unready(unready) => make_ready(&site, &visit, &entered.current, code, unready).await,
        },
        Found::Nothing => {
            let shown = page(&site, &visit, &code.to_string(), Some(CodeProblem::Unknown)).await?;
            Ok(shown.with_status(StatusCode::NOT_FOUND).into_response())
        }
        Found::Throttled { retry_after } => throttled(&site, &visit, code, retry_after).await,
    }
}

/// Too many codes were tried that were none.
async fn throttled(site: &Site, visit: &Visit, code: UserCode, retry_after: Duration) -> Result<Response, Failure> {
    let minutes = i64::try_from(retry_after.as_secs().div_ceil(60)).unwrap_or(i64::MAX);
    let shown = page(site, visit, &code.to_string(), Some(CodeProblem::TooManyTries { minutes })).await?;
    let mut response = shown.with_status(StatusCode::TOO_MANY_REQUESTS).into_response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
    Ok(response)
}

/// The form is good for the session and the code that it was shown for.
pub async fn decide(
    State(site): State<Arc<Site>>,
    visit: Visit,
    uri: Uri,
    Form(form): Form,
) -> Result<Response, Failure> {
    let code = named(&uri)?;
    guard(code, |own| own.check(&visit, &form))?;
    let Door::Open(entered) = enter_account(&site, &visit).await? else {
        return Ok(SeeOther::to(entry_path(code)).into_response());
    };
    let (app, current) = (&site.app, &entered.current);
    let (decided, outcome) = match form.single("choice")? {
        Some("allow") => {
            (decide::allow(app, &visit.visitor, current, code, &consent::answer(&form)).await?, DeviceOutcome::Allowed)
        }
        Some("deny") => (decide::deny(app, &visit.visitor, current, code).await?, DeviceOutcome::Denied),
        // Nothing was chosen: nothing is allowed, and the question stands.
        _ => return Ok(SeeOther::to(request_path(code)).into_response()),
    };
    let outcome = match decided {
        Decided::Done => outcome,
        Decided::AskAgain => return Ok(SeeOther::to(request_path(code)).into_response()),
        Decided::Unready(unready) => return make_ready(&site, &visit, current, code, unready).await,
        Decided::TooLate => DeviceOutcome::TooLate,
        Decided::Throttled { retry_after } => return throttled(&site, &visit, code, retry_after).await,
    };
    Ok(SeeOther::to(done_path(outcome)).into_response())
}

pub async fn done(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let outcome = match uri.query() {
        Some("allowed") => DeviceOutcome::Allowed,
        Some("denied") => DeviceOutcome::Denied,
        Some("too-weak") => DeviceOutcome::TooWeak,
        Some("unfit") => DeviceOutcome::Unfit,
        Some("too-late") => DeviceOutcome::TooLate,
        _ => return Err(Fault::NotFound.into()),
    };
    let template = Done { layout: site.layout(&visit, &[], None), outcome, portals: "/account/portals".to_owned() };
    Ok(Page::render(&template)?.into_response())
}

/// The picture of `verification_uri_complete` that a device, or a portal's page, may show. It is made of the code that is
/// asked for, whether or not anything waits under that, so it tells nobody anything.
pub async fn qr(State(site): State<Arc<Site>>, Path(code): Path<String>) -> Result<Response, Failure> {
    let code: UserCode = code.strip_suffix(".svg").unwrap_or(&code).parse().map_err(|_| Fault::NotFound)?;
    let picture = qr_code::svg(&complete(&site.app.settings.issuer, code)).ok_or(Fault::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, picture).into_response())
}

fn named(uri: &Uri) -> Result<UserCode, Failure> {
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    Ok(query.required("user_code")?.parse().map_err(|_| Fault::NotFound)?)
}

fn entry_path(code: UserCode) -> String {
    format!("/device?user_code={code}")
}

fn request_path(code: UserCode) -> String {
    format!("/device/request?user_code={code}")
}

fn done_path(outcome: DeviceOutcome) -> &'static str {
    match outcome {
        DeviceOutcome::Allowed => "/device/done?allowed",
        DeviceOutcome::Denied => "/device/done?denied",
        DeviceOutcome::TooWeak => "/device/done?too-weak",
        DeviceOutcome::Unfit => "/device/done?unfit",
        DeviceOutcome::TooLate => "/device/done?too-late",
    }
}

fn guard<T>(code: UserCode, with: impl FnOnce(Guarded<'_>) -> T) -> T {
    with(Guarded::Account(&format!("device-request {code}")))
}

fn elsewhere(visit: &Visit, asked: &DeviceAuthorization) -> Elsewhere {
    Elsewhere {
        code: asked.user_code.to_string(),
        device: Device::from_user_agent(&asked.asked_from.device),
        network: match asked.asked_from.address == visit.visitor.masked_address() {
            true => Network::Same,
            false => Network::Other,
        },
        address: asked.asked_from.address.clone(),
        since: Moment::from_micros(asked.asked_at.micros()),
        until: Moment::from_micros(asked.expires_at.micros()),
    }
}

async fn page(site: &Site, visit: &Visit, code: &str, problem: Option<CodeProblem>) -> Result<Page, Failure> {
    let layout = site.layout(visit, &[], None);
    let parsed = code.parse::<UserCode>().ok();
    let is_handheld = Device::from_user_agent(&visit.visitor.device_name).is_handheld();
    let template = EnterCode {
        form: layout::Form { action: "/device".to_owned(), csrf: ENTER.token(visit) },
        // A code is shown as devices show it; what is none is shown as it was typed, and not without end.
        code: parsed.map_or_else(|| code.chars().take(64).collect(), |code| code.to_string()),
        hand_over: parsed.filter(|_| problem.is_none() && !is_handheld).map(|code| format!("/device/qr/{code}")),
        problem,
        layout,
    };
    Page::render(&template)
}
