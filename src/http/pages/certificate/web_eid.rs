//! `/sign-in/{id}/certificate/web-eid`: the browser's extension has the card sign.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::{ended, problem, refused, told};
use crate::domain::sign_in::SignIn;
use crate::flows::certificate::web_eid::{answer, ask};
use crate::flows::certificate::{Refusal, Way, is_next};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::Page;
use crate::http::pages::frame::{Sent, guard, sent};
use crate::http::pages::identify::portal;
use crate::http::pages::{dispatch, leads_to, load, ui_locales};
use crate::web::certificate as view;
use crate::web::layout;

const STEP: &str = "web-eid";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    if !is_next(&site.app, &sign_in, Way::WebEid).await? {
        return dispatch(&site, &visit, sign_in).await;
    }
    Ok(page(&site, &visit, &sign_in, None).await?.into_response())
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
    let token = form.single("token")?.unwrap_or_default();
    let proof = answer(&site.app, &visit.visitor, sign_in.clone(), token).await?;
    match ended(&site, &visit, sign_in.clone(), proof).await? {
        Ok(response) => Ok(response),
        Err(refusal) => Ok(refused(page(&site, &visit, &sign_in, Some(&refusal)).await?, &refusal)),
    }
}

/// The page, with a new nonce.
async fn page(site: &Site, visit: &Visit, sign_in: &SignIn, refusal: Option<&Refusal>) -> Result<Page, Failure> {
    let nonce = ask(&site.app, sign_in).await?;
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let path = format!("/sign-in/{}/certificate", sign_in.id);
    let template = view::WebEid {
        form: layout::Form { action: format!("{path}/web-eid"), csrf: guard(sign_in, STEP).token(visit) },
        portal: portal(site, sign_in, &layout).await?,
        nonce: nonce.as_str().to_owned(),
        others: path,
        problem: refusal.map(|refusal| problem(visit, told::fault(refusal))),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}
