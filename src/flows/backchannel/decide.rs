//! The citizen decides. Of two decisions the first holds; who must prove themselves again decides nothing.

use crate::domain::assurance::Requirement;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::backchannel::{BackChannelRequest, Decision, FRESH};
use crate::domain::client::ConsentPolicy;
use crate::domain::consent::Answer;
use crate::domain::grant::Approval;
use crate::protocol::acr;
use crate::sessions::Claim;

use super::super::audit::EventBuilder;
use super::super::session::CurrentSession;
use super::super::sign_in::step_up::{self, Asking, Missing};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, consent, short_lived};
use super::incoming::Incoming;
use super::kept;

/// How a decision ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    Noted,
    /// It was decided before, or is over.
    TooLate,
    /// More is asked by now than the page showed.
    AskAgain,
    /// Whoever is at the device has to show first that they are still the one who signed in.
    SignInAgain {
        least: Requirement,
    },
    /// They have to prove more, beside what they have.
    StepUp {
        least: Requirement,
    },
    /// Nothing that they have, and that counts across devices, proves as much as is asked for: it was denied.
    Unmet,
}

/// What stands between the person and allowing a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needed {
    Nothing,
    /// The session is too old.
    SignInAgain {
        least: Requirement,
    },
    /// It is not as strong as what was asked for and they can bring (`acr_values`, and the client's least).
    StepUp {
        least: Requirement,
    },
    /// They cannot bring what must be met.
    Unmet,
}

/// What the person needs before they allow `request`.
pub async fn needed(app: &App, request: &BackChannelRequest, current: &CurrentSession) -> Result<Needed, FlowError> {
    let age = current.session.age(app.clock.now());
    let oldest = request.asked.max_age.map_or(FRESH, |own| own.min(FRESH));
    let proven = &current.session.authentication;
    let missing = step_up::of(app, Asking::Elsewhere(&request.asked), Requirement::NONE, proven).await?;
    let least = match missing {
        Some(Missing { requirement: None, .. }) => return Ok(Needed::Unmet),
        Some(Missing { requirement: Some(least), .. }) => Some(least),
        None => None,
    };
    Ok(match least {
        _ if age > oldest => Needed::SignInAgain { least: least.unwrap_or_default() },
        Some(least) => Needed::StepUp { least },
        None => Needed::Nothing,
    })
}

/// The citizen allows it.
pub async fn allow(
    app: &App,
    visitor: &Visitor,
    incoming: &Incoming,
    current: &CurrentSession,
    answer: &Answer,
) -> Result<Decided, FlowError> {
    let Incoming { client, request } = incoming;
    match needed(app, request, current).await? {
        Needed::Nothing => {}
        Needed::SignInAgain { least } => return Ok(Decided::SignInAgain { least }),
        Needed::StepUp { least } => return Ok(Decided::StepUp { least }),
        // It will not be met by waiting: the client hears it now.
        Needed::Unmet => {
            return Ok(match refuse(app, visitor, incoming, UNMET).await? {
                Decided::Noted => Decided::Unmet,
                other => other,
            });
        }
    }
    let asked = &request.asked;
    let choice = match client.policy.consent {
        ConsentPolicy::Ask => match answer.choice(&asked.asks(client)) {
            Some(choice) => Some(choice),
            None => return Ok(Decided::AskAgain),
        },
        ConsentPolicy::Implied => None,
    };
    let authentication = current.session.authentication.clone().across_devices();
    let approval = Approval {
        grant: request.id,
        client: client.id.clone(),
        scope: asked.scope.clone(),
        claims: asked.claims.clone(),
        nonce: asked.nonce.clone(),
        acr: acr::answering(app.levels(client), asked, &authentication)?,
        authentication,
        resources: asked.resources.clone(),
        authorization_details: asked.authorization_details.clone(),
        acting: None,
    };
    // First come, first heard: whoever comes second leaves nothing behind, and no consent.
    if claim(app, request, &Decision::BeingAllowed).await? == Claim::Taken {
        return Ok(Decided::TooLate);
    }
    // Where nobody is asked elsewhere, the law is the ground and not this click. Should it fail, the client waits until the
    // request expires: whether the consent stands is not known, so that nobody may decide otherwise any more either.
    if let Some(choice) = choice {
        consent::grant(app, visitor, client, asked, (current.citizen(), choice)).await?;
    }
    let allowed = Decision::Allowed(Box::new(approval));
    // Gone only once nobody could come for it any more.
    let held = app.sessions.swap(&short_lived::backchannel_decision(request.id), &allowed, kept(app, request)).await?;
    if held.is_none() {
        return Ok(Decided::TooLate);
    }
    tell(app, incoming, app.event(visitor, EventKind::BackChannelAllowed, Outcome::Success)).await
}

/// The citizen denies it.
pub async fn deny(app: &App, visitor: &Visitor, incoming: &Incoming) -> Result<Decided, FlowError> {
    refuse(app, visitor, incoming, BY_PERSON).await
}

/// Who, or what, denied it, as its event says.
const BY_PERSON: &str = "by_person";
const UNMET: &str = "unmet_authentication_requirements";

async fn refuse(app: &App, visitor: &Visitor, incoming: &Incoming, why: &'static str) -> Result<Decided, FlowError> {
    match claim(app, &incoming.request, &Decision::Denied).await? {
        Claim::Won => {
            let event = app.event(visitor, EventKind::BackChannelDenied, Outcome::Refused);
            tell(app, incoming, event.with("why", why)).await
        }
        Claim::Taken => Ok(Decided::TooLate),
    }
}

/// Of all decisions about a request that is not over, one is the first.
async fn claim(app: &App, request: &BackChannelRequest, decision: &Decision) -> Result<Claim, FlowError> {
    if request.is_over(app.clock.now()) {
        return Ok(Claim::Taken);
    }
    let key = short_lived::backchannel_decision(request.id);
    Ok(app.sessions.claim(&key, decision, kept(app, request)).await?)
}

/// The citizen's pages, the audit log and the client hear of the decision.
async fn tell(app: &App, incoming: &Incoming, event: EventBuilder) -> Result<Decided, FlowError> {
    let Incoming { client, request } = incoming;
    app.sessions.remove(&short_lived::backchannel_requests_to(request.citizen), &request.id).await?;
    let event = event
        .by(Actor::Citizen(request.citizen))
        .about(request.citizen)
        .of(&client.id)
        .with("request", request.id)
        .with("scope", &request.asked.scope);
    app.record(event);
    app.store.write().await?.backchannel_pings().hasten(request.id, app.clock.now()).await?;
    app.pings.wake();
    Ok(Decided::Noted)
}
