//! `/account/not-me`: the account is closed in one action.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Uri;

use super::{Door, Entered, activity, enter, events};
use crate::domain::ids::EventId;
use crate::flows::account::{self, RecordedEvent, not_me};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::protocol::parameters::Parameters;
use crate::web::account::{Locked, NotMe};
use crate::web::layout;

pub const PATH: &str = "/account/not-me";
pub const LOCKED: &str = "/account/locked";
const GUARD: Guarded<'static> = Guarded::Account("not-me");

pub async fn ask(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    let about = about(&site, &entered, &query).await?;
    let shown = events::shown(&site, about.as_slice(), entered.layout.voice.language).await?;
    let template = NotMe {
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(&visit) },
        about: about.map(|event| event.id.to_string()).zip(shown.into_iter().next()),
        keep: activity::PATH.to_owned(),
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
    let about = about(&site, &entered, &form).await?.map(|event| event.id);
    not_me::lock(&site.app, &visit.visitor, &entered.current, about).await?;
    Ok(SeeOther::to(LOCKED).into_response())
}

/// What they do now. It is open to everybody, and says nothing of anybody.
pub async fn locked(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    Ok(Page::render(&Locked { layout: site.layout(&visit, &[], None) })?.into_response())
}

/// The line of their activity that they say it of, where they came from one.
async fn about(site: &Site, entered: &Entered, asked: &Parameters) -> Result<Option<RecordedEvent>, Failure> {
    let Some(id) = asked.single("event")? else { return Ok(None) };
    let id: EventId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = account::activity::find(&site.app, entered.citizen.id, id).await?;
    Ok(Some(found.ok_or(Fault::NotFound)?))
}
