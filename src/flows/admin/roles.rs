//! Who holds which role. Nobody gives themselves one, and while there is an administrator the last one is not put out from inside.

use crate::domain::administration::approval::{Act, Matter};
use crate::domain::administration::break_glass;
use crate::domain::administration::{Authority, Permission, Role, RoleGrant};
use crate::domain::audit::EventKind;
use crate::domain::ids::{CitizenId, RoleGrantId};
use crate::domain::time::Timestamp;

use crate::storage::Transaction;

use super::change_status::Change;
use super::find_citizen::Who;
use super::{AdminError, Administrator};
use super::{approvals, entry};

/// Every grant that nobody has ended, the oldest first; those of accounts that are locked rest and are among them.
///
/// # Errors
/// Where the identity store is away.
pub async fn list(admin: &Administrator) -> Result<Vec<RoleGrant>, AdminError> {
    admin.may(Permission::RoleList)?;
    Ok(admin.store.read().await?.role_grants().all(admin.clock.now()).await?)
}

/// Gives somebody else a role, until `until` where that is said.
///
/// # Errors
/// `NotFound`; `Conflict` where it is themselves, where the account is not active, and where they hold it already.
pub async fn grant(
    admin: &Administrator,
    who: &Who,
    role: Role,
    until: Option<Timestamp>,
) -> Result<RoleGrant, AdminError> {
    admin.may(Permission::RoleGrant)?;
    let now = admin.clock.now();
    if until.is_some_and(|until| until <= now) {
        return Err(AdminError::invalid("until", "expected a time to come"));
    }
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?.id;
    if admin.is(citizen) {
        return Err(AdminError::Conflict("nobody gives themselves a role: another administrator has to".to_owned()));
    }
    if approvals::is_needed(admin, Matter::RoleGrant) {
        let held = held(admin, &mut tx, citizen).await?;
        let with: Vec<&str> = held.iter().copied().chain(std::iter::once(role.as_str())).collect();
        let changes = vec![approvals::change("roles", held, with)];
        let act = Act::GrantRole { citizen, role: role.to_string(), until };
        return approvals::ask(admin, tx, Matter::RoleGrant, act, changes).await;
    }
    let granted = give(admin, &mut tx, citizen, role, until).await?;
    tx.commit().await?;
    Ok(granted)
}

/// The names of the roles that somebody holds now, in order.
pub(super) async fn held(
    admin: &Administrator,
    tx: &mut Transaction,
    citizen: CitizenId,
) -> Result<Vec<&'static str>, AdminError> {
    let grants = tx.role_grants().of(citizen, admin.clock.now()).await?;
    let mut held: Vec<&str> = grants.into_iter().map(|grant| grant.role.as_str()).collect();
    held.sort_unstable();
    Ok(held)
}

/// Gives the role, within the transaction of whatever allows it.
pub(super) async fn give(
    admin: &Administrator,
    tx: &mut Transaction,
    citizen: CitizenId,
    role: Role,
    until: Option<Timestamp>,
) -> Result<RoleGrant, AdminError> {
    let now = admin.clock.now();
    let citizen = Who::Id(citizen).load(tx).await?;
    if !citizen.status.is_active() {
        return Err(AdminError::Conflict(format!("the account is {}: nobody acts with it", citizen.status)));
    }
    if !entry::administers_here(citizen.id, &admin.settings.issuer) {
        let told = "whoever was made up administers nothing but a demonstration on this machine";
        return Err(AdminError::Conflict(told.to_owned()));
    }
    if until.is_some_and(|until| until <= now) {
        return Err(AdminError::Conflict("its time is over".to_owned()));
    }
    let mut granted = RoleGrant {
        id: RoleGrantId::new(now, &*admin.random),
        citizen: citizen.id,
        role,
        granted_by: admin.actor.to_text(),
        since: now,
        until,
        ended_at: None,
    };
    if let Some(own) = by_broken_glass(admin, tx).await? {
        // Nothing of that hour stays behind it: an administrator who does not owe the role to it gives it, or approves it.
        granted.granted_by = break_glass::granted_by(&granted.granted_by);
        granted.until = own.until.into_iter().chain(until).min();
    }
    let until = granted.until;
    if !tx.role_grants().grant(&granted).await? {
        return Err(AdminError::Conflict(format!("citizen {} is {role} already", citizen.id)));
    }
    let mut event = admin.event(EventKind::RoleGranted).about(citizen.id).with("role", role);
    if let Some(until) = until {
        event = event.with("until", until.seconds());
    }
    tx.audit().record(&event.build()).await?;
    Ok(granted)
}

/// The role of an administrator that whoever acts owes to the broken glass, where they do.
pub(super) async fn by_broken_glass(
    admin: &Administrator,
    tx: &mut Transaction,
) -> Result<Option<RoleGrant>, AdminError> {
    let Authority::Staff(staff) = &admin.authority else { return Ok(None) };
    let own = tx.role_grants().find(staff.citizen, Role::Administrator).await?;
    Ok(own.filter(|own| break_glass::ends_with_it(&own.granted_by)))
}

/// Withdraws a role: from the next act on it counts for nothing.
///
/// # Errors
/// `NotFound`; `Conflict` for the last administrator, whom only the shell puts out.
pub async fn revoke(admin: &Administrator, who: &Who, role: Role) -> Result<Change, AdminError> {
    admin.may(Permission::RoleRevoke)?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?;
    if role == Role::Administrator && admin.authority != Authority::Shell {
        // Of two who put each other out at once, one comes second and finds themselves alone.
        tx.role_grants().take_turn(now).await?;
        let others = tx.role_grants().holders(role, now, 2).await?;
        if others.iter().all(|other| other.citizen == citizen.id) {
            return Err(AdminError::Conflict(
                "this is the last administrator: they are put out at the shell".to_owned(),
            ));
        }
    }
    if !tx.role_grants().end(citizen.id, role, &admin.actor.to_text(), now).await? {
        return Ok(Change::NothingToDo);
    }
    let event = admin.event(EventKind::RoleRevoked).about(citizen.id).with("role", role);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Change::Done)
}
