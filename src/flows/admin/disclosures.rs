//! The register of lawful disclosures: one operator records what an authority asks, another one decides, and only then is the
//! data read. Each step, and each look into the register, is an event of the audit log.

use serde_json::{Map, Value, json};

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::correction;
use crate::domain::disclosure::{Asked, Data, Disclosure, Refused, State, secrecy};
use crate::domain::ids::{CitizenId, DisclosureId};
use crate::domain::time::Timestamp;
use crate::storage::{EventFilter, Transaction};

use super::super::account::activity::Topic;
use super::super::own_data;
use super::find_citizen::Who;
use super::{AdminError, Administrator};

/// As much of the activity as is read at once for an authority.
const EVENTS: u32 = 5_000;

/// What an operator records.
#[derive(Clone, Debug)]
pub struct Request {
    pub authority: String,
    pub legal_basis: String,
    pub reference: String,
    pub data: Vec<Data>,
    pub secret_until: Option<Timestamp>,
}

/// Records what was asked. Nothing is read yet.
///
/// # Errors
/// `NotFound`; `Invalid` where something is missing, or the secrecy is none.
pub async fn record(admin: &Administrator, who: &Who, request: Request) -> Result<Disclosure, AdminError> {
    admin.may(Permission::DisclosureRecord)?;
    let now = admin.clock.now();
    let words = |field: &'static str, typed: &str| {
        correction::words(typed).map_err(|fault| AdminError::invalid(field, fault.to_string()))
    };
    if request.data.is_empty() {
        return Err(AdminError::invalid("data", "expected at least one kind of data"));
    }
    let asked = Asked {
        authority: words("authority", &request.authority)?,
        legal_basis: words("legal_basis", &request.legal_basis)?,
        reference: words("reference", &request.reference)?,
        data: request.data,
    };
    let secret_until = secrecy(request.secret_until, now)
        .map_err(|refused| AdminError::invalid("secret_until", refused.to_string()))?;
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?.id;
    let disclosure = Disclosure {
        id: DisclosureId::new(now, &*admin.random),
        citizen,
        asked,
        recorded_by: admin.actor.to_text(),
        recorded_at: now,
        state: State::Recorded,
        given: None,
        secret_until,
        told_at: None,
    };
    tx.disclosures().insert(&disclosure).await?;
    note(&mut tx, admin, EventKind::DisclosureRecorded, &disclosure).await?;
    tx.commit().await?;
    Ok(disclosure)
}

/// What another operator says to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Approve,
    Refuse,
}

/// # Errors
/// `NotFound`; `Conflict` where they recorded it themselves, or it was decided.
pub async fn decide(admin: &Administrator, id: DisclosureId, decision: Decision) -> Result<Disclosure, AdminError> {
    admin.may(Permission::DisclosureDecide)?;
    let (now, by) = (admin.clock.now(), admin.actor.to_text());
    let mut tx = admin.store.begin().await?;
    let found = find(&mut tx, id).await?;
    found.may_be_decided_by(&admin.actor, &admin.settings.administration.shell_accounts).map_err(refused)?;
    let (state, kind) = match decision {
        Decision::Approve => (State::Approved { by: by.clone(), at: now }, EventKind::DisclosureApproved),
        Decision::Refuse => (State::Refused { by: by.clone(), at: now }, EventKind::DisclosureRefused),
    };
    if !tx.disclosures().decide(&found, state.as_str(), &by, now).await? {
        return Err(refused(Refused::Decided));
    }
    note(&mut tx, admin, kind, &found).await?;
    tx.commit().await?;
    Ok(Disclosure { state, ..found })
}

/// Reads the data for the authority: as much as was asked and approved. The citizen is told, unless a secrecy still holds.
///
/// # Errors
/// `NotFound`; `Conflict` where nobody has approved it.
pub async fn give(admin: &Administrator, id: DisclosureId) -> Result<(Disclosure, Value), AdminError> {
    admin.may(Permission::DisclosureDecide)?;
    let (now, by) = (admin.clock.now(), admin.actor.to_text());
    let mut tx = admin.store.begin().await?;
    let found = find(&mut tx, id).await?;
    found.may_be_given().map_err(refused)?;
    let mut read = Map::new();
    for data in &found.asked.data {
        read.insert(data.as_str().to_owned(), part(&mut tx, found.citizen, *data).await?);
    }
    if !tx.disclosures().give(&found, &by, now).await? {
        return Err(refused(Refused::NotApproved));
    }
    note(&mut tx, admin, EventKind::DisclosureGiven, &found).await?;
    tx.commit().await?;
    Ok((Disclosure { given: Some((by, now)), ..found }, Value::Object(read)))
}

async fn part(tx: &mut Transaction, id: CitizenId, data: Data) -> Result<Value, AdminError> {
    let citizen = tx.citizens().find(id).await?;
    let citizen = citizen.ok_or_else(|| AdminError::NotFound("the citizen is there no more".to_owned()))?;
    Ok(match data {
        Data::Identity => json!(own_data::identity(&citizen)),
        Data::Contacts => json!(own_data::contacts(&citizen)),
        Data::Verifications => json!(own_data::verifications(tx, id).await?),
        Data::Portals => json!(own_data::portals(tx, id).await?),
        Data::Activity => {
            let kinds = [Topic::SignIns.kinds(), Topic::Releases.kinds()].concat();
            let filter = EventFilter { kinds: &kinds, client: None, since: None, until: None };
            let events = tx.audit().search(id, filter, None, EVENTS).await?.items;
            json!(events.iter().map(own_data::happened).collect::<Vec<_>>())
        }
    })
}

/// One entry, for whoever audits them. That it was looked at is an event.
///
/// # Errors
/// `NotFound`.
pub async fn show(admin: &Administrator, id: DisclosureId) -> Result<Disclosure, AdminError> {
    admin.may(Permission::DisclosureShow)?;
    let mut tx = admin.store.begin().await?;
    let found = find(&mut tx, id).await?;
    note(&mut tx, admin, EventKind::DisclosureShown, &found).await?;
    tx.commit().await?;
    Ok(found)
}

/// The latest entries, those before `before`, the secret ones among them.
pub async fn list(
    admin: &Administrator,
    before: Option<DisclosureId>,
    limit: u32,
) -> Result<(Vec<Disclosure>, Option<DisclosureId>), AdminError> {
    admin.may(Permission::DisclosureShow)?;
    let mut tx = admin.store.begin().await?;
    let page = tx.disclosures().list(before, limit).await?;
    let event = admin.event(EventKind::DisclosureShown).with("entries", page.items.len());
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok((page.items, page.next))
}

async fn find(tx: &mut Transaction, id: DisclosureId) -> Result<Disclosure, AdminError> {
    tx.disclosures().find(id).await?.ok_or_else(|| AdminError::NotFound(format!("there is no disclosure {id}")))
}

/// Which entry, and of whom; who asked stands sealed in the entry alone.
async fn note(
    tx: &mut Transaction,
    admin: &Administrator,
    kind: EventKind,
    about: &Disclosure,
) -> Result<(), AdminError> {
    let event = admin.event(kind).about(about.citizen).with("disclosure", about.id);
    Ok(tx.audit().record(&event.build()).await?)
}

fn refused(refused: Refused) -> AdminError {
    AdminError::Conflict(refused.to_string())
}
