//! `/sign-in/{id}/create`: how to get an account, before the sign-in (`prompt=create`).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::frame::{Sent, guard, sent};
use super::identify::portal;
use super::{dispatch, leads_to, load, ui_locales};
use crate::domain::sign_in::{SignIn, State as Standing};
use crate::flows::self_registration;
use crate::flows::sign_in::create;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::Page;
use crate::web::create as view;
use crate::web::layout;

const STEP: &str = "create";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match sign_in.state {
        Standing::Offered => Ok(page(&site, &visit, &sign_in).await?.into_response()),
        _ => dispatch(&site, &visit, sign_in).await,
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
    match form.single("choice")? {
        Some("have-account") => {
            let went_on = create::go_on(&site.app, sign_in.clone()).await?;
            dispatch(&site, &visit, went_on.unwrap_or(sign_in)).await
        }
        // Nothing was chosen: nothing is done, and the page stands.
        _ => dispatch(&site, &visit, sign_in).await,
    }
}

async fn page(site: &Site, visit: &Visit, sign_in: &SignIn) -> Result<Page, Failure> {
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let template = view::Create {
        form: layout::Form {
            action: format!("/sign-in/{}/create", sign_in.id),
            csrf: guard(sign_in, STEP).token(visit),
        },
        portal: portal(site, sign_in, &layout).await?,
        registration: match self_registration::is_offered(&site.app) {
            true => Some(view::Registration::Here(format!("/sign-in/{}/register", sign_in.id))),
            false => {
                let elsewhere = site.app.settings.authority.registration_url.as_ref();
                elsewhere.map(|url| view::Registration::Elsewhere(url.to_string()))
            }
        },
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Page::render(&template)?.leading_to(leads_to(sign_in)))
}
