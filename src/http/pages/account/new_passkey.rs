//! `/account/security/passkeys/new`: enrolling a passkey or a security key.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;

use super::confirm::enter_to_add;
use super::{Door, Entered, enter};
use crate::domain::credential::CredentialName;
use crate::domain::ids::CredentialId;
use crate::flows::account::credentials;
use crate::flows::webauthn::enrol::{self, Enrolling};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::{NewPasskey, PasskeyAdded, PasskeyFault, PasskeyProblem, StandsAlone};
use crate::web::layout;
use crate::web::passkey::Ceremony;

const ADD: Guarded<'static> = Guarded::Account("add-passkey");
const PATH: &str = "/account/security/passkeys/new";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    if site.app.relying_party.is_none() {
        return Err(Fault::NotFound.into());
    }
    let entered = match enter_to_add(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    Ok(page(&visit, *entered, None, None)?.into_response())
}

/// What the browser is to do. A new challenge each time: the one before is void.
pub async fn options(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    ADD.check(&visit, &form)?;
    // Where more has to be proven first, the page that sends the form leads there.
    let Door::Open(entered) = enter_to_add(&site, &visit, PATH).await? else {
        return Err(Fault::StaleForm.into());
    };
    let service = site.brand.service.of(entered.layout.voice.language);
    match enrol::begin(&site.app, &entered.current, &entered.citizen, service).await? {
        Some(options) => Ok(([(CACHE_CONTROL, "no-store")], Json(options)).into_response()),
        None => Err(Fault::NotFound.into()),
    }
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    ADD.check(&visit, &form)?;
    let entered = match enter_to_add(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let typed = form.single("name")?.unwrap_or_default().to_owned();
    let Ok(name) = typed.parse::<CredentialName>() else {
        return refused(&visit, *entered, typed, PasskeyFault::Name);
    };
    let answer = form.single("credential")?.unwrap_or_default();
    if answer.is_empty() {
        return refused(&visit, *entered, typed, PasskeyFault::NeedsScript);
    }
    let fault = match enrol::finish(&site.app, &visit.visitor, &entered.current, name, answer).await? {
        Enrolling::Done(credential) => {
            return Ok(SeeOther::to(format!("/account/security/passkeys/{}/added", credential.id)).into_response());
        }
        Enrolling::SignedOut => return Ok(SeeOther::to(PATH).into_response()),
        Enrolling::Stale => PasskeyFault::Stale,
        Enrolling::Taken => PasskeyFault::Taken,
        Enrolling::TooMany => PasskeyFault::TooMany,
        Enrolling::Unacceptable => PasskeyFault::AuthenticatorNotAccepted,
        Enrolling::NotAccepted => PasskeyFault::NotAccepted,
    };
    refused(&visit, *entered, typed, fault)
}

/// `/account/security/passkeys/{id}/added`
pub async fn added(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let id: CredentialId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = credentials::find(&site.app, entered.citizen.id, id).await?.ok_or(Fault::NotFound)?.credential;
    let template = PasskeyAdded {
        name: found.name.to_string(),
        stands_alone: match found.traits.unlocked && found.traits.discoverable {
            true => StandsAlone::Yes,
            false => StandsAlone::BesideAPassword,
        },
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

fn refused(visit: &Visit, entered: Entered, typed: String, fault: PasskeyFault) -> Result<Response, Failure> {
    Ok(page(visit, entered, Some(typed), Some(fault))?.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

fn page(visit: &Visit, entered: Entered, typed: Option<String>, fault: Option<PasskeyFault>) -> Result<Page, Failure> {
    let template = NewPasskey {
        ceremony: Ceremony {
            form: layout::Form { action: PATH.to_owned(), csrf: ADD.token(visit) },
            options: format!("{PATH}/options"),
        },
        typed,
        problem: fault.map(|fault| PasskeyProblem { fault, reference: visit.visitor.request.to_string() }),
        layout: entered.layout,
    };
    Page::render(&template)
}
