//! `/sign-in/{id}/certificate/remote`: whose telephone is asked, and then the code that both screens show until it has signed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue};

use super::{MALFORMED, called, ended, problem, refused, told};
use crate::domain::sign_in::SignIn;
use crate::flows::certificate::remote::{Asking, Waiting, ask, wait};
use crate::flows::certificate::{Way, is_next};
use crate::flows::sign_in::identify;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::{Page, SeeOther};
use crate::http::pages::frame::{Sent, guard, sent};
use crate::http::pages::identify::portal;
use crate::http::pages::schemes::{self, Typed};
use crate::http::pages::{dispatch, leads_to, load, ui_locales};
use crate::web::certificate as view;
use crate::web::layout;

const STEP: &str = "remote";

/// In seconds; a page that waits loads itself again, with script or without.
const AGAIN: &str = "3";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    if !is_next(&site.app, &sign_in, Way::Remote).await? {
        return dispatch(&site, &visit, sign_in).await;
    }
    match wait(&site.app, &visit.visitor, sign_in.clone()).await? {
        Waiting::Nothing => {
            let said = identify::named(&site.app, &sign_in)?;
            let typed = said.map_or_else(Typed::default, |said| Typed { name: said.typed, scheme: Some(said.scheme) });
            Ok(page(&site, &visit, &sign_in, typed, Shown::Asking(None)).await?.into_response())
        }
        Waiting::For { control_code } => {
            let page = page(&site, &visit, &sign_in, Typed::default(), Shown::Waiting(control_code)).await?;
            let mut response = page.into_response();
            response.headers_mut().insert(HeaderName::from_static("refresh"), HeaderValue::from_static(AGAIN));
            Ok(response)
        }
        Waiting::Ended(proof) => match ended(&site, &visit, sign_in.clone(), proof).await? {
            Ok(response) => Ok(response),
            Err(refusal) => {
                let fault = Shown::Asking(Some(told::fault(&refusal)));
                Ok(refused(page(&site, &visit, &sign_in, Typed::default(), fault).await?, &refusal))
            }
        },
    }
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    let sign_in = match sent(&site, &visit, &id, &form, STEP).await? {
        Sent::Own(sign_in) => sign_in,
        Sent::Answered(response) => return Ok(response),
    };
    let typed = Typed::sent(&site, &form)?;
    let layout = site.layout(&visit, ui_locales(&sign_in), None);
    let portal = portal(&site, &sign_in, &layout).await?;
    let named = called(portal.as_ref(), &site, &layout);
    let asked = match typed.scheme {
        Some(scheme) => ask(&site.app, &visit.visitor, &sign_in, named, (&typed.name, scheme)).await?,
        None => Asking::Malformed,
    };
    match asked {
        Asking::Waiting => Ok(SeeOther::to(visit.path.clone()).into_response()),
        Asking::Malformed => {
            let fault = Shown::Asking(Some(view::Fault::NumberMalformed));
            let shown = page(&site, &visit, &sign_in, typed, fault).await?;
            Ok(shown.with_status(MALFORMED).into_response())
        }
        Asking::Refused(proof) => match ended(&site, &visit, sign_in.clone(), proof).await? {
            Ok(response) => Ok(response),
            Err(refusal) => {
                let fault = Shown::Asking(Some(told::fault(&refusal)));
                Ok(refused(page(&site, &visit, &sign_in, typed, fault).await?, &refusal))
            }
        },
    }
}

/// What the page shows.
enum Shown {
    Asking(Option<view::Fault>),
    /// The code.
    Waiting(String),
}

async fn page(site: &Site, visit: &Visit, sign_in: &SignIn, typed: Typed, shown: Shown) -> Result<Page, Failure> {
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let path = format!("/sign-in/{}/certificate", sign_in.id);
    let (control_code, fault) = match shown {
        Shown::Asking(fault) => (None, fault),
        Shown::Waiting(code) => (Some(code), None),
    };
    let template = view::Remote {
        form: layout::Form { action: format!("{path}/remote"), csrf: guard(sign_in, STEP).token(visit) },
        portal: portal(site, sign_in, &layout).await?,
        schemes: schemes::shown(&site.app.settings.national_id, typed.scheme),
        username: typed.name,
        control_code,
        others: path,
        problem: fault.map(|fault| problem(visit, fault)),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}
