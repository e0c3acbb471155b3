//! `/account/linked-accounts/{id}/end`: asks first; then the account is nobody's any more.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::super::{Door, enter_for_sensitive};
use super::{PATH as LIST, end_path, shown};
use crate::domain::ids::LinkId;
use crate::flows::account::linked_accounts;
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::EndLink;
use crate::web::layout;

const GUARD: Guarded<'static> = Guarded::Account("link end");

pub async fn ask(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let id: LinkId = id.parse().map_err(|_| Fault::NotFound)?;
    let entered = match enter_for_sensitive(&site, &visit, &end_path(id)).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let links = linked_accounts::list(&site.app, entered.citizen.id).await?;
    let link = links.iter().find(|link| link.id == id).ok_or(Fault::NotFound)?;
    let template = EndLink {
        form: layout::Form { action: end_path(id), csrf: GUARD.token(&visit) },
        link: shown(&site, link, entered.layout.voice.language).await?,
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

pub async fn end(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let id: LinkId = id.parse().map_err(|_| Fault::NotFound)?;
    let entered = match enter_for_sensitive(&site, &visit, &end_path(id)).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    linked_accounts::end(&site.app, &visit.visitor, &entered.current, id).await?;
    Ok(SeeOther::to(format!("{LIST}?done=ended")).into_response())
}
