//! `/sign-in/{id}/counter`: with a code on paper, from an officer.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use super::identify::portal;
use super::welcome::welcome;
use super::{dispatch, extended, follow, leads_to, load, ui_locales};
use crate::domain::sign_in::SignIn;
use crate::flows::sign_in;
use crate::flows::sign_in::counter::{self, Proven, Refusal, prove};
use crate::flows::sign_in::whom::{self, Whom};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::Page;
use crate::web::counter as view;
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match page(&site, &visit, &sign_in, None).await? {
        Some(page) => Ok(page.into_response()),
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
    guard(&sign_in).check(&visit, &form)?;
    match form.single("choice")? {
        Some("cancel") => {
            let id = sign_in.id;
            return follow(&site, &visit, id, sign_in::cancel(&site.app, &visit.visitor, sign_in).await?);
        }
        Some("extend") => return extended(&site, sign_in, &visit.path).await,
        _ => {}
    }
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
            let mut response = refused(&site, &visit, sign_in, fault, StatusCode::TOO_MANY_REQUESTS).await?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(retry_after.as_secs().max(1)));
            Ok(response)
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
    match page(site, visit, &sign_in, Some(fault)).await? {
        Some(page) => Ok(page.with_status(status).into_response()),
        None => dispatch(site, visit, sign_in).await,
    }
}

fn guard(sign_in: &SignIn) -> Guarded<'static> {
    Guarded::SignIn { id: sign_in.id, step: "counter" }
}

/// The page, where somebody said who they are and the settings have such codes.
async fn page(site: &Site, visit: &Visit, sign_in: &SignIn, fault: Option<Fault>) -> Result<Option<Page>, Failure> {
    let asked = whom::expected(&site.app, sign_in).await?.filter(|_| counter::is_asked(&site.app, sign_in));
    let Some(Whom { shown, .. }) = asked else { return Ok(None) };
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let template = view::Counter {
        form: layout::Form { action: format!("/sign-in/{}/counter", sign_in.id), csrf: guard(sign_in).token(visit) },
        portal: portal(site, sign_in, &layout).await?,
        username_shown: shown,
        change: format!("/sign-in/{}", sign_in.id),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Some(Page::render(&template)?.leading_to(leads_to(sign_in))))
}
