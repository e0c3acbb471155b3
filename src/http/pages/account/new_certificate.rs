//! `/account/security/certificates/new`: on to the ceremony in which a certificate is shown that the account is to know. Where one may
//! raise the account to level 2, its owner is first asked whether whatever else opens it is theirs: an impostor who opened it would
//! be raised with them.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::confirm::enter_to_add;
use super::security::method;
use super::{Door, Entered, to_sign_in};
use crate::domain::assurance::AccountLevel;
use crate::flows::account::credentials;
use crate::flows::{certificate, sign_in};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::Page;
use crate::web::account::{NewCertificate, Opener};
use crate::web::layout;

const PATH: &str = "/account/security/certificates/new";
const GUARD: Guarded<'static> = Guarded::Account("new-certificate");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    if !may_raise(&site, &entered) {
        return begin(&site, &visit, &entered, false).await;
    }
    let held = credentials::list(&site.app, entered.current.citizen()).await?;
    let openers = held.iter().map(|own| Opener {
        id: own.credential.id.to_string(),
        method: method(&own.credential),
        name: own.credential.name.to_string(),
    });
    let form = layout::Form { action: PATH.to_owned(), csrf: GUARD.token(&visit) };
    Ok(Page::render(&NewCertificate { form, openers: openers.collect(), layout: entered.layout })?.into_response())
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let held = credentials::list(&site.app, entered.current.citizen()).await?;
    let seen: Vec<&str> = form.all("shown").collect();
    let all_were_seen = held.iter().all(|own| seen.contains(&own.credential.id.to_string().as_str()));
    let all_is_theirs = form.single("mine")? == Some("yes") && all_were_seen && may_raise(&site, &entered);
    begin(&site, &visit, &entered, all_is_theirs).await
}

async fn enter(site: &Site, visit: &Visit) -> Result<Door, Failure> {
    match is_offered(site) {
        true => enter_to_add(site, visit, PATH).await,
        false => Err(Fault::NotFound.into()),
    }
}

/// Whether a certificate could raise the account: those of some authority do, and it is of level 1.
fn may_raise(site: &Site, entered: &Entered) -> bool {
    site.app.settings.proves_by_certificate() && entered.citizen.account_level == AccountLevel::Registered
}

async fn begin(site: &Site, visit: &Visit, entered: &Entered, all_is_theirs: bool) -> Result<Response, Failure> {
    let begun = sign_in::begin_for_certificate(&site.app, &visit.visitor, &entered.current, all_is_theirs).await?;
    Ok(to_sign_in(site, &begun))
}

/// Whether one can be shown here at all.
pub(super) fn is_offered(site: &Site) -> bool {
    !certificate::ways(&site.app, None).is_empty()
}
