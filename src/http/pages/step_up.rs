//! `/sign-in/{id}/step-up`: exactly what is missing is asked for, or the person is told that they have nothing that brings it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::frame::{extended, given_up, guard};
use super::identify::portal;
use super::{dispatch, follow, leads_to, load, method_path, people, request, ui_locales};
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::sign_in::{SignIn, State as Standing};
use crate::flows::sign_in::step_up::{self, Missing};
use crate::flows::sign_in::{finish, whom};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::claims::Method;
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};
use crate::web::step_up as view;

const STEP: &str = "step-up";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match step_up::missing(&site.app, &sign_in).await? {
        Some(missing) => Ok(page(&site, &visit, &sign_in, &missing, None).await?.into_response()),
        None => dispatch(&site, &visit, sign_in).await,
    }
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    guard(&sign_in, STEP).check(&visit, &form)?;
    let Some(missing) = step_up::missing(&site.app, &sign_in).await? else {
        return dispatch(&site, &visit, sign_in).await;
    };
    let id = sign_in.id;
    match form.single("choice")? {
        Some("cancel") => given_up(&site, &visit, sign_in).await,
        Some("leave") => follow(&site, &visit, id, finish::give_up(&site.app, &visit.visitor, sign_in).await?),
        Some("somebody-else") => people::somebody_else(&site, &visit, sign_in).await,
        Some("extend") => extended(&site, sign_in, &visit.path).await,
        chosen => {
            let offered = methods(&missing).find(|(_, method)| Some(method.id()) == chosen);
            match offered.and_then(|(_, method)| method_path(&sign_in, &method)) {
                Some(path) => Ok(SeeOther::to(path).into_response()),
                None => {
                    let fault = Some(Fault::MethodNotOffered);
                    let shown = page(&site, &visit, &sign_in, &missing, fault).await?;
                    Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
                }
            }
        }
    }
}

/// What is offered, and how the page names it.
fn methods(missing: &Missing) -> impl Iterator<Item = (AuthenticationMethod, Method)> + '_ {
    missing.offers.iter().filter_map(|method| Some((*method, method_shown(*method)?)))
}

/// How pages name a method; `None` for those that nobody is asked for in the middle of a sign-in.
pub(super) const fn method_shown(method: AuthenticationMethod) -> Option<Method> {
    Some(match method {
        AuthenticationMethod::Password => Method::Password,
        AuthenticationMethod::WebAuthn => Method::Passkey,
        AuthenticationMethod::Certificate => Method::Certificate,
        AuthenticationMethod::Totp => Method::Totp,
        AuthenticationMethod::SmsCode => Method::SmsCode,
        AuthenticationMethod::RecoveryCode => Method::RecoveryCode,
        AuthenticationMethod::CounterCode => Method::CounterCode,
        AuthenticationMethod::EmailCode => return None,
    })
}

/// What the account itself asks for is not said to be the portal's.
fn because(sign_in: &SignIn) -> view::Because {
    match &sign_in.state {
        Standing::Authenticated(by) if !by.meets(sign_in.demanded) => view::Because::Account,
        _ => view::Because::Purpose,
    }
}

async fn page(
    site: &Site,
    visit: &Visit,
    sign_in: &SignIn,
    missing: &Missing,
    fault: Option<Fault>,
) -> Result<Page, Failure> {
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let template = view::StepUp {
        form: layout::Form {
            action: format!("/sign-in/{}/step-up", sign_in.id),
            csrf: guard(sign_in, STEP).token(visit),
        },
        portal: portal(site, sign_in, &layout).await?,
        because: because(sign_in),
        person: whom::shown(&site.app, sign_in).await?.filter(|_| request(sign_in).is_some()),
        methods: methods(missing).map(|(_, method)| method).collect(),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}
