//! What clients are still to be told of sessions that ended, and what became of it.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::ids::{ClientId, DeliveryId};
use crate::domain::logout::{Delivery, DeliveryState, GIVE_UP_AFTER};

use crate::storage::Page;

use super::{AdminError, Administrator};

/// The latest `limit` deliveries.
pub async fn list(
    admin: &Administrator,
    client: Option<&ClientId>,
    state: Option<DeliveryState>,
    limit: u32,
) -> Result<Vec<Delivery>, AdminError> {
    admin.may(Permission::DeliveryList)?;
    Ok(admin.store.read().await?.logout_outbox().list(client, state, None, limit).await?.items)
}

/// Up to `limit` deliveries, the latest first, those that were made before `before`.
pub async fn page(
    admin: &Administrator,
    client: Option<&ClientId>,
    state: Option<DeliveryState>,
    before: Option<DeliveryId>,
    limit: u32,
) -> Result<Page<Delivery, DeliveryId>, AdminError> {
    admin.may(Permission::DeliveryList)?;
    Ok(admin.store.read().await?.logout_outbox().list(client, state, before, limit).await?)
}

/// Which deliveries are tried once more.
#[derive(Clone, Debug)]
pub enum Which {
    One(DeliveryId),
    /// All of a client's that have not succeeded.
    OfClient(ClientId),
}

/// Has deliveries that have not succeeded tried once more, at once; tells how many.
///
/// # Errors
/// `NotFound` where the one that is named is not there, or has succeeded.
pub async fn retry(admin: &Administrator, which: &Which) -> Result<u64, AdminError> {
    admin.may(Permission::DeliveryRetry)?;
    let now = admin.clock.now();
    let event = admin.event(EventKind::LogoutRetried);
    let mut tx = admin.store.begin().await?;
    let (retried, event) = match which {
        Which::One(id) => {
            if tx.logout_outbox().retry(*id, now, now + GIVE_UP_AFTER).await? == 0 {
                return Err(AdminError::NotFound(format!("there is no delivery {id} that has not succeeded")));
            }
            (1, event.with("delivery", id))
        }
        Which::OfClient(client) => {
            let retried = tx.logout_outbox().retry_all(client, now, now + GIVE_UP_AFTER).await?;
            (retried, event.of(client).with("deliveries", retried))
        }
    };
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(retried)
}
