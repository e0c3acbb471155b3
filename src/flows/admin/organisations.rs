//! Organisations, as registrars see to them: who asks to be confirmed as legal representative, and what becomes of an organisation and of
//! its mandates.

use crate::domain::administration::Permission;
use crate::domain::assurance::AccountLevel;
use crate::domain::audit::{Actor, EventKind};
use crate::domain::citizen::Citizen;
use crate::domain::ids::{CitizenId, MandateId, OrganisationId, RegistrationRequestId};
use crate::domain::mandate::{Basis, Delegation, EndReason, Mandate, Portals, Role};
use crate::domain::message::Notice;
use crate::domain::organisation::{
    Organisation, OrganisationName, OrganisationStatus, RegistrationRequest, RequestState,
};
use crate::domain::organisation_code::OrganisationCode;
use crate::flows::notices;
use crate::flows::organisation::ending::{self, Closing};
use crate::storage::{Conflict, Error, Transaction};

pub use crate::flows::organisation::ending::Closed;
pub use crate::storage::Holder;

use super::{AdminError, Administrator};

/// A page of a list.
const PAGE: u32 = 100;
/// As many as one organisation has.
const PEOPLE: u32 = 10_000;

/// What became of a confirmation.
#[derive(Debug)]
pub enum Confirmed {
    /// Another registrar has to see the papers too.
    Once,
    /// The citizen represents the organisation from now on.
    Registered { organisation: OrganisationId, mandate: MandateId },
}

/// Those that wait, the oldest first, with whoever asks; and where the next page begins.
pub async fn requests(
    admin: &Administrator,
    after: Option<RegistrationRequestId>,
) -> Result<(Vec<(RegistrationRequest, Citizen)>, Option<RegistrationRequestId>), AdminError> {
    admin.may(Permission::OrganisationList)?;
    let mut store = admin.store.read().await?;
    let page = store.organisation_requests().waiting(after, PAGE).await?;
    let mut shown = Vec::with_capacity(page.items.len());
    for request in page.items {
        let citizen = store.citizens().find(request.citizen).await?;
        shown.push((request, citizen.ok_or(Error::Corrupt("no citizen of this id"))?));
    }
    Ok((shown, page.next))
}

/// One that waits, with whoever asks.
///
/// # Errors
/// `NotFound`, also where it was settled.
pub async fn request(
    admin: &Administrator,
    id: RegistrationRequestId,
) -> Result<(RegistrationRequest, Citizen), AdminError> {
    admin.may(Permission::OrganisationList)?;
    let mut store = admin.store.read().await?;
    let request = store.organisation_requests().find(id).await?.filter(|request| request.state.waits());
    let request = request.ok_or_else(|| no_request(id))?;
    let citizen = store.citizens().find(request.citizen).await?;
    Ok((request, citizen.ok_or(Error::Corrupt("no citizen of this id"))?))
}

/// A registrar has seen that the organisation is what its code says, and that the citizen represents it before the law.
///
/// # Errors
/// `NotFound`; `Conflict` where it is this registrar's second word, or where the citizen or the organisation is not what they have to be.
pub async fn confirm(admin: &Administrator, id: RegistrationRequestId) -> Result<Confirmed, AdminError> {
    admin.may(Permission::OrganisationDecide)?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let request = tx.organisation_requests().find(id).await?.ok_or_else(|| no_request(id))?;
    let citizen = tx.citizens().find(request.citizen).await?.ok_or(Error::Corrupt("no citizen of this id"))?;
    admin.not_oneself(citizen.id)?;
    if citizen.account_level < AccountLevel::Proven || !citizen.status.is_active() {
        let told = "the citizen's account is not active, or not at level 2: nobody else represents an organisation";
        return Err(AdminError::Conflict(told.to_owned()));
    }
    let by = registrar(admin);
    let next = request.clone().confirm(
        &by,
        &admin.settings.administration.shell_accounts,
        admin.settings.organisations.registrars,
    );
    let next = next.map_err(|why| AdminError::Conflict(why.to_string()))?;
    if !tx.organisation_requests().advance(&request, &next, now).await? {
        return Err(AdminError::Conflict("the request was settled in the meantime".to_owned()));
    }
    if next.state.waits() {
        let event = admin.event(EventKind::OrganisationConfirmedOnce).about(citizen.id).with("request", id);
        tx.audit().record(&event.build()).await?;
        tx.commit().await?;
        return Ok(Confirmed::Once);
    }
    let organisation = found(admin, &mut tx, &request.code, &request.name).await?;
    if organisation.status != OrganisationStatus::Active {
        return Err(AdminError::Conflict(format!("the organisation is {}", organisation.status)));
    }
    let mandate = representative(admin, citizen.id, organisation.id);
    tx.mandates().insert(&mandate).await?;
    let notice = Notice::OrganisationConfirmed { organisation: organisation.name.as_str().to_owned() };
    let event = admin
        .event(notice.event())
        .with("organisation", organisation.id)
        .with("mandate", mandate.id)
        .with("request", id);
    notices::tell_of(&admin.post(), &mut tx, citizen.id, notice, event).await?;
    tx.commit().await?;
    Ok(Confirmed::Registered { organisation: organisation.id, mandate: mandate.id })
}

/// The papers do not show it.
///
/// # Errors
/// `NotFound`.
pub async fn refuse(admin: &Administrator, id: RegistrationRequestId, reason: Option<&str>) -> Result<(), AdminError> {
    admin.may(Permission::OrganisationDecide)?;
    let mut tx = admin.store.begin().await?;
    let request = tx.organisation_requests().find(id).await?.ok_or_else(|| no_request(id))?;
    let refused = request.clone().drop_as(RequestState::Refused);
    let refused = refused.map_err(|why| AdminError::Conflict(why.to_string()))?;
    if !tx.organisation_requests().advance(&request, &refused, admin.clock.now()).await? {
        return Err(AdminError::Conflict("the request was settled in the meantime".to_owned()));
    }
    let notice = Notice::OrganisationRefused { organisation: request.name.as_str().to_owned() };
    let event = admin.event(notice.event()).with("request", id);
    let event = match reason {
        Some(reason) => event.with("reason", reason),
        None => event,
    };
    notices::tell_of(&admin.post(), &mut tx, request.citizen, notice, event).await?;
    Ok(tx.commit().await?)
}

/// Registers an organisation that nobody represents yet.
///
/// # Errors
/// `Conflict` where its code is registered.
pub async fn register(
    admin: &Administrator,
    code: OrganisationCode,
    name: OrganisationName,
) -> Result<Organisation, AdminError> {
    admin.may(Permission::OrganisationManage)?;
    let mut tx = admin.store.begin().await?;
    if tx.organisations().find_by_code(&code).await?.is_some() {
        return Err(Error::from(Conflict::Organisation).into());
    }
    let organisation = found(admin, &mut tx, &code, &name).await?;
    tx.commit().await?;
    Ok(organisation)
}

/// Puts an organisation into another state, and ends what its people do in its name where that is over.
///
/// # Errors
/// `NotFound`; `Conflict` where there is no way from the state that it is in, and for whoever acts in its name themselves.
pub async fn turn(
    admin: &Administrator,
    code: &OrganisationCode,
    status: OrganisationStatus,
    reason: Option<&str>,
) -> Result<Closed, AdminError> {
    admin.may(Permission::OrganisationManage)?;
    let mut tx = admin.store.begin().await?;
    let id = load(&mut tx, code).await?.id;
    let organisation = tx.organisations().hold(id).await?.ok_or_else(|| no_organisation(code))?;
    let turned = organisation.turn(status, admin.clock.now()).map_err(|why| AdminError::Conflict(why.to_string()))?;
    tx.organisations().set_status(id, status, admin.clock.now()).await?;
    let event = |kind| admin.event(kind);
    let closing = Closing { post: admin.post(), event: &event };
    let mut closed = Closed::default();
    let holders = tx.mandates().of_organisation(id, None, PEOPLE).await?.items;
    let mut live: Vec<_> = holders.into_iter().filter(|holder| holder.mandate.ended.is_none()).collect();
    // Nobody is a registrar to an organisation that they act for.
    live.iter().try_for_each(|holder| admin.not_oneself(holder.citizen.id))?;
    live.sort_by_key(|holder| (holder.citizen.id, holder.mandate.id));
    if status == OrganisationStatus::Dissolved {
        ending::hold_people(&mut tx, live.iter().map(|holder| (id, holder.citizen.id, holder.mandate.id)), None)
            .await?;
    }
    for holder in live {
        let (citizen, mandate) = (holder.citizen.id, holder.mandate.id);
        match status {
            OrganisationStatus::Active => {}
            OrganisationStatus::Suspended => {
                closed.told += ending::close(&closing, &mut tx, citizen, mandate).await?;
            }
            OrganisationStatus::Dissolved => {
                let why = EndReason::OrganisationDissolved;
                let ended = ending::end(&closing, &mut tx, &turned, (citizen, mandate), why).await?;
                closed.mandates += ended.mandates;
                closed.told += ended.told;
            }
        }
    }
    let kind = match status {
        OrganisationStatus::Active => EventKind::OrganisationResumed,
        OrganisationStatus::Suspended => EventKind::OrganisationSuspended,
        OrganisationStatus::Dissolved => EventKind::OrganisationDissolved,
    };
    let event = admin.event(kind).with("organisation", id);
    let event = match reason {
        Some(reason) => event.with("reason", reason),
        None => event,
    };
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(closed)
}

/// Ends a mandate of an organisation, the legal representative's as well as anybody else's, and all that was granted with it.
///
/// # Errors
/// `NotFound`.
pub async fn revoke(admin: &Administrator, code: &OrganisationCode, mandate: MandateId) -> Result<Closed, AdminError> {
    admin.may(Permission::MandateRevoke)?;
    let mut tx = admin.store.begin().await?;
    let id = load(&mut tx, code).await?.id;
    let organisation = tx.organisations().hold(id).await?.ok_or_else(|| no_organisation(code))?;
    let holder = tx.mandates().find_of(id, mandate).await?.filter(|holder| holder.mandate.ended.is_none());
    let told = || AdminError::NotFound(format!("the organisation has no mandate {mandate} in force"));
    let holder = holder.ok_or_else(told)?;
    let holders = tx.mandates().of_organisation(id, None, PEOPLE).await?.items;
    let mut live = holders.iter().filter(|holder| holder.mandate.ended.is_none());
    live.try_for_each(|holder| admin.not_oneself(holder.citizen.id))?;
    let event = |kind| admin.event(kind);
    let closing = Closing { post: admin.post(), event: &event };
    let whose = (holder.citizen.id, mandate);
    let closed = ending::end(&closing, &mut tx, &organisation, whose, EndReason::ByRegistrar).await?;
    tx.commit().await?;
    Ok(closed)
}

/// An organisation and everybody who acts or acted for it. That it was read is recorded.
///
/// # Errors
/// `NotFound`.
pub async fn show(admin: &Administrator, code: &OrganisationCode) -> Result<(Organisation, Vec<Holder>), AdminError> {
    admin.may(Permission::OrganisationShow)?;
    let mut tx = admin.store.begin().await?;
    let organisation = load(&mut tx, code).await?;
    let people = tx.mandates().of_organisation(organisation.id, None, PEOPLE).await?.items;
    let event = admin.event(EventKind::OrganisationShown).with("organisation", organisation.id);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok((organisation, people))
}

/// A page of all organisations, and where the next one begins.
pub async fn list(
    admin: &Administrator,
    after: Option<OrganisationId>,
) -> Result<(Vec<Organisation>, Option<OrganisationId>), AdminError> {
    admin.may(Permission::OrganisationList)?;
    let page = admin.store.read().await?.organisations().list(after, PAGE).await?;
    Ok((page.items, page.next))
}

/// The organisation of this code, which is registered under `name` if it is not there yet; held.
async fn found(
    admin: &Administrator,
    tx: &mut Transaction,
    code: &OrganisationCode,
    name: &OrganisationName,
) -> Result<Organisation, AdminError> {
    if let Some(organisation) = tx.organisations().find_by_code(code).await? {
        return tx.organisations().hold(organisation.id).await?.ok_or_else(|| no_organisation(code));
    }
    let now = admin.clock.now();
    let organisation = Organisation {
        id: OrganisationId::new(now, &*admin.random),
        status: OrganisationStatus::Active,
        code: code.clone(),
        name: name.clone(),
        created_at: now,
        updated_at: now,
    };
    tx.organisations().insert(&organisation).await?;
    let event = admin.event(EventKind::OrganisationRegistered).with("organisation", organisation.id);
    tx.audit().record(&event.build()).await?;
    Ok(organisation)
}

fn representative(admin: &Administrator, citizen: CitizenId, organisation: OrganisationId) -> Mandate {
    let now = admin.clock.now();
    Mandate {
        id: MandateId::new(now, &*admin.random),
        citizen,
        organisation,
        role: Role::LegalRepresentative,
        position: None,
        portals: Portals::All,
        delegation: Delegation::Allowed,
        starts_at: now,
        ends_at: None,
        basis: Basis::Registrar,
        granted_at: now,
        ended: None,
    }
}

async fn load(tx: &mut Transaction, code: &OrganisationCode) -> Result<Organisation, AdminError> {
    tx.organisations().find_by_code(code).await?.ok_or_else(|| no_organisation(code))
}

fn no_organisation(code: &OrganisationCode) -> AdminError {
    AdminError::NotFound(format!("there is no organisation {code}"))
}

fn no_request(id: RegistrationRequestId) -> AdminError {
    AdminError::NotFound(format!("no request {id} waits"))
}

/// As whom the two-person rule knows them.
fn registrar(admin: &Administrator) -> String {
    match &admin.actor {
        Actor::Operator(name) => name.clone(),
        other => other.to_text(),
    }
}
