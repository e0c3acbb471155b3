//! `/sign-in/{id}/certificate/signature`: a text, and a signature over it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::{called, ended, problem, refused, told};
use crate::domain::sign_in::SignIn;
use crate::flows::certificate::signature::{answer, ask};
use crate::flows::certificate::{Refusal, Way, is_next};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::{Page, safety};
use crate::http::pages::frame::{Sent, guard, sent};
use crate::http::pages::identify::portal;
use crate::http::pages::{dispatch, leads_to, load, ui_locales};
use crate::web::certificate as view;
use crate::web::layout;

const STEP: &str = "signature";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    if !is_next(&site.app, &sign_in, Way::Signature).await? {
        return dispatch(&site, &visit, sign_in).await;
    }
    Ok(page(&site, &visit, &sign_in, None).await?.into_response())
}

/// The text itself, byte for byte.
pub async fn text(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    if !is_next(&site.app, &sign_in, Way::Signature).await? {
        return dispatch(&site, &visit, sign_in).await;
    }
    let layout = site.layout(&visit, ui_locales(&sign_in), None);
    let portal = portal(&site, &sign_in, &layout).await?;
    let challenge = ask(&site.app, &sign_in, called(portal.as_ref(), &site, &layout)).await?;
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"senid-sign-in.txt\""),
        (CACHE_CONTROL, "no-store"),
    ];
    let mut response = (headers, challenge.as_str().to_owned()).into_response();
    response.headers_mut().extend(safety());
    Ok(response)
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
    let signature = form.single("signature")?.unwrap_or_default();
    let proof = answer(&site.app, &visit.visitor, sign_in.clone(), signature).await?;
    match ended(&site, &visit, sign_in.clone(), proof).await? {
        Ok(response) => Ok(response),
        Err(refusal) => Ok(refused(page(&site, &visit, &sign_in, Some(&refusal)).await?, &refusal)),
    }
}

async fn page(site: &Site, visit: &Visit, sign_in: &SignIn, refusal: Option<&Refusal>) -> Result<Page, Failure> {
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let portal = portal(site, sign_in, &layout).await?;
    let challenge = ask(&site.app, sign_in, called(portal.as_ref(), site, &layout)).await?;
    let path = format!("/sign-in/{}/certificate", sign_in.id);
    let template = view::Signature {
        form: layout::Form { action: format!("{path}/signature"), csrf: guard(sign_in, STEP).token(visit) },
        portal,
        encoded: STANDARD.encode(challenge.as_str()),
        text: challenge.as_str().to_owned(),
        download: format!("{path}/signature/text"),
        others: path,
        problem: refusal.map(|refusal| problem(visit, told::fault(refusal))),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}
