//! Organisations in the citizen's account: they ask to be confirmed as one's legal representative, see for whom they act and who acts
//! beside them, and give back or take back mandates. What is offered to others is in [`invitations`](super::invitations).

use crate::domain::assurance::AccountLevel;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::claims;
use crate::domain::client::Client;
use crate::domain::ids::{CitizenId, MandateId, OrganisationId, RegistrationRequestId};
use crate::domain::mandate::{EndReason, Invitation, Mandate};
use crate::domain::organisation::{Organisation, OrganisationName, RegistrationRequest, RequestState};
use crate::domain::organisation_code::OrganisationCode;
use crate::storage::Page;
pub use crate::storage::{Held, Holder};

use super::super::audit::EventBuilder;
use super::super::notices::Post;
use super::super::organisation::ending::{self, Closing};
use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError};

/// More than anybody acts for.
const MANDATES: u32 = 200;
/// As many as a page shows.
const PEOPLE: u32 = 50;
const INVITATIONS: u32 = 100;
/// So many requests of one citizen wait at once.
const REQUESTS_AT_ONCE: usize = 5;

/// What a citizen has to do with organisations.
#[derive(Debug)]
pub struct Overview {
    /// What they may do, and for whom; also what does not count yet, or not now.
    pub held: Vec<Held>,
    /// What ended, the latest first.
    pub ended: Vec<Held>,
    pub requests: Vec<RegistrationRequest>,
}

pub async fn overview(app: &App, citizen: CitizenId) -> Result<Overview, FlowError> {
    let mut store = app.store.read().await?;
    let held = store.mandates().of_citizen(citizen, MANDATES).await?;
    let mut ended = store.mandates().history_of_citizen(citizen, None, MANDATES).await?.items;
    ended.retain(|held| held.mandate.ended.is_some());
    let mut requests = store.organisation_requests().of_citizen(citizen).await?;
    requests.retain(|request| request.state.waits());
    Ok(Overview { held, ended, requests })
}

/// How asking for a registration ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Asking {
    Done,
    /// They have not been seen in person, nor proven who they are as well.
    LevelTooLow,
    /// They are its legal representative already, or have asked.
    Known,
    TooMany,
    /// The session ended, or the account was locked.
    SignedOut,
}

/// Asks that `code` be registered, with this citizen as its legal representative. Registrars decide.
pub async fn ask(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    code: OrganisationCode,
    name: OrganisationName,
) -> Result<Asking, FlowError> {
    let (citizen, now) = (current.citizen(), app.clock.now());
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Asking::SignedOut);
    }
    let found = tx.citizens().find(citizen).await?;
    if found.is_none_or(|found| found.account_level < AccountLevel::Proven) {
        return Ok(Asking::LevelTooLow);
    }
    let mut waiting = tx.organisation_requests().of_citizen(citizen).await?;
    waiting.retain(|request| request.state.waits());
    let held = tx.mandates().of_citizen(citizen, MANDATES).await?;
    let represents =
        |held: &Held| held.organisation.code == code && held.mandate.role.least_level() == AccountLevel::Proven;
    if held.iter().any(represents) || waiting.iter().any(|request| request.code == code) {
        return Ok(Asking::Known);
    }
    if waiting.len() >= REQUESTS_AT_ONCE {
        return Ok(Asking::TooMany);
    }
    let id = RegistrationRequestId::new(now, &*app.random);
    let request = RegistrationRequest { id, citizen, code, name, asked_at: now, state: RequestState::Asked };
    tx.organisation_requests().insert(&request).await?;
    let event = own_event(app, visitor, citizen, EventKind::OrganisationRequested).with("request", id);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Asking::Done)
}

/// Takes a request back; `false` where it does not wait any more, or is none of theirs.
pub async fn withdraw_request(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    id: RegistrationRequestId,
) -> Result<bool, FlowError> {
    let citizen = current.citizen();
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(false);
    }
    let found = tx.organisation_requests().find(id).await?.filter(|request| request.citizen == citizen);
    let Some(request) = found else { return Ok(false) };
    let Ok(dropped) = request.clone().drop_as(RequestState::Withdrawn) else { return Ok(false) };
    if !tx.organisation_requests().advance(&request, &dropped, app.clock.now()).await? {
        return Ok(false);
    }
    let event = own_event(app, visitor, citizen, EventKind::OrganisationRequestWithdrawn).with("request", id);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(true)
}

/// An organisation, as somebody sees it who acts for it.
#[derive(Debug)]
pub struct Seen {
    pub organisation: Organisation,
    /// Their own mandates that count now, the legal representative's first.
    pub own: Vec<Held>,
    /// A page of those who act or acted for it, the newest mandate first, where they may see that.
    pub people: Option<Page<Holder, MandateId>>,
    /// What was offered and waits.
    pub invitations: Vec<Invitation>,
}

impl Seen {
    /// Whether the viewer may end this one.
    pub fn may_end(&self, other: &Holder) -> bool {
        other.mandate.ended.is_none() && self.own.iter().any(|own| own.mandate.may_end(&other.mandate))
    }

    /// The mandate that the viewer may pass on the most of.
    pub fn delegable(&self) -> Option<&Held> {
        self.own.iter().find(|own| own.mandate.sees_people())
    }
}

/// The organisation, if `citizen` acts for it now; of its people those whose mandates are older than `before`.
pub async fn seen(
    app: &App,
    citizen: CitizenId,
    id: OrganisationId,
    before: Option<MandateId>,
) -> Result<Option<Seen>, FlowError> {
    let now = app.clock.now();
    let mut store = app.store.read().await?;
    let mut own = store.mandates().of_citizen(citizen, MANDATES).await?;
    own.retain(|held| held.organisation.id == id && held.mandate.stands(held.now(now)).is_ok());
    own.sort_by_key(|held| std::cmp::Reverse(held.mandate.role.least_level()));
    let Some(organisation) = own.first().map(|held| held.organisation.clone()) else { return Ok(None) };
    let (people, invitations) = match own.iter().any(|held| held.mandate.sees_people()) {
        true => {
            let people = store.mandates().of_organisation(id, before, PEOPLE).await?;
            (Some(people), store.mandate_invitations().open(id, now, INVITATIONS).await?)
        }
        false => (None, Vec::new()),
    };
    Ok(Some(Seen { organisation, own, people, invitations }))
}

/// One of those whom they see, whichever page they are on.
pub async fn holder(app: &App, seen: &Seen, mandate: MandateId) -> Result<Option<Holder>, FlowError> {
    match seen.people {
        Some(_) => Ok(app.store.read().await?.mandates().find_of(seen.organisation.id, mandate).await?),
        None => Ok(None),
    }
}

/// How ending a mandate ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Ending {
    Done,
    /// It is none of theirs to end, or has ended.
    NotFound,
    SignedOut,
}

/// Takes back a mandate that somebody else holds.
pub async fn revoke(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    organisation: OrganisationId,
    mandate: MandateId,
) -> Result<Ending, FlowError> {
    let (citizen, now) = (current.citizen(), app.clock.now());
    let event = |kind| own_event(app, visitor, citizen, kind);
    let closing = Closing { post: Post::of(app), event: &event };
    let mut tx = app.store.begin().await?;
    let Some(held) = tx.organisations().hold(organisation).await? else { return Ok(Ending::NotFound) };
    let Some(other) = tx.mandates().find_of(organisation, mandate).await? else { return Ok(Ending::NotFound) };
    ending::hold_people(&mut tx, [(organisation, other.citizen.id, mandate)], Some(citizen)).await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Ending::SignedOut);
    }
    let own = tx.mandates().of_citizen(citizen, MANDATES).await?;
    let may = |own: &Held| own.mandate.stands(own.now(now)).is_ok() && own.mandate.may_end(&other.mandate);
    if other.mandate.ended.is_some() || !own.iter().any(may) {
        return Ok(Ending::NotFound);
    }
    ending::end(&closing, &mut tx, &held, (other.citizen.id, mandate), EndReason::Revoked).await?;
    tx.commit().await?;
    app.deliveries.wake();
    app.post.wake();
    Ok(Ending::Done)
}

/// Gives back a mandate of one's own.
pub async fn give_back(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    holder: &Citizen,
    mandate: MandateId,
) -> Result<Ending, FlowError> {
    let citizen = current.citizen();
    let event = |kind| own_event(app, visitor, citizen, kind);
    let closing = Closing { post: Post::of(app), event: &event };
    let mut tx = app.store.begin().await?;
    let Some(found) = tx.mandates().find(citizen, mandate).await? else { return Ok(Ending::NotFound) };
    let organisation = tx.organisations().hold(found.organisation.id).await?;
    let Some(organisation) = organisation.filter(|_| found.mandate.ended.is_none()) else {
        return Ok(Ending::NotFound);
    };
    ending::hold_people(&mut tx, [(organisation.id, citizen, mandate)], Some(citizen)).await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Ending::SignedOut);
    }
    let closed = ending::end(&closing, &mut tx, &organisation, (citizen, mandate), EndReason::GivenBack).await?;
    if closed.mandates == 0 {
        return Ok(Ending::NotFound);
    }
    let kind = EventKind::MandateEnded;
    ending::tell_granter(&closing, &mut tx, &organisation, &found.mandate, holder, kind).await?;
    tx.commit().await?;
    app.deliveries.wake();
    app.post.wake();
    Ok(Ending::Done)
}

/// An event of this citizen's, about themselves until somebody else is named.
pub(super) fn own_event(app: &App, visitor: &Visitor, citizen: CitizenId, kind: EventKind) -> EventBuilder {
    app.event(visitor, kind, Outcome::Success).by(Actor::Citizen(citizen)).about(citizen)
}

/// More than there are portals that ask in whose name.
const PORTALS: u32 = 500;

/// The portals that ask in whose name somebody signs in, as far as `own` covers them.
pub async fn portals(app: &App, own: &Mandate) -> Result<Vec<Client>, FlowError> {
    let mut portals = Vec::new();
    let mut after = None;
    loop {
        let page = app.store.read().await?.clients().list(after.as_ref(), PORTALS).await?;
        let asks = |client: &Client| {
            client.is_active() && client.may_be_told(claims::ORGANISATION) && own.portals.cover(&client.id)
        };
        portals.extend(page.items.into_iter().map(|stored| stored.client).filter(asks));
        after = page.next;
        if after.is_none() || portals.len() >= PORTALS as usize {
            return Ok(portals);
        }
    }
}
