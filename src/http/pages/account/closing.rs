//! `/account/close`: its owner wants it closed, after a time to think again.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::{Door, enter, enter_for_sensitive};
use crate::flows::account::closing;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::CloseAccount;
use crate::web::layout;
use crate::web::text::Moment;

const PATH: &str = "/account/close";
const GUARD: Guarded<'static> = Guarded::Account("close");
pub(super) const KEEP: &str = "/account/close/keep";
pub(super) const KEEP_GUARD: Guarded<'static> = Guarded::Account("keep");

pub async fn ask(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let entered = match enter_for_sensitive(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let closes_at = site.app.clock.now() + site.app.settings.accounts.closing_delay;
    let template = CloseAccount {
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(&visit) },
        closes_at: Moment::from_micros(closes_at.micros()),
        keep: "/account/security".to_owned(),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

pub async fn close(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter_for_sensitive(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    closing::ask(&site.app, &visit.visitor, &entered.current).await?;
    Ok(SeeOther::to("/account").into_response())
}

/// They have thought again.
pub async fn keep(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    KEEP_GUARD.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    closing::keep(&site.app, &visit.visitor, &entered.current).await?;
    Ok(SeeOther::to("/account").into_response())
}
