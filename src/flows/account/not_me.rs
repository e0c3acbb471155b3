//! "This was not me": the account is closed in one action, by whoever is signed in to it, until the authority opens it.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::CitizenStatus;
use crate::storage::RevocationReason;

use super::super::session::{self, CurrentSession};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, single_logout};

/// Locks the account as an operator would: every session ends, no token works, and nobody signs in; and what was granted stays
/// ended when the account is opened again, because somebody else may have granted it. Nothing has to be proven
/// for it beside the session, because an owner in a hurry may have nothing else left, and what it closes an office opens again.
pub async fn lock(app: &App, visitor: &Visitor, current: &CurrentSession) -> Result<(), FlowError> {
    let (citizen, now) = (current.citizen(), app.clock.now());
    let event = app
        .event(visitor, EventKind::CitizenLocked, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .with("reason", "not_me")
        .with("device", &visitor.device_name);
    let mut tx = app.store.begin().await?;
    tx.session_clients().close(citizen).await?;
    let left = tx.session_clients().leave_all(citizen).await?;
    single_logout::enqueue(&mut tx, &left, now, &*app.random).await?;
    tx.recoveries().stop_all(citizen, now).await?;
    // Whoever it was may have made their device one of the citizen's.
    tx.known_devices().forget_all(citizen).await?;
    tx.citizens().set_status(citizen, CitizenStatus::Locked, now).await?;
    tx.grants().revoke_all(citizen, RevocationReason::NotMe, now).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    app.deliveries.wake();
    session::forget_all(app, citizen).await
}
