//! `/account`: the account at a glance.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::{Door, enter, events};
use crate::domain::assurance::AccountLevel;
use crate::flows::account;
use crate::flows::backchannel::incoming;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::http::page::Page;
use crate::web::account::{Level, Overview, SignInMethod};
use crate::web::claims::Method;
use crate::web::text::Moment;

/// How much of the activity the overview shows.
const RECENT: usize = 5;

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let (recent, _) = account::activity(&site.app, entered.citizen.id, None).await?;
    let mut recent = events::shown(&site, &recent, entered.layout.voice.language).await?;
    recent.truncate(RECENT);
    let last_used = Moment::from_micros(entered.current.session.authentication.auth_time.micros());
    let template = Overview {
        name: entered.citizen.profile.name.clone(),
        level: match entered.citizen.account_level {
            AccountLevel::SelfAsserted => Level::Asserted,
            AccountLevel::Registered => Level::Matched,
            AccountLevel::Proven => Level::Proven,
        },
        methods: vec![SignInMethod { method: Method::Password, last_used: Some(last_used) }],
        recent,
        waiting: incoming::list(&site.app, entered.citizen.id).await?.len(),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}
