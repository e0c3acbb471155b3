//! `/account/organisations/new`: a citizen asks to be confirmed as an organisation's legal representative.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::super::{Door, Entered, enter, enter_for_sensitive};
use super::PATH as LIST;
use crate::domain::assurance::AccountLevel;
use crate::domain::organisation::OrganisationName;
use crate::domain::organisation_code::{OrganisationCode, Scheme};
use crate::flows::account::organisations::{Asking, ask};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::organisations as view;
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};

const PATH: &str = "/account/organisations/new";
const GUARD: Guarded<'static> = Guarded::Account("organisations new");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    match enter(&site, &visit).await? {
        Door::Open(entered) => Ok(page(&site, &visit, *entered, ("", ""), None)?.into_response()),
        Door::Closed(response) => Ok(response),
    }
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter_for_sensitive(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let typed = (form.single("code")?.unwrap_or_default(), form.single("name")?.unwrap_or_default());
    let scheme = form.single("scheme")?.and_then(|scheme| scheme.parse::<Scheme>().ok());
    let scheme = scheme.filter(|scheme| site.app.settings.organisations.codes.contains(scheme));
    let code = scheme.and_then(|scheme| OrganisationCode::parse(scheme, typed.0).ok());
    let fault = match (code, OrganisationName::try_from(typed.1.to_owned())) {
        (None, _) => Fault::OrganisationCodeMalformed,
        (Some(_), Err(_)) => Fault::OrganisationNameMalformed,
        (Some(code), Ok(name)) => match ask(&site.app, &visit.visitor, &entered.current, code, name).await? {
            Asking::Done => return Ok(SeeOther::to(format!("{LIST}?done=asked")).into_response()),
            Asking::SignedOut | Asking::LevelTooLow => return Ok(SeeOther::to(PATH.to_owned()).into_response()),
            Asking::Known => Fault::OrganisationKnown,
            Asking::TooMany => Fault::TooManyRequests,
        },
    };
    let shown = page(&site, &visit, *entered, typed, Some(fault))?;
    Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

fn page(
    site: &Site,
    visit: &Visit,
    entered: Entered,
    (code, name): (&str, &str),
    fault: Option<Fault>,
) -> Result<Page, Failure> {
    let allowed = entered.citizen.account_level >= AccountLevel::Proven;
    Page::render(&view::NewOrganisation {
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(visit) },
        schemes: site.app.settings.organisations.codes.iter().map(|scheme| scheme_shown(*scheme)).collect(),
        code: code.to_owned(),
        name: name.to_owned(),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        allowed: if allowed { view::Allowed::Yes } else { view::Allowed::No },
        layout: entered.layout,
    })
}

const fn scheme_shown(scheme: Scheme) -> view::Scheme {
    match scheme {
        Scheme::VnMst => view::Scheme::VnMst,
        Scheme::VnAgency => view::Scheme::VnAgency,
        Scheme::RuOgrn => view::Scheme::RuOgrn,
        Scheme::RuInn => view::Scheme::RuInn,
    }
}
