//! `/sign-in/{id}/certificate`: the ways to present a certificate, a file each. What is refused comes back to the choice, or to its
//! own page where the person can mend it there.

pub mod connection;
pub mod remote;
pub mod signature;
pub mod web_eid;

mod told;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::frame::{Sent, guard, later, sent};
use super::identify::portal;
use super::welcome::welcome;
use super::{dispatch, leads_to, load, ui_locales};
use crate::domain::sign_in::{Purpose, SignIn};
use crate::flows::certificate::{self, Proof, Refusal, Way};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::certificate as view;
use crate::web::layout;

const STEP: &str = "certificate";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    if !certificate::comes_next(&site.app, &sign_in).await? {
        return dispatch(&site, &visit, sign_in).await;
    }
    Ok(choice(&site, &visit, &sign_in, None).await?.into_response())
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    match sent(&site, &visit, &id, &form, STEP).await? {
        Sent::Own(sign_in) => Ok(choice(&site, &visit, &sign_in, None).await?.into_response()),
        Sent::Answered(response) => Ok(response),
    }
}

/// Signed in, or on to what comes next; else why not.
async fn ended(
    site: &Site,
    visit: &Visit,
    sign_in: SignIn,
    proof: Proof,
) -> Result<Result<Response, Refusal>, Failure> {
    match proof {
        Proof::Given(signed_in) => welcome(site, visit, *signed_in).await.map(Ok),
        Proof::Added => Ok(Ok(SeeOther::to("/account/security?done=added".to_owned()).into_response())),
        Proof::OutOfOrder(_) => dispatch(site, visit, sign_in).await.map(Ok),
        Proof::Refused(refusal) => Ok(Err(refusal)),
    }
}

/// A page that says why, as its status does.
fn refused(page: Page, refusal: &Refusal) -> Response {
    let response = page.with_status(told::status(refusal)).into_response();
    match refusal {
        Refusal::Throttled { retry_after } => later(response, *retry_after),
        _ => response,
    }
}

fn problem(visit: &Visit, fault: view::Fault) -> view::Problem {
    view::Problem { fault, reference: visit.visitor.request.to_string() }
}

/// The choice of ways, with what was wrong with the last one.
async fn choice(site: &Site, visit: &Visit, sign_in: &SignIn, refusal: Option<&Refusal>) -> Result<Page, Failure> {
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let path = format!("/sign-in/{}/certificate", sign_in.id);
    let link = |way| {
        let (way, page) = match way {
            Way::Connection => (view::Way::Connection, "card"),
            Way::WebEid => (view::Way::WebEid, "web-eid"),
            Way::Signature => (view::Way::Signature, "signature"),
            Way::Remote => (view::Way::Remote, "remote"),
        };
        view::WayLink { way, path: format!("{path}/{page}") }
    };
    let adds = matches!(sign_in.purpose, Purpose::NewCertificate { .. });
    let template = view::Ways {
        heading: if adds { view::Heading::Add } else { view::Heading::SignIn },
        form: layout::Form { action: path.clone(), csrf: guard(sign_in, STEP).token(visit) },
        portal: portal(site, sign_in, &layout).await?,
        ways: certificate::leading_on(&site.app, sign_in).await?.into_iter().map(link).collect(),
        others: (!adds).then(|| format!("/sign-in/{}", sign_in.id)),
        problem: refusal.map(|refusal| problem(visit, told::fault(refusal))),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}

/// The name of whom the person signs in to, in the page's language.
fn called<'n>(portal: Option<&'n layout::Portal>, site: &'n Site, layout: &layout::Layout) -> &'n str {
    portal.map_or_else(|| site.brand.service.of(layout.voice.language), |portal| &portal.name)
}

const MALFORMED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
