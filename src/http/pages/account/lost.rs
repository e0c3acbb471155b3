//! `/account/security/lost`: what was lost is removed, once it has cooled off; `/account/security/recovery/stop`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::{Door, enter};
use crate::flows::recover::lost::{self, Lost as Ended};
use crate::flows::recover::stop as stopping;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::http::pages::recover::hours;
use crate::web::account::Lost;
use crate::web::layout;

const PATH: &str = "/account/security/lost";
const GUARD: Guarded<'static> = Guarded::Account("lost");
pub(super) const STOP: Guarded<'static> = Guarded::Account("stop-recovery");
pub(super) const STOP_PATH: &str = "/account/security/recovery/stop";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let may = match lost::may_begin(&site.app, &entered.current).await? {
        Some(Ended::NothingToWaitFor) => return Ok(SeeOther::to("/account/security").into_response()),
        other => other.is_none(),
    };
    let template = Lost {
        form: may.then(|| layout::Form { action: PATH.to_owned(), csrf: GUARD.token(&visit) }),
        hours: hours(&site),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let path = match lost::begin(&site.app, &visit.visitor, &entered.current).await? {
        Ended::Waiting { .. } => "/account/security?done=recovery",
        Ended::NothingToWaitFor => "/account/security",
        Ended::TooLittle => PATH,
    };
    Ok(SeeOther::to(path).into_response())
}

/// Any session of theirs stops it, whatever was proven in it: what it stops is asked for again in a minute.
pub async fn stop(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    STOP.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    stopping::from_account(&site.app, &visit.visitor, &entered.current).await?;
    Ok(SeeOther::to("/account/security?done=stopped").into_response())
}
