//! `/admin/bootstrap/{link}`: makes the first administrator of whoever opens the link and proves who they are.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::{closed, prove_again, signed_in};
use crate::flows::admin::bootstrap::{self, Opened};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::Page;
use crate::web::admin::{Bootstrap, BootstrapOutcome, Why};
use crate::web::layout;

const GUARD: Guarded<'static> = Guarded::Account("bootstrap");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(link): Path<String>) -> Result<Response, Failure> {
    answer(&site, &visit, &link, Step::Show).await
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(link): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    answer(&site, &visit, &link, Step::Submit).await
}

#[derive(Clone, Copy)]
enum Step {
    Show,
    Submit,
}

async fn answer(site: &Site, visit: &Visit, link: &str, step: Step) -> Result<Response, Failure> {
    let path = format!("/admin/bootstrap/{link}");
    let Some((current, layout)) = signed_in(site, visit).await? else {
        return prove_again(site, visit, &path).await;
    };
    let opened = match step {
        Step::Show => bootstrap::look(&site.app, &current, link).await?,
        Step::Submit => bootstrap::redeem(&site.app, &visit.visitor, &current, link).await?,
    };
    let name = layout.citizen.as_ref().map(|citizen| citizen.name.clone()).unwrap_or_default();
    let outcome = match (opened, step) {
        (Opened::StepUp, _) => return prove_again(site, visit, &path).await,
        (Opened::Unable, _) => return closed(layout, Why::Unable),
        (Opened::Gone, _) => return closed(layout, Why::LinkGone),
        (Opened::Ready, Step::Show) => BootstrapOutcome::Ask(layout::Form { action: path, csrf: GUARD.token(visit) }),
        (Opened::Ready, Step::Submit) => BootstrapOutcome::Done,
    };
    Ok(Page::render(&Bootstrap { layout, name, outcome })?.into_response())
}
