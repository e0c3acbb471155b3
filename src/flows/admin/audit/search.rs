//! Looks for events of anybody's, and at one of them with everything that shows that it is in the log. That they were read is recorded.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::ids::EventId;
use crate::flows::admin::{AdminError, Administrator};
use crate::flows::audit_log::prove::{self, Inclusion};
use crate::storage::Page;
pub use crate::storage::{EventSearch as Search, FoundEvent};

/// One event, with its proof.
#[derive(Clone, Debug)]
pub struct Shown {
    pub found: FoundEvent,
    /// `None` for as long as no head signs it: a few seconds.
    pub inclusion: Option<Inclusion>,
}

/// Up to `limit` events that everything of `search` is true of, the newest first, those older than `before`. A page may be short, or empty, and be
/// followed by another one all the same.
///
/// # Errors
/// `Invalid` for a span that ends before it begins.
pub async fn search(
    admin: &Administrator,
    search: &Search,
    before: Option<EventId>,
    limit: u32,
) -> Result<Page<FoundEvent, EventId>, AdminError> {
    admin.may(Permission::AuditRead)?;
    if search.since.zip(search.until).is_some_and(|(since, until)| since >= until) {
        return Err(AdminError::invalid("until", "expected a moment that is later than `since`"));
    }
    let mut tx = admin.store.begin().await?;
    let page = tx.audit().search_all(search, before, limit).await?;
    let event = admin.event(EventKind::AuditRead).with("events", page.items.len());
    let event = search.citizen.into_iter().fold(event, |event, citizen| event.about(citizen));
    let event = search.client.iter().fold(event, |event, client| event.of(client));
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(page)
}

/// One event.
///
/// # Errors
/// `NotFound`.
pub async fn show(admin: &Administrator, id: EventId) -> Result<Shown, AdminError> {
    admin.may(Permission::AuditRead)?;
    let found = admin.store.read().await?.audit().find(id).await?;
    let found = found.ok_or_else(|| AdminError::NotFound(format!("there is no event {id} in the audit log")))?;
    let inclusion = match prove::inclusion(&admin.store, id.uuid()).await {
        Ok(inclusion) => Some(inclusion),
        // It waits for its place, or for a head; what should have one and has none is for whoever verifies.
        Err(AdminError::Conflict(_) | AdminError::NotFound(_)) => None,
        Err(error) => return Err(error),
    };
    let read = admin.event(EventKind::AuditRead).with("event", id).build();
    admin.store.write().await?.audit().record(&read).await?;
    Ok(Shown { found, inclusion })
}
