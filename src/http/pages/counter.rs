//! `/sign-in/{id}/counter`: with a code on paper, from an officer.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;

use super::frame::{Sent, guard, later, sent, shown};
use super::identify::portal;
use super::welcome::welcome;
use super::{dispatch, leads_to, load, ui_locales};
use crate::domain::sign_in::SignIn;
use crate::flows::sign_in::counter::{self, Proven, Refusal, prove};
use crate::flows::sign_in::whom::{self, Whom};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::Page;
use crate::web::counter as view;
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};

const STEP: &str = "counter";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    let page = page(&site, &visit, &sign_in, None).await?;
    shown(&site, &visit, sign_in, page, StatusCode::OK).await
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
    let Some(code) = form.single("code")? else {
        return refused(&site, &visit, sign_in, Fault::CodeMissing, StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    match prove(&site.app, &visit.visitor, sign_in.clone(), code).await? {
        Proven::Given(signed_in) => welcome(&site, &visit, *signed_in).await,
        Proven::OutOfOrder(_) => dispatch(&site, &visit, sign_in).await,
        Proven::Refused(Refusal::WrongNameOrCode) => {
            refused(&site, &visit, sign_in, Fault::WrongIdentifierOrCode, StatusCode::UNAUTHORIZED).await
        }
        Proven::Refused(Refusal::Throttled { retry_after }) => {
            let minutes = i64::try_from(retry_after.as_secs().div_ceil(60)).unwrap_or(i64::MAX);
            let fault = Fault::TooManyTries { minutes };
            let response = refused(&site, &visit, sign_in, fault, StatusCode::TOO_MANY_REQUESTS).await?;
            Ok(later(response, retry_after))
        }
    }
}

async fn refused(
    site: &Site,
    visit: &Visit,
    sign_in: SignIn,
    fault: Fault,
    status: StatusCode,
) -> Result<Response, Failure> {
    let page = page(site, visit, &sign_in, Some(fault)).await?;
    shown(site, visit, sign_in, page, status).await
}

/// The page, where somebody said who they are and the settings have such codes.
async fn page(site: &Site, visit: &Visit, sign_in: &SignIn, fault: Option<Fault>) -> Result<Option<Page>, Failure> {
    let asked = whom::expected(&site.app, sign_in).await?.filter(|_| counter::is_asked(&site.app, sign_in));
    let Some(Whom { shown: username_shown, .. }) = asked else { return Ok(None) };
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let template = view::Counter {
        form: layout::Form {
            action: format!("/sign-in/{}/counter", sign_in.id),
            csrf: guard(sign_in, STEP).token(visit),
        },
        portal: portal(site, sign_in, &layout).await?,
        username_shown,
        change: format!("/sign-in/{}", sign_in.id),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Some(Page::render(&template)?.leading_to(leads_to(sign_in))))
}
