//! `/sign-up`, `/sign-in/{id}/register…`: a person opens an account themselves, within the sign-in that they came for.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::account::{change_password, to_sign_in_page};
use super::frame::{Sent, guard, later, sent};
use super::identify::portal;
use super::schemes::{self, Typed as Said};
use super::welcome::welcome;
use super::{dispatch, leads_to, load, ui_locales};
use crate::domain::assurance::Requirement;
use crate::domain::national_id::Scheme;
use crate::domain::secret::SecretString;
use crate::domain::self_registration::{Refusal, Typed};
use crate::domain::sign_in::SignIn;
use crate::flows::FlowError;
use crate::flows::self_registration::claim::{self, Claiming};
use crate::flows::self_registration::code::{self, Entered, Waiting};
use crate::flows::self_registration::finish::{self, Finished};
use crate::flows::self_registration::{self, Step};
use crate::flows::sign_in;
use crate::http::Site;
use crate::http::error::{Failure, Fault as PageFault};
use crate::http::extract::{Form, Visit};
use crate::http::page::{Page, SeeOther};
use crate::protocol::parameters::Parameters;
use crate::web::layout;
use crate::web::self_registration as view;
use crate::web::sign_in::{Fault, Problem};

/// `/sign-up`: for whoever comes from no portal.
pub async fn begin(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    if !self_registration::is_offered(&site.app) {
        return Err(PageFault::NotFound.into());
    }
    let return_to = "/account".to_owned();
    let begun = sign_in::begin_for_account(&site.app, &visit.visitor, return_to, Requirement::NONE).await?;
    Ok(to_sign_in_page(&site, &begun, "/register"))
}

/// Each page shows itself where its step has come, also again; where it has not, whichever has.
pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match self_registration::step(&site.app, &sign_in).await? {
        // What was said can be said again until the code was answered.
        Some(Step::Claim | Step::Code) => {
            let typed = typed_before(&site, &sign_in).await?;
            Ok(claim_page(&site, &visit, &sign_in, typed, None).await?.into_response())
        }
        step => on(&site, &visit, sign_in, step).await,
    }
}

pub async fn show_code(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match self_registration::step(&site.app, &sign_in).await? {
        Some(Step::Code) => Ok(code_page(&site, &visit, &sign_in, None).await?.into_response()),
        step => on(&site, &visit, sign_in, step).await,
    }
}

pub async fn show_password(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match password_page(&site, &visit, &sign_in, None).await? {
        Some(page) => Ok(page.into_response()),
        None => {
            let step = self_registration::step(&site.app, &sign_in).await?;
            on(&site, &visit, sign_in, step).await
        }
    }
}

/// To the page of the step that comes next.
async fn on(site: &Site, visit: &Visit, sign_in: SignIn, step: Option<Step>) -> Result<Response, Failure> {
    let page = match step {
        Some(Step::Claim) => "",
        Some(Step::Code) => "/code",
        Some(Step::Password) => "/password",
        None => return dispatch(site, visit, sign_in).await,
    };
    Ok(SeeOther::to(format!("{}{page}", path(&sign_in))).into_response())
}

fn path(sign_in: &SignIn) -> String {
    format!("/sign-in/{}/register", sign_in.id)
}

const CLAIM: &str = "register";
const CODE: &str = "register-code";
const PASSWORD: &str = "register-password";

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    let sign_in = match sent(&site, &visit, &id, &form, CLAIM).await? {
        Sent::Own(sign_in) => sign_in,
        Sent::Answered(response) => return Ok(response),
    };
    let typed = typed(&form)?;
    let Said { scheme: Some(scheme), .. } = Said::sent(&site, &form)? else {
        return on(&site, &visit, sign_in, Some(Step::Claim)).await;
    };
    let said = Typed {
        scheme,
        number: &typed.number,
        name: &typed.name,
        day: &typed.day,
        month: &typed.month,
        year: &typed.year,
    };
    let language = language(&site, &visit, &sign_in);
    let claiming = claim::claim(&site.app, &visit.visitor, &sign_in, said, language).await?;
    let fault = match claimed(&site, &visit, &sign_in, claiming).await? {
        Ok(response) => return Ok(response),
        Err(fault) => fault,
    };
    let page = claim_page(&site, &visit, &sign_in, (scheme, typed), Some(fault)).await?;
    Ok(refused(page, fault, claiming))
}

/// On, or what stands in the way.
async fn claimed(
    site: &Site,
    visit: &Visit,
    sign_in: &SignIn,
    claiming: Claiming,
) -> Result<Result<Response, Fault>, Failure> {
    Ok(match claiming {
        Claiming::Noted => Ok(on(site, visit, sign_in.clone(), Some(Step::Code)).await?),
        Claiming::OutOfOrder => {
            let step = self_registration::step(&site.app, sign_in).await?;
            Ok(on(site, visit, sign_in.clone(), step).await?)
        }
        Claiming::Throttled { retry_after } => Err(Fault::throttled(retry_after)),
        Claiming::Refused(refusal) => Err(match refusal {
            Refusal::Number(_) => Fault::NumberMalformed,
            Refusal::NameMissing => Fault::PersonNameMissing,
            Refusal::NameMalformed => Fault::PersonNameMalformed,
            Refusal::Birthdate => Fault::BirthdateMalformed,
            Refusal::Contradiction(_) => Fault::BirthdateContradicts,
            Refusal::TooYoung { from } => Fault::TooYoung { from },
        }),
    })
}

fn refused(page: Page, fault: Fault, claiming: Claiming) -> Response {
    match claiming {
        Claiming::Throttled { retry_after } => {
            later(page.with_status(StatusCode::TOO_MANY_REQUESTS).into_response(), retry_after)
        }
        _ => page.with_status(status(fault)).into_response(),
    }
}

const fn status(fault: Fault) -> StatusCode {
    match fault {
        Fault::WrongCode => StatusCode::UNAUTHORIZED,
        Fault::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

pub async fn submit_code(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    let sign_in = match sent(&site, &visit, &id, &form, CODE).await? {
        Sent::Own(sign_in) => sign_in,
        Sent::Answered(response) => return Ok(response),
    };
    if form.single("choice")? == Some("send") {
        let language = language(&site, &visit, &sign_in);
        let claiming = claim::again(&site.app, &visit.visitor, &sign_in, language).await?;
        return match claimed(&site, &visit, &sign_in, claiming).await? {
            Ok(response) => Ok(response),
            Err(fault) => Ok(refused(code_page(&site, &visit, &sign_in, Some(fault)).await?, fault, claiming)),
        };
    }
    let fault = match form.single("code")?.map(str::trim).filter(|typed| !typed.is_empty()) {
        None => Fault::CodeMissing,
        Some(typed) => match code::enter(&site.app, &sign_in, typed).await? {
            Entered::Right => return on(&site, &visit, sign_in, Some(Step::Password)).await,
            Entered::OutOfOrder => {
                let step = self_registration::step(&site.app, &sign_in).await?;
                return on(&site, &visit, sign_in, step).await;
            }
            Entered::Wrong => Fault::WrongCode,
        },
    };
    let page = code_page(&site, &visit, &sign_in, Some(fault)).await?;
    Ok(page.with_status(status(fault)).into_response())
}

pub async fn submit_password(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    let sign_in = match sent(&site, &visit, &id, &form, PASSWORD).await? {
        Sent::Own(sign_in) => sign_in,
        Sent::Answered(response) => return Ok(response),
    };
    let fault = match form.single("password")?.map(SecretString::new) {
        None => Fault::PasswordMissing,
        Some(password) => {
            let language = language(&site, &visit, &sign_in);
            match finish::finish(&site.app, &visit.visitor, sign_in.clone(), &password, language).await {
                Ok(Finished::Done(signed_in)) => return welcome(&site, &visit, *signed_in).await,
                Ok(Finished::Opened) => return dispatch(&site, &visit, sign_in).await,
                Ok(Finished::OutOfOrder) => {
                    let step = self_registration::step(&site.app, &sign_in).await?;
                    return on(&site, &visit, sign_in, step).await;
                }
                Ok(Finished::Taken) => {
                    let layout = site.layout(&visit, ui_locales(&sign_in), None);
                    let template = view::RegisterTaken { layout, sign_in: format!("/sign-in/{}", sign_in.id) };
                    return Ok(Page::render(&template)?.with_status(StatusCode::CONFLICT).into_response());
                }
                Ok(Finished::Refused(refusal)) => Fault::NewPassword(change_password::fault(refusal)),
                Err(FlowError::Busy { retry_after }) => {
                    let page = password_page(&site, &visit, &sign_in, Some(Fault::Busy)).await?;
                    let page = page.ok_or(PageFault::StaleForm)?.with_status(status(Fault::Busy));
                    return Ok(later(page.into_response(), retry_after));
                }
                Err(other) => return Err(other.into()),
            }
        }
    };
    let page = password_page(&site, &visit, &sign_in, Some(fault)).await?.ok_or(PageFault::StaleForm)?;
    Ok(page.with_status(status(fault)).into_response())
}

/// What they read, and what they are written to in.
fn language(site: &Site, visit: &Visit, sign_in: &SignIn) -> &'static str {
    visit.language(site, ui_locales(sign_in)).tag()
}

fn typed(form: &Parameters) -> Result<view::Typed, Failure> {
    let field =
        |name: &'static str| -> Result<String, Failure> { Ok(form.single(name)?.unwrap_or_default().to_owned()) };
    Ok(view::Typed {
        number: field("username")?,
        name: field("name")?,
        day: field("day")?,
        month: field("month")?,
        year: field("year")?,
    })
}

/// What they said before, as they would type it.
async fn typed_before(site: &Site, sign_in: &SignIn) -> Result<(Scheme, view::Typed), Failure> {
    let Some(said) = claim::said(&site.app, sign_in).await? else {
        return Ok((site.app.settings.national_id.default_scheme(), view::Typed::default()));
    };
    let born = said.birthdate.to_string();
    let mut parts = born.split('-').map(str::to_owned);
    let mut part = || parts.next().unwrap_or_default();
    let (year, month, day) = (part(), part(), part());
    let number = said.person.expose().to_owned();
    Ok((said.person.scheme(), view::Typed { number, name: said.name, day, month, year }))
}

async fn claim_page(
    site: &Site,
    visit: &Visit,
    sign_in: &SignIn,
    (scheme, typed): (Scheme, view::Typed),
    fault: Option<Fault>,
) -> Result<Page, Failure> {
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let template = view::Register {
        form: layout::Form { action: path(sign_in), csrf: guard(sign_in, CLAIM).token(visit) },
        portal: portal(site, sign_in, &layout).await?,
        schemes: schemes::shown(&site.app.settings.national_id, Some(scheme)),
        typed,
        sign_in: format!("/sign-in/{}", sign_in.id),
        problem: problem(visit, fault),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}

async fn code_page(site: &Site, visit: &Visit, sign_in: &SignIn, fault: Option<Fault>) -> Result<Page, Failure> {
    let said = claim::said(&site.app, sign_in).await?.ok_or(PageFault::StaleForm)?;
    let registry = match code::waiting(&site.app, sign_in).await? {
        Waiting::ForTheCode => view::Registry::Answers,
        Waiting::RegistryAway => view::Registry::Away,
    };
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let template = view::RegisterCode {
        form: layout::Form { action: format!("{}/code", path(sign_in)), csrf: guard(sign_in, CODE).token(visit) },
        portal: portal(site, sign_in, &layout).await?,
        number: said.person.masked(),
        change: path(sign_in),
        registry,
        problem: problem(visit, fault),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}

/// The page, if it comes next.
async fn password_page(
    site: &Site,
    visit: &Visit,
    sign_in: &SignIn,
    fault: Option<Fault>,
) -> Result<Option<Page>, Failure> {
    if self_registration::step(&site.app, sign_in).await? != Some(Step::Password) {
        return Ok(None);
    }
    let Some(known) = finish::known(&site.app, sign_in).await? else { return Ok(None) };
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let action = format!("{}/password", path(sign_in));
    let template = view::RegisterPassword {
        form: layout::Form { action, csrf: guard(sign_in, PASSWORD).token(visit) },
        portal: portal(site, sign_in, &layout).await?,
        name: known.name,
        number: known.number.masked(),
        contact: known.contact,
        username: known.number.expose().to_owned(),
        least: site.app.settings.password.lengths.alone,
        problem: problem(visit, fault),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Some(Page::render(&template)?.leading_to(leads_to(sign_in))))
}

fn problem(visit: &Visit, fault: Option<Fault>) -> Option<Problem> {
    fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() })
}
