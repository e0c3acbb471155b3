//! `/account/security/raise`: with a registrar's code, what was proven in this session counts for more.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use super::security::method;
use super::{Door, Entered, enter};
use crate::domain::ids::CredentialId;
use crate::flows::account::raise::{Raising, raisable, raise};
use crate::http::Site;
use crate::http::error::{Failure, Fault as Wrong};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::{Raisable, Raise};
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};

const PATH: &str = "/account/security/raise";
const GUARD: Guarded<'static> = Guarded::Account("raise");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    match enter(&site, &visit).await? {
        Door::Open(entered) => Ok(page(&site, &visit, *entered, None).await?.into_response()),
        Door::Closed(response) => Ok(response),
    }
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let chosen: Result<Vec<CredentialId>, _> = form.all("credential").map(str::parse).collect();
    let chosen = chosen.map_err(|_| Wrong::NotFound)?;
    let (fault, wait) = match form.single("code")? {
        None => (Fault::CodeMissing, None),
        Some(code) => match raise(&site.app, &visit.visitor, &entered.current, code, &chosen).await? {
            Raising::Done => return Ok(SeeOther::to("/account/security?done=raised").into_response()),
            Raising::WrongCode => (Fault::WrongIssuedCode, None),
            Raising::NothingChosen => (Fault::NothingChosen, None),
            Raising::Throttled { retry_after } => {
                let minutes = i64::try_from(retry_after.as_secs().div_ceil(60)).unwrap_or(i64::MAX);
                (Fault::TooManyTries { minutes }, Some(retry_after))
            }
        },
    };
    let status = if wait.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut response = page(&site, &visit, *entered, Some(fault)).await?.with_status(status).into_response();
    if let Some(wait) = wait {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    Ok(response)
}

async fn page(site: &Site, visit: &Visit, entered: Entered, fault: Option<Fault>) -> Result<Page, Failure> {
    let shown = raisable(&site.app, &entered.current).await?;
    Page::render(&Raise {
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(visit) },
        raisable: shown
            .iter()
            .map(|held| Raisable { id: held.id.to_string(), method: method(held), name: held.name.to_string() })
            .collect(),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        layout: entered.layout,
    })
}
