//! Who owns which application: what the role of a client owner reaches.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::ids::{CitizenId, ClientId};

use super::change_status::Change;
use super::find_citizen::Who;
use super::registered_clients::find_to_change;
use super::{AdminError, Administrator};

/// Who owns this application.
///
/// # Errors
/// Where the identity store is away.
pub async fn list(admin: &Administrator, client: &ClientId) -> Result<Vec<CitizenId>, AdminError> {
    admin.may_on(Permission::ClientShow, client)?;
    Ok(admin.store.read().await?.role_grants().owners_of(client).await?)
}

/// Names an owner. What they may do with it takes the role as well.
///
/// # Errors
/// `NotFound`; `Conflict` where it is themselves, or the account is not active.
pub async fn name(admin: &Administrator, client: &ClientId, who: &Who) -> Result<Change, AdminError> {
    admin.may(Permission::ClientOwners)?;
    let mut tx = admin.store.begin().await?;
    find_to_change(&mut tx, client).await?;
    let citizen = who.load(&mut tx).await?;
    if admin.is(citizen.id) {
        return Err(AdminError::Conflict(
            "nobody gives themselves an application: another administrator has to".to_owned(),
        ));
    }
    if !citizen.status.is_active() {
        return Err(AdminError::Conflict(format!("the account is {}: nobody acts with it", citizen.status)));
    }
    if !tx.role_grants().name_owner(client, citizen.id, &admin.actor.to_text(), admin.clock.now()).await? {
        return Ok(Change::NothingToDo);
    }
    tx.audit().record(&admin.event(EventKind::OwnerNamed).about(citizen.id).of(client).build()).await?;
    tx.commit().await?;
    Ok(Change::Done)
}

/// They own it no more.
///
/// # Errors
/// `NotFound`.
pub async fn remove(admin: &Administrator, client: &ClientId, who: &Who) -> Result<Change, AdminError> {
    admin.may(Permission::ClientOwners)?;
    let mut tx = admin.store.begin().await?;
    find_to_change(&mut tx, client).await?;
    let citizen = who.load(&mut tx).await?;
    if !tx.role_grants().remove_owner(client, citizen.id).await? {
        return Ok(Change::NothingToDo);
    }
    tx.audit().record(&admin.event(EventKind::OwnerRemoved).about(citizen.id).of(client).build()).await?;
    tx.commit().await?;
    Ok(Change::Done)
}
