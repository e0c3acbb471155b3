//! The last events that concern a citizen or a client.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::ids::{CitizenId, ClientId};
pub use crate::storage::RecordedEvent;

use super::find_citizen::Who;
use super::{AdminError, Administrator};

/// What concerns a citizen, the newest first. That it was read is an event itself.
///
/// # Errors
/// `NotFound`.
pub async fn of_citizen(
    admin: &Administrator,
    who: &Who,
    limit: u32,
) -> Result<(CitizenId, Vec<RecordedEvent>), AdminError> {
    admin.may(Permission::AuditRead)?;
    let mut tx = admin.store.begin().await?;
    let id = who.load(&mut tx).await?.id;
    let events = tx.audit().of_citizen(id, None, limit).await?.items;
    tx.audit().record(&admin.event(EventKind::AuditRead).about(id).with("events", events.len()).build()).await?;
    tx.commit().await?;
    Ok((id, events))
}

/// What concerns a client, the newest first.
///
/// # Errors
/// `NotFound`.
pub async fn of_client(admin: &Administrator, id: &ClientId, limit: u32) -> Result<Vec<RecordedEvent>, AdminError> {
    admin.may(Permission::AuditRead)?;
    let mut tx = admin.store.begin().await?;
    if tx.clients().find(id).await?.is_none() {
        return Err(AdminError::NotFound(format!("there is no client {id}")));
    }
    let events = tx.audit().of_client(id, limit).await?;
    tx.audit().record(&admin.event(EventKind::AuditRead).of(id).with("events", events.len()).build()).await?;
    tx.commit().await?;
    Ok(events)
}
