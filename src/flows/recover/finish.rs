//! A recovery takes effect: the new password, without what was lost, and everybody out who was in.

use crate::domain::audit::{Actor, Outcome};
use crate::domain::ids::CitizenId;
use crate::domain::message::Notice;
use crate::domain::recovery::Recovery;
use crate::domain::signals::Initiator;
use crate::storage::{RecoveryEnd, RevocationReason, Transaction};

use super::super::audit::EventBuilder;
use super::super::notices::{self, Post};
use super::super::{App, FlowError, session, single_logout};

/// How many at a time.
const AT_ONCE: u32 = 100;

/// Whether it took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Applied {
    Done,
    /// It was stopped, or finished by another server; or the account was locked meanwhile, which stops it.
    TooLate,
}

/// Finishes every recovery that has cooled off.
pub async fn finish_due(app: &App) -> Result<(), FlowError> {
    let due = app.store.read().await?.recoveries().due(app.clock.now(), AT_ONCE).await?;
    for recovery in due {
        let mut tx = app.store.begin().await?;
        let applied = apply(app, &mut tx, &recovery).await?;
        tx.commit().await?;
        if applied == Applied::Done {
            forget_sessions(app, recovery.citizen).await?;
        }
    }
    Ok(())
}

/// Writes all of it, in one transaction; the sessions are to be forgotten once that is committed.
pub(super) async fn apply(app: &App, tx: &mut Transaction, recovery: &Recovery) -> Result<Applied, FlowError> {
    let (citizen, now) = (recovery.citizen, app.clock.now());
    let active = tx.citizens().standing(citizen).await?.is_some_and(|found| found.status.is_active());
    let end = if active { RecoveryEnd::Finished } else { RecoveryEnd::Stopped };
    if !tx.recoveries().settle(recovery, end, now).await? || !active {
        return Ok(Applied::TooLate);
    }
    if let Some(phc) = &recovery.phc {
        tx.passwords().replace(citizen, phc, now).await?;
    }
    for held in tx.credentials().list(citizen).await? {
        if !recovery.kept.keeps(held.credential.id) {
            tx.credentials().remove(citizen, held.credential.id).await?;
        }
    }
    tx.sent_codes().forgive(citizen).await?;
    tx.known_devices().forget_all(citizen).await?;
    tx.session_clients().close(citizen).await?;
    // Before their grants end: by those, some portals know them.
    let event = EventBuilder::new(now, &*app.random, Notice::RecoveryFinished.event(), Outcome::Success)
        .by(Actor::System)
        .with("means", recovery.means);
    notices::tell_of(&Post::of(app), tx, citizen, Notice::RecoveryFinished, event).await?;
    let left = tx.session_clients().leave_all(citizen).await?;
    single_logout::enqueue(tx, &left, Some(Initiator::System), now, &*app.random).await?;
    tx.citizens().end_sessions(citizen, now).await?;
    tx.grants().revoke_all(citizen, RevocationReason::AccountRecovered, now).await?;
    Ok(Applied::Done)
}

/// What SQL has ended is taken out of the short-lived store too.
pub(in crate::flows) async fn forget_sessions(app: &App, citizen: CitizenId) -> Result<(), FlowError> {
    app.deliveries.wake();
    session::forget_all(app, citizen).await
}
