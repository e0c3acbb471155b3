//! `/sign-in/{id}/sandbox`: who signs in and what goes wrong, in a sandbox. Elsewhere there is no such page.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::frame::{Sent, guard, sent};
use super::welcome::welcome;
use super::{dispatch, leads_to, load, ui_locales};
use crate::domain::ids::CitizenId;
use crate::domain::sandbox::{Fault, Place};
use crate::domain::sign_in::SignIn;
use crate::flows::sandbox::{self, Choice};
use crate::flows::sign_in::whom;
use crate::http::Site;
use crate::http::error::{self, Failure};
use crate::http::extract::{Form, Visit};
use crate::http::page::Page;
use crate::web::layout;
use crate::web::sandbox as view;
use crate::web::text::{TextId, id};

const STEP: &str = "sandbox";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    only_here(&site)?;
    let sign_in = load(&site, &visit, &id).await?;
    match page(&site, &visit, &sign_in, false).await? {
        Some(page) => Ok(page.into_response()),
        None => dispatch(&site, &visit, sign_in).await,
    }
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    only_here(&site)?;
    let sign_in = match sent(&site, &visit, &id, &form, STEP).await? {
        Sent::Own(sign_in) => sign_in,
        Sent::Answered(response) => return Ok(response),
    };
    if !sandbox::is_asked(&site.app, &sign_in) {
        return dispatch(&site, &visit, sign_in).await;
    }
    let chosen = match (read::<CitizenId>(form.single("citizen")?), read::<Fault>(form.single("fault")?)) {
        (Ok(citizen), Ok(fault)) => sandbox::choose(&site.app, &visit.visitor, sign_in.clone(), citizen, fault).await?,
        _ => Choice::NotOffered,
    };
    match chosen {
        Choice::GoOn(sign_in) => dispatch(&site, &visit, *sign_in).await,
        Choice::SignedIn(signed_in) => welcome(&site, &visit, *signed_in).await,
        Choice::NotOffered => match page(&site, &visit, &sign_in, true).await? {
            Some(page) => Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response()),
            None => dispatch(&site, &visit, sign_in).await,
        },
    }
}

/// # Errors
/// `NotFound` where this is no sandbox: whoever asks is told nothing else, whatever sign-in they name.
fn only_here(site: &Site) -> Result<(), Failure> {
    match site.app.mode.is_sandbox() {
        true => Ok(()),
        false => Err(error::Fault::NotFound.into()),
    }
}

/// A field that may be empty; `Err` for what is none of its values.
fn read<T: std::str::FromStr>(sent: Option<&str>) -> Result<Option<T>, T::Err> {
    sent.filter(|text| !text.is_empty()).map(str::parse).transpose()
}

async fn page(site: &Site, visit: &Visit, sign_in: &SignIn, stale: bool) -> Result<Option<Page>, Failure> {
    let Some(client) = sign_in.purpose.client().filter(|_| sandbox::is_asked(&site.app, sign_in)) else {
        return Ok(None);
    };
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let client = site.app.clients.load(&site.app, client).await?;
    let people = sandbox::people(&site.app).await?.into_iter().map(|citizen| view::Person {
        id: citizen.id.to_string(),
        number: citizen.national_id.masked(),
        name: citizen.profile.name,
    });
    let template = view::Sandbox {
        form: layout::Form {
            action: format!("/sign-in/{}/sandbox", sign_in.id),
            csrf: guard(sign_in, STEP).token(visit),
        },
        portal: site.portal(&client, layout.voice.language),
        person: whom::shown(&site.app, sign_in).await?,
        people: people.collect(),
        groups: Place::ALL.map(group).into(),
        stale,
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Some(Page::render(&template)?.leading_to(leads_to(sign_in))))
}

fn group(place: Place) -> view::Group {
    let of_place = Fault::ALL.into_iter().filter(|fault| fault.place() == place);
    let shown = of_place.map(|fault| {
        let (what, expected) = words(fault);
        view::Fault { value: fault.as_str(), what, expected }
    });
    let title = match place {
        Place::Answer => id("sandbox-at-answer"),
        Place::TokenEndpoint => id("sandbox-at-token-endpoint"),
        Place::Claims => id("sandbox-at-claims"),
        Place::Signature => id("sandbox-at-signature"),
    };
    view::Group { title, faults: shown.collect() }
}

/// What goes wrong, and what the portal should do.
const fn words(fault: Fault) -> (TextId, TextId) {
    match fault {
        Fault::AccessDenied => (id("sandbox-access-denied"), id("sandbox-access-denied-expected")),
        Fault::LoginRequired => (id("sandbox-login-required"), id("sandbox-login-required-expected")),
        Fault::TemporarilyUnavailable => {
            (id("sandbox-temporarily-unavailable"), id("sandbox-temporarily-unavailable-expected"))
        }
        Fault::ServerError => (id("sandbox-server-error"), id("sandbox-server-error-expected")),
        Fault::WrongState => (id("sandbox-wrong-state"), id("sandbox-wrong-state-expected")),
        Fault::MissingIssuer => (id("sandbox-missing-issuer"), id("sandbox-missing-issuer-expected")),
        Fault::OtherIssuer => (id("sandbox-other-issuer"), id("sandbox-other-issuer-expected")),
        Fault::ExpiredCode => (id("sandbox-expired-code"), id("sandbox-expired-code-expected")),
        Fault::UsedCode => (id("sandbox-used-code"), id("sandbox-used-code-expected")),
        Fault::Unavailable => (id("sandbox-unavailable"), id("sandbox-unavailable-expected")),
        Fault::Slow => (id("sandbox-slow"), id("sandbox-slow-expected")),
        Fault::WrongNonce => (id("sandbox-wrong-nonce"), id("sandbox-wrong-nonce-expected")),
        Fault::WrongAudience => (id("sandbox-wrong-audience"), id("sandbox-wrong-audience-expected")),
        Fault::WrongIssuer => (id("sandbox-wrong-issuer"), id("sandbox-wrong-issuer-expected")),
        Fault::ExpiredToken => (id("sandbox-expired-token"), id("sandbox-expired-token-expected")),
        Fault::MissingSubject => (id("sandbox-missing-subject"), id("sandbox-missing-subject-expected")),
        Fault::LowerLevel => (id("sandbox-lower-level"), id("sandbox-lower-level-expected")),
        Fault::RotatedKey => (id("sandbox-rotated-key"), id("sandbox-rotated-key-expected")),
        Fault::UnknownKey => (id("sandbox-unknown-key"), id("sandbox-unknown-key-expected")),
        Fault::BadSignature => (id("sandbox-bad-signature"), id("sandbox-bad-signature-expected")),
    }
}
