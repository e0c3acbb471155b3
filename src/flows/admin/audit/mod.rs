//! What auditors do with the audit log.

pub mod export;
pub mod names;
pub mod new_key;
pub mod prove;
pub mod retire;
pub mod search;
pub mod verification;
pub mod verify;

use crate::domain::administration::Permission;
use crate::storage::StoredHead;

use super::{AdminError, Administrator};

/// The last head that was signed.
///
/// # Errors
/// `Away`.
pub async fn last_head(admin: &Administrator) -> Result<Option<StoredHead>, AdminError> {
    admin.may(Permission::AuditVerify)?;
    Ok(admin.store.read().await?.audit_log().last_head().await?)
}
