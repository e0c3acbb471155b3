//! `/account`: the account at a glance.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::closing::{KEEP, KEEP_GUARD};
use super::family::path;
use super::security::method;
use super::{Door, Entered, data, enter, events};
use crate::domain::assurance::{AccountLevel, AuthenticationMethod};
use crate::domain::message::Channel;
use crate::domain::time::Timestamp;
use crate::flows::account::activity::{self, Wanted};
use crate::flows::account::{closing, credentials, data as data_of, family, password};
use crate::flows::backchannel::incoming;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::http::page::Page;
use crate::web::account::{Closing, Level, Missing, Overview, SignInMethod, WardLink};
use crate::web::claims::Method;
use crate::web::layout;
use crate::web::text::Moment;

/// How much of the activity the overview shows.
const RECENT: usize = 5;

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let (recent, _) = activity::list(&site.app, entered.citizen.id, &Wanted::default(), None).await?;
    let mut recent = events::shown(&site, &recent, entered.layout.voice.language).await?;
    recent.truncate(RECENT);
    let wards = family::wards(&site.app, entered.citizen.id).await?;
    let methods = methods(&site, &entered).await?;
    let template = Overview {
        name: entered.citizen.profile.name.clone(),
        level: level(entered.citizen.account_level),
        missing: missing(&site, &entered, &methods),
        verified: data_of::verified(&site.app, entered.citizen.id).await?.first().map(data::shown),
        methods,
        closing: closing::closes_at(&site.app, &entered.current).await?.map(|at| Closing {
            at: Moment::from_micros(at.micros()),
            keep: layout::Form { action: KEEP.to_owned(), csrf: KEEP_GUARD.token(&visit) },
        }),
        family: wards.iter().map(link).collect(),
        recent,
        waiting: incoming::list(&site.app, entered.citizen.id).await?.len(),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

fn link(ward: &family::Ward) -> WardLink {
    WardLink { name: ward.citizen.profile.name.clone(), page: path(ward) }
}

pub(super) const fn level(level: AccountLevel) -> Level {
    match level {
        AccountLevel::SelfAsserted => Level::Asserted,
        AccountLevel::Registered => Level::Matched,
        AccountLevel::Proven => Level::Proven,
    }
}

/// What somebody who stole a password would hope for.
fn missing(site: &Site, entered: &Entered, methods: &[SignInMethod]) -> Vec<Missing> {
    let messages = &site.app.settings.messages;
    let is_offered = Channel::ALL.into_iter().any(|channel| messages.offers(channel));
    let is_reached = Channel::ALL.into_iter().any(|channel| channel.verified_of(&entered.citizen.profile).is_some());
    let has_more = methods.iter().any(|row| row.method != Method::Password);
    let found = [(is_offered && !is_reached, Missing::Contact), (!has_more, Missing::SecondStep)];
    found.into_iter().filter_map(|(is_missing, what)| is_missing.then_some(what)).collect()
}

/// What they have set up, and when each was last used: of a password nothing but this session knows it.
async fn methods(site: &Site, entered: &Entered) -> Result<Vec<SignInMethod>, Failure> {
    let moment = |at: Timestamp| Moment::from_micros(at.micros());
    let citizen = entered.citizen.id;
    let mut methods = Vec::new();
    if password::set_at(&site.app, citizen).await?.is_some() {
        let mut proofs = entered.current.session.authentication.proofs.iter();
        let typed = proofs.find(|proof| proof.method == AuthenticationMethod::Password);
        methods.push(SignInMethod { method: Method::Password, last_used: typed.map(|proof| moment(proof.at)) });
    }
    for own in credentials::list(&site.app, citizen).await? {
        let held = own.credential;
        methods.push(SignInMethod { method: method(&held), last_used: held.last_used_at.map(moment) });
    }
    Ok(methods)
}
