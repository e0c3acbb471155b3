//! `/account/not-me`: the account is closed in one action.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::{Door, enter};
use crate::flows::account::not_me;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::NotMe;
use crate::web::layout;

const GUARD: Guarded<'static> = Guarded::Account("not-me");

pub async fn ask(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let template = NotMe {
        form: layout::Form { action: "/account/not-me".to_owned(), csrf: GUARD.token(&visit) },
        keep: "/account/activity".to_owned(),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

pub async fn lock(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    not_me::lock(&site.app, &visit.visitor, &entered.current).await?;
    Ok(SeeOther::to("/signed-out").into_response())
}
