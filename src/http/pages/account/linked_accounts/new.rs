//! `/account/linked-accounts/new`: what a code is of is shown to whoever has it, who then says that it is theirs.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use super::super::{Door, Entered, enter_for_sensitive};
use super::PATH as LIST;
use crate::flows::account::linked_accounts::{self, Answer, Offered};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::{NewLink, OfferedAccount};
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};

const PATH: &str = "/account/linked-accounts/new";
const GUARD: Guarded<'static> = Guarded::Account("link account");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    match enter_for_sensitive(&site, &visit, PATH).await? {
        Door::Open(entered) => Ok(page(&site, &visit, *entered, "", None, None)?.into_response()),
        Door::Closed(response) => Ok(response),
    }
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter_for_sensitive(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let code = form.single("code")?.unwrap_or_default();
    if code.trim().is_empty() {
        return refused(&site, &visit, *entered, code, (Fault::CodeMissing, None));
    }
    let (app, visitor) = (&site.app, &visit.visitor);
    // Nothing is linked by a form that does not say so.
    let fault = match form.single("choice")? {
        Some("link") => match linked_accounts::link(app, visitor, &entered.current, code).await? {
            Answer::Done(_) => return Ok(SeeOther::to(format!("{LIST}?done=linked")).into_response()),
            Answer::SignedOut => return Ok(SeeOther::to(PATH.to_owned()).into_response()),
            Answer::WrongCode => (Fault::WrongLinkCode, None),
            Answer::Throttled { retry_after } => throttled(retry_after),
        },
        _ => match linked_accounts::offered(app, visitor, &entered.current, code).await? {
            Answer::Done(offered) => {
                return Ok(page(&site, &visit, *entered, code, Some(offered), None)?.into_response());
            }
            Answer::SignedOut => return Ok(SeeOther::to(PATH.to_owned()).into_response()),
            Answer::WrongCode => (Fault::WrongLinkCode, None),
            Answer::Throttled { retry_after } => throttled(retry_after),
        },
    };
    refused(&site, &visit, *entered, code, fault)
}

fn throttled(retry_after: Duration) -> (Fault, Option<Duration>) {
    let minutes = i64::try_from(retry_after.as_secs().div_ceil(60)).unwrap_or(i64::MAX);
    (Fault::TooManyTries { minutes }, Some(retry_after))
}

fn refused(
    site: &Site,
    visit: &Visit,
    entered: Entered,
    code: &str,
    (fault, wait): (Fault, Option<Duration>),
) -> Result<Response, Failure> {
    let status = if wait.is_some() { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut response = page(site, visit, entered, code, None, Some(fault))?.with_status(status).into_response();
    if let Some(wait) = wait {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    Ok(response)
}

fn page(
    site: &Site,
    visit: &Visit,
    entered: Entered,
    code: &str,
    offered: Option<Offered>,
    fault: Option<Fault>,
) -> Result<Page, Failure> {
    let language = entered.layout.voice.language;
    Page::render(&NewLink {
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(visit) },
        code: code.to_owned(),
        offered: offered.map(|offered| OfferedAccount {
            portal: site.portal(&offered.client, language),
            account: offered.account.shown(),
        }),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        layout: entered.layout,
    })
}
