//! `/account/security/second-step`: whether every sign-in asks for a second step.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::{Door, enter_for_sensitive};
use crate::domain::citizen::SecondStep;
use crate::flows::account::second_step;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::SeeOther;

pub(super) const PATH: &str = "/account/security/second-step";
pub(super) const GUARD: Guarded<'static> = Guarded::Account("second-step");

pub async fn switch(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter_for_sensitive(&site, &visit, "/account/security").await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let (wish, done) = match form.single("choice")? {
        Some("always") => (SecondStep::Always, "second-step-on"),
        Some("where-asked") => (SecondStep::WhereAsked, "second-step-off"),
        // Nothing was chosen: nothing is switched.
        _ => return Ok(SeeOther::to("/account/security").into_response()),
    };
    second_step::switch(&site.app, &visit.visitor, &entered.current, wish).await?;
    Ok(SeeOther::to(format!("/account/security?done={done}")).into_response())
}
