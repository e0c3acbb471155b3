//! `/account/activity`: every sign-in and every release of data, by cursor.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Uri;

use super::{Door, enter, events};
use crate::domain::ids::EventId;
use crate::flows::account;
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::Visit;
use crate::http::page::Page;
use crate::protocol::parameters::Parameters;
use crate::web::account::Activity;

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    let before: Option<EventId> = query.single("before")?.map(str::parse).transpose().map_err(|_| Fault::NotFound)?;
    let (page, next) = account::activity(&site.app, entered.citizen.id, before).await?;
    let template = Activity {
        events: events::shown(&site, &page, entered.layout.voice.language).await?,
        older: next.map(|id| format!("/account/activity?before={id}")),
        newest: before.map(|_| "/account/activity".to_owned()),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}
