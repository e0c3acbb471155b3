//! A new key for the audit log. The one before it signs beside it, so that witnesses and auditors who know only that one go on, and
//! are told the new one meanwhile.

use crate::crypto::transparency::NoteVerifier;
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::flows::admin::{AdminError, Administrator};
use crate::storage::{SealedKey, SealedKeyKind};

use super::verify;

const KIND: SealedKeyKind = SealedKeyKind::AuditLog;

/// Adds it: what heads are verified with from now on.
///
/// # Errors
/// `Conflict` where somebody else has just done the same.
pub async fn add(admin: &Administrator) -> Result<NoteVerifier, AdminError> {
    admin.may(Permission::AuditNewKey)?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let stored = tx.sealed_keys().load().await?;
    let newest = stored.iter().filter(|key| key.kind == KIND).map(|key| key.version).max().unwrap_or_default();
    let key = SealedKey::generate(KIND, newest + 1, &admin.sealing, &*admin.random, now)?;
    tx.sealed_keys().insert(&key).await?;
    tx.sealed_keys().retire(KIND, newest, now).await?;
    let event = admin.event(EventKind::AuditKeyAdded).with("version", newest + 1).build();
    tx.audit().record(&event).await?;
    tx.commit().await?;
    let keys = verify::keys(admin).await?;
    keys.verifiers().into_iter().next().ok_or_else(|| AdminError::failed("there is no key"))
}
