//! The citizen decides. Of two decisions the first holds; who must prove themselves again decides nothing.

use crate::domain::assurance::AuthenticationLevel;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::backchannel::{BackChannelRequest, Decision, FRESH};
use crate::domain::client::ConsentPolicy;
use crate::domain::grant::Approval;
use crate::protocol::acr;
use crate::sessions::Claim;

use super::super::session::CurrentSession;
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
    /// Whoever is at the device has to show first that they are still the one who signed in.
    SignInAgain,
}

/// Whether the session is good enough to allow `request`, or its person must sign in again: it is too old, or not as strong
/// as what was asked for and can be reached (`acr_values`).
pub fn must_sign_in_again(app: &App, request: &BackChannelRequest, current: &CurrentSession) -> bool {
    let age = current.session.age(app.clock.now());
    let oldest = request.asked.max_age.map_or(FRESH, |own| own.min(FRESH));
    let level = current.session.authentication.level;
    let wanted = || request.asked.acr_values.iter();
    let reachable = wanted().any(|acr| AuthenticationLevel::ATTAINABLE.satisfies(acr));
    age > oldest || (reachable && !wanted().any(|acr| level.satisfies(acr)))
}

/// The citizen allows it.
pub async fn allow(
    app: &App,
    visitor: &Visitor,
    incoming: &Incoming,
    current: &CurrentSession,
) -> Result<Decided, FlowError> {
    let Incoming { client, request } = incoming;
    if must_sign_in_again(app, request, current) {
        return Ok(Decided::SignInAgain);
    }
    let asked = &request.asked;
    let approval = Approval {
        grant: request.id,
        client: client.id.clone(),
        scope: asked.scope.clone(),
        claims: asked.claims.clone(),
        nonce: asked.nonce.clone(),
        authentication: current.session.authentication.clone(),
        acr: acr::reached(asked, current.session.authentication.level)?,
        resources: asked.resources.clone(),
        authorization_details: asked.authorization_details.clone(),
    };
    // Where nobody is asked elsewhere, the law is the ground and not this click.
    if client.policy.consent == ConsentPolicy::Ask {
        consent::grant(app, visitor, client, asked, current.citizen()).await?;
    }
    note(app, visitor, incoming, Decision::Allowed(Box::new(approval))).await
}

/// The citizen denies it.
pub async fn deny(app: &App, visitor: &Visitor, incoming: &Incoming) -> Result<Decided, FlowError> {
    note(app, visitor, incoming, Decision::Denied).await
}

async fn note(app: &App, visitor: &Visitor, incoming: &Incoming, decision: Decision) -> Result<Decided, FlowError> {
    let Incoming { client, request } = incoming;
    let (kind, outcome) = match decision {
        Decision::Denied => (EventKind::BackChannelDenied, Outcome::Refused),
        Decision::Allowed(_) | Decision::Redeemed => (EventKind::BackChannelAllowed, Outcome::Success),
    };
    if request.is_over(app.clock.now()) {
        return Ok(Decided::TooLate);
    }
    let key = short_lived::backchannel_decision(request.id);
    if app.sessions.claim(&key, &decision, kept(app, request)).await? == Claim::Taken {
        return Ok(Decided::TooLate);
    }
    app.sessions.remove(&short_lived::backchannel_requests_to(request.citizen), &request.id).await?;
    let event = app
        .event(visitor, kind, outcome)
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
