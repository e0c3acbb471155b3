//! The person sees who asks, from where and what for, and decides, once.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::assurance::Requirement;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::client::{Client, ConsentPolicy};
use crate::domain::consent::Answer;
use crate::domain::device_authorization::{DeviceAuthorization, DeviceState};
use crate::domain::grant::{Approval, Authentication};
use crate::domain::ids::GrantId;
use crate::domain::user_code::UserCode;
use crate::protocol::acr;

use super::super::audit::EventBuilder;
use super::super::session::CurrentSession;
use super::super::sign_in::ask_consent::{self, Question};
use super::super::sign_in::step_up::{self, Asking, Missing};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, consent, short_lived, sign_in};
use super::{Found, REMEMBERED, find};

/// Whether the person may be asked.
#[derive(Debug)]
pub enum Asked {
    Question(Box<Question>),
    Unready(Unready),
}

/// What stands between the person and answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unready {
    /// They signed in longer ago than the client allows (`max_age`).
    SignInAgain { least: Requirement },
    /// They can prove what is missing of this, beside what they have.
    StepUp { least: Requirement },
    /// Nothing that they have, and that counts across devices, proves as much as is asked for. Somebody else may.
    TooWeak,
    /// The client asked for someone else, or may ask nobody any more.
    Unfit,
}

/// What the page shows `citizen` about `asked`.
pub async fn question(
    app: &App,
    asked: &DeviceAuthorization,
    current: &CurrentSession,
    citizen: &Citizen,
) -> Result<Asked, FlowError> {
    let authentication = &current.session.authentication;
    Ok(match fit(app, asked, authentication).await? {
        Ok(client) => Asked::Question(Box::new(ask_consent::of(app, client, citizen, &asked.request).await?)),
        Err(unready) => Asked::Unready(unready),
    })
}

/// The client that asks, where the person who signed in so may answer it.
async fn fit(
    app: &App,
    asked: &DeviceAuthorization,
    authentication: &Authentication,
) -> Result<Result<Arc<Client>, Unready>, FlowError> {
    let request = &asked.request;
    let client = app.clients.find(app, &request.client_id).await?;
    let Some(client) = client.filter(|client| client.is_active()) else {
        return Ok(Err(Unready::Unfit));
    };
    if !client.serves(authentication.citizen)
        || sign_in::names_someone_else(app, request, authentication.citizen).await?
    {
        return Ok(Err(Unready::Unfit));
    }
    let missing = step_up::of(app, Asking::Elsewhere(request), Requirement::NONE, authentication).await?;
    let least = match missing {
        Some(Missing { requirement: None, .. }) => return Ok(Err(Unready::TooWeak)),
        Some(Missing { requirement: Some(least), .. }) => Some(least),
        None => None,
    };
    let age = app.clock.now().since(authentication.auth_time);
    Ok(match least {
        _ if request.max_age.is_some_and(|most| age > most) => {
            Err(Unready::SignInAgain { least: least.unwrap_or_default() })
        }
        Some(least) => Err(Unready::StepUp { least }),
        None => Ok(client),
    })
}

/// What became of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    Done,
    Unready(Unready),
    /// Somebody decided before, or the code has expired.
    TooLate,
    /// More is asked by now than the page showed.
    AskAgain,
    /// They have tried too many codes that were none.
    Throttled {
        retry_after: Duration,
    },
}

/// The person allows it. The code is looked up like one that is typed: whoever has a session makes up its forms as well, so
/// that the form is no proof that the question was ever shown.
pub async fn allow(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    code: UserCode,
    answer: &Answer,
) -> Result<Decided, FlowError> {
    let asked = match find(app, visitor, current.citizen(), code).await? {
        Found::Waiting(asked) => *asked,
        Found::Nothing => return Ok(Decided::TooLate),
        Found::Throttled { retry_after } => return Ok(Decided::Throttled { retry_after }),
    };
    let authentication = &current.session.authentication;
    let client = match fit(app, &asked, authentication).await? {
        Ok(client) => client,
        Err(unready) => return Ok(Decided::Unready(unready)),
    };
    let request = &asked.request;
    let choice = match client.policy.consent {
        ConsentPolicy::Ask => match answer.choice(&request.asks(&client)) {
            Some(choice) => Some(choice),
            None => return Ok(Decided::AskAgain),
        },
        ConsentPolicy::Implied => None,
    };
    let across = authentication.clone().across_devices();
    let approval = Approval {
        grant: GrantId::new(app.clock.now(), &*app.random),
        client: client.id.clone(),
        scope: request.scope.clone(),
        claims: request.claims.clone(),
        nonce: request.nonce.clone(),
        authentication: across.clone(),
        acr: acr::answering(app.levels(&client), request, &across)?,
        resources: request.resources.clone(),
        authorization_details: request.authorization_details.clone(),
        acting: None,
    };
    if app.sessions.take(&short_lived::user_code(code)).await?.is_none() {
        return Ok(Decided::TooLate);
    }
    if let Some(choice) = choice {
        consent::grant(app, visitor, &client, request, (authentication.citizen, choice)).await?;
    }
    app.record_before_answer(event(app, visitor, EventKind::DeviceAllowed, &asked, authentication)).await?;
    settle(app, asked, DeviceState::Approved(Box::new(approval))).await?;
    app.metrics.device_authorization("allowed");
    Ok(Decided::Done)
}

/// The person does not allow it, or did not ask for it: the device is told.
pub async fn deny(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    code: UserCode,
) -> Result<Decided, FlowError> {
    let asked = match find(app, visitor, current.citizen(), code).await? {
        Found::Waiting(asked) => *asked,
        Found::Nothing => return Ok(Decided::TooLate),
        Found::Throttled { retry_after } => return Ok(Decided::Throttled { retry_after }),
    };
    if app.sessions.take(&short_lived::user_code(code)).await?.is_none() {
        return Ok(Decided::TooLate);
    }
    let authentication = &current.session.authentication;
    app.record_before_answer(event(app, visitor, EventKind::DeviceDenied, &asked, authentication)).await?;
    settle(app, asked, DeviceState::Denied).await?;
    app.metrics.device_authorization("denied");
    Ok(Decided::Done)
}

/// Whoever took the user code writes the decision; nobody else does.
async fn settle(app: &App, asked: DeviceAuthorization, state: DeviceState) -> Result<(), FlowError> {
    let left = app.clock.now().until(asked.expires_at) + REMEMBERED;
    let record = DeviceAuthorization { state, ..asked };
    // Nothing stands there any more only where the device has long given up.
    let _: Option<DeviceAuthorization> =
        app.sessions.swap(&short_lived::device_code(&record.hash), &record, left).await?;
    Ok(())
}

fn event(
    app: &App,
    visitor: &Visitor,
    kind: EventKind,
    asked: &DeviceAuthorization,
    by: &Authentication,
) -> EventBuilder {
    app.event(visitor, kind, Outcome::Success)
        .by(Actor::Citizen(by.citizen))
        .about(by.citizen)
        .of(&asked.request.client_id)
        .with("scope", &asked.request.scope)
        .with("device", &visitor.device_name)
        // The one that waits, which is not the one that decided.
        .with("asked_from", &asked.asked_from.address)
        .with("asked_by", &asked.asked_from.device)
}
