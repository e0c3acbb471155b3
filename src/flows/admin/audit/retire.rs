//! Retires what was kept long enough, for deployments whose servers may remove nothing of the audit log.

use crate::domain::administration::Permission;
use crate::flows::admin::{AdminError, Administrator};
use crate::flows::audit_log;

/// Retires the events that were kept for as long as `retention.activity` says: how many.
///
/// # Errors
/// `Conflict` where this account may not, either.
pub async fn retire(admin: &Administrator) -> Result<u64, AdminError> {
    admin.may(Permission::AuditRetire)?;
    let mut tx = admin.store.begin().await?;
    if !tx.audit_log().may_retire().await? {
        let sentence = "this account of the database may not: run it with the account that owns the schema";
        return Err(AdminError::Conflict(sentence.to_owned()));
    }
    tx.audit_log().add_months().await?;
    tx.commit().await?;
    let origin = audit_log::origin(&admin.settings.issuer);
    audit_log::settle(&admin.store, &admin.sealing, origin, &*admin.clock).await?;
    let before = admin.clock.now() - admin.settings.retention.activity;
    Ok(audit_log::retire(&admin.store, before, &admin.actor, &*admin.clock, &*admin.random).await?)
}
