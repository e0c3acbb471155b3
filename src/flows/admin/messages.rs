//! What citizens are still to be told by mail and text message, and what became of it: never to whom nor what.

use crate::domain::administration::Permission;
use crate::domain::logout::DeliveryState;
pub use crate::storage::MessageRecord;

use super::{AdminError, Administrator};

/// The latest `limit` messages.
pub async fn list(
    admin: &Administrator,
    state: Option<DeliveryState>,
    limit: u32,
) -> Result<Vec<MessageRecord>, AdminError> {
    admin.may(Permission::DeliveryList)?;
    Ok(admin.store.read().await?.messages().list(state, None, limit).await?.items)
}
