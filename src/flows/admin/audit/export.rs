//! Writes the audit log out.

use std::io::Write;

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::ids::EventId;
use crate::domain::time::Timestamp;
use crate::flows::admin::{AdminError, Administrator};
use crate::flows::audit_log::{self, Exported, Lines};

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

/// Lines of an export: up to `limit` events that were recorded from the first moment on and before the second, those behind `after`, and
/// behind which the next ones are. That they were taken along is an event itself.
///
/// # Errors
/// `Invalid` where the second moment is not later.
pub async fn between(
    admin: &Administrator,
    span: (Timestamp, Timestamp),
    after: Option<EventId>,
    limit: u32,
) -> Result<(Vec<serde_json::Value>, Option<EventId>), AdminError> {
    admin.may(Permission::AuditExport)?;
    if span.0 >= span.1 {
        return Err(AdminError::invalid("until", "expected a moment that is later than `since`"));
    }
    let (lines, next) = audit_log::between(&admin.store, span, after.map(EventId::uuid), limit).await?;
    let event = admin.event(EventKind::AuditExported).with("events", lines.len());
    let event = event.with("since", span.0.seconds()).with("until", span.1.seconds());
    admin.store.write().await?.audit().record(&event.build()).await?;
    Ok((lines, next.map(EventId::from_uuid)))
}

/// The lines of an export of what was recorded from the first moment on and before the second, all of them. That they are taken along is
/// an event before the first of them is.
///
/// # Errors
/// `Invalid` where the second moment is not later.
pub async fn lines(admin: &Administrator, span: (Timestamp, Timestamp)) -> Result<Lines, AdminError> {
    admin.may(Permission::AuditExport)?;
    if span.0 >= span.1 {
        return Err(AdminError::invalid("until", "expected a moment that is later than `since`"));
    }
    let event = admin.event(EventKind::AuditExported);
    let event = event.with("since", span.0.seconds()).with("until", span.1.seconds()).build();
    admin.store.write().await?.audit().record(&event).await?;
    Ok(Lines::new(admin.store.clone(), span))
}
