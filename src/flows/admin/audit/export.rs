//! Writes the audit log out.

use std::io::Write;

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::flows::admin::{AdminError, Administrator};
use crate::flows::audit_log::{self, Exported};

use super::verify;

/// Writes every event that a head signs, and every head. That it was is an event itself.
///
/// # Errors
/// `Away`, or where nothing more can be written.
pub async fn export(admin: &Administrator, out: impl Write + Send) -> Result<Exported, AdminError> {
    admin.may(Permission::AuditExport)?;
    let keys = verify::keys(admin).await?;
    audit_log::settle(&admin.store, &admin.sealing, keys.origin().to_owned(), &*admin.clock).await?;
    let written = audit_log::export(&admin.store, &keys, out).await?;
    let event = admin.event(EventKind::AuditExported).with("events", written.events).with("heads", written.heads);
    admin.store.write().await?.audit().record(&event.build()).await?;
    Ok(written)
}
