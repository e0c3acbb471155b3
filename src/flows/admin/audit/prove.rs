//! Proofs about the audit log. That an event was read is recorded.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::ids::EventId;
use crate::flows::admin::{AdminError, Administrator};
use crate::flows::audit_log::prove::{self, Consistency, Inclusion};

/// Proves an event by the last head.
///
/// # Errors
/// `NotFound`; `Conflict` where no head signs it yet.
pub async fn inclusion(admin: &Administrator, event: EventId) -> Result<Inclusion, AdminError> {
    admin.may(Permission::AuditRead)?;
    let found = prove::inclusion(&admin.store, event.uuid()).await?;
    let read = admin.event(EventKind::AuditRead).with("event", event).build();
    admin.store.write().await?.audit().record(&read).await?;
    Ok(found)
}

/// Proves that head `second` grew from head `first`, by their numbers. It tells nothing of anybody.
///
/// # Errors
/// `NotFound`; `Conflict` where what the first one signs was retired.
pub async fn consistency(admin: &Administrator, first: u64, second: u64) -> Result<Consistency, AdminError> {
    admin.may(Permission::AuditVerify)?;
    if first > second {
        return Err(AdminError::invalid("second", "expected the later head"));
    }
    prove::consistency(&admin.store, first, second).await
}
