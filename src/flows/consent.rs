//! Consent: what was allowed is remembered per client, scope and claim, those asked for singly too; what is withdrawn ends its grants.

use std::time::Duration;

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::client::{Client, ConsentPolicy};
use crate::domain::consent::{Answer, Asked, Choice, Consent};
use crate::domain::ids::{CitizenId, ClientId};
use crate::domain::signals::Initiator;
use crate::protocol::authorize::prompt::ConsentStanding;

use crate::sessions::Claim;

use super::audit::EventBuilder;
use super::session::CurrentSession;
use super::short_lived::{self, RememberedConsent};
use super::visitor::Visitor;
use super::{App, FlowError, single_logout};

/// How long the short-lived store answers for SQL. A withdrawal is written through at once.
const REMEMBER: Duration = Duration::from_secs(3600);

/// Whether what `request` asks for has been allowed by the session's person.
pub async fn standing(
    app: &App,
    client: &Client,
    request: &AuthorizationRequest,
    session: Option<&CurrentSession>,
) -> Result<ConsentStanding, FlowError> {
    match session {
        Some(current) => given(app, client, request, current.citizen()).await,
        None => Ok(ConsentStanding::Missing),
    }
}

/// Whether what `request` asks for has been allowed by `citizen`.
pub async fn given(
    app: &App,
    client: &Client,
    request: &AuthorizationRequest,
    citizen: CitizenId,
) -> Result<ConsentStanding, FlowError> {
    if client.policy.consent == ConsentPolicy::Implied {
        return Ok(ConsentStanding::Given);
    }
    // One payment is allowed, or one record, and not a kind of them: whoever asks for details asks the person each time.
    if !request.authorization_details.is_empty() {
        return Ok(ConsentStanding::Missing);
    }
    let remembered = recall(app, citizen, &client.id).await?;
    let asked = request.asks(client);
    match remembered.is_some_and(|consent| consent.covers(&request.scope, &asked, app.clock.now())) {
        true => Ok(ConsentStanding::Given),
        false => Ok(ConsentStanding::Missing),
    }
}

/// What `citizen` chose before, if they were asked.
pub(super) async fn recall(app: &App, citizen: CitizenId, client: &ClientId) -> Result<Option<Consent>, FlowError> {
    let key = short_lived::consent(citizen, client);
    match app.sessions.get(&key).await? {
        Some(RememberedConsent::Given(consent)) => return Ok(Some(consent)),
        // What the short-lived store says of a withdrawal keeps others from filling it in; SQL knows what came after.
        Some(RememberedConsent::Withdrawn) | None => {}
    }
    let consent = app.store.read().await?.consents().find(citizen, client).await?;
    if let Some(consent) = &consent {
        // Only where nothing stands: a withdrawal that came in between is not overwritten.
        let _: Claim = app.sessions.claim(&key, &RememberedConsent::Given(consent.clone()), REMEMBER).await?;
    }
    Ok(consent)
}

/// Claims as the audit log writes them.
pub(super) fn names<'n>(claims: impl IntoIterator<Item = &'n String>) -> String {
    claims.into_iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The types of the details that `request` asks for, where it does.
pub(super) fn with_details(event: EventBuilder, request: &AuthorizationRequest) -> EventBuilder {
    match request.authorization_details.is_empty() {
        true => event,
        false => event.with("authorization_details", request.authorization_details.kinds()),
    }
}

/// Remembers what `citizen` chose of what `request` of `client` asks for, added to what was chosen before.
pub async fn grant(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    request: &AuthorizationRequest,
    (citizen, choice): (CitizenId, Choice),
) -> Result<(), FlowError> {
    let now = app.clock.now();
    let event = app
        .event(visitor, EventKind::ConsentGranted, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .of(&client.id)
        .with("scope", &request.scope)
        .with("claims", names(&choice.allowed));
    let event = match choice.declined.is_empty() {
        true => event,
        false => event.with("declined", names(&choice.declined)),
    };
    let event = with_details(event, request);
    let consent = Consent {
        citizen,
        client: client.id.clone(),
        scope: request.scope.clone(),
        claims: choice.allowed,
        declined: choice.declined,
        granted_at: now,
        updated_at: now,
        expires_at: Some(now + app.settings.lifetimes.consent),
    };
    let mut tx = app.store.begin().await?;
    let consent = tx.consents().give(&consent).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    let key = short_lived::consent(citizen, &client.id);
    Ok(app.sessions.put(&key, &RememberedConsent::Given(consent), REMEMBER).await?)
}

/// Changes what of the claims that `citizen` was asked for `client` receives. Its grants stand, and tell what is allowed now.
/// Where the page did not show all of them, or nothing stands, nothing is changed.
pub async fn choose(
    app: &App,
    visitor: &Visitor,
    citizen: CitizenId,
    client: &Client,
    answer: &Answer,
) -> Result<(), FlowError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let Some(before) = tx.consents().hold(citizen, &client.id).await? else { return Ok(()) };
    let Some(choice) = answer.choice(&Asked::before(client, &before)) else { return Ok(()) };
    let withdrawn: Vec<&String> = choice.declined.intersection(&before.claims).collect();
    let given: Vec<&String> = choice.allowed.intersection(&before.declined).collect();
    for (kind, claims) in [(EventKind::ConsentNarrowed, &withdrawn), (EventKind::ConsentGranted, &given)] {
        if !claims.is_empty() {
            let event = app.event(visitor, kind, Outcome::Success).by(Actor::Citizen(citizen)).about(citizen);
            let event = event.of(&client.id).with("claims", names(claims.iter().copied()));
            tx.audit().record(&event.build()).await?;
        }
    }
    if withdrawn.is_empty() && given.is_empty() {
        return Ok(());
    }
    let chosen = Consent { claims: choice.allowed, declined: choice.declined, updated_at: now, ..before };
    let consent = tx.consents().give(&chosen).await?;
    tx.commit().await?;
    let key = short_lived::consent(citizen, &client.id);
    Ok(app.sessions.put(&key, &RememberedConsent::Given(consent), REMEMBER).await?)
}

/// Withdraws what `citizen` allowed `client`, and ends every grant that stood on it.
pub async fn withdraw(app: &App, visitor: &Visitor, citizen: CitizenId, client: &ClientId) -> Result<(), FlowError> {
    withdraw_by(app, visitor, citizen, client, (Actor::Citizen(citizen), None)).await
}

/// As [`withdraw`], where it may be somebody else who withdraws it.
pub(super) async fn withdraw_by(
    app: &App,
    visitor: &Visitor,
    citizen: CitizenId,
    client: &ClientId,
    (by, reason): (Actor, Option<&str>),
) -> Result<(), FlowError> {
    let now = app.clock.now();
    let initiator = Initiator::of(&by);
    let key = short_lived::consent(citizen, client);
    // Before SQL and after it: a silent sign-on between the two writes finds the withdrawal, not the old consent.
    app.sessions.put(&key, &RememberedConsent::Withdrawn, REMEMBER).await?;
    let mut event = app.event(visitor, EventKind::ConsentWithdrawn, Outcome::Success).by(by).about(citizen).of(client);
    if let Some(reason) = reason {
        event = event.with("reason", reason);
    }
    let mut tx = app.store.begin().await?;
    tx.consents().withdraw(citizen, client, now).await?;
    // A code that is being exchanged holds the consent; by now its client has joined, or never will.
    let left = tx.session_clients().leave_client(citizen, client).await?;
    single_logout::enqueue(&mut tx, &left, Some(initiator), now, &*app.random).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    app.deliveries.wake();
    Ok(app.sessions.put(&key, &RememberedConsent::Withdrawn, REMEMBER).await?)
}
