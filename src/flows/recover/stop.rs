//! A recovery is stopped: by whoever holds the link of the notice, or from within the account.

use crate::domain::audit::{Actor, Outcome};
use crate::domain::message::Notice;
use crate::domain::recovery::Recovery;
use crate::domain::secret::SecretString;
use crate::storage::RecoveryEnd;

use super::super::notices::{self, Post};
use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError};

/// The recovery that waits and that this secret stops.
pub async fn find(app: &App, secret: &SecretString) -> Result<Option<Recovery>, FlowError> {
    Ok(app.store.read().await?.recoveries().stopped_by(super::stop_hash(secret)).await?)
}

/// Stops it, for whoever knows its secret; `false` where nothing waits that it stops.
pub async fn by_link(app: &App, visitor: &Visitor, secret: &SecretString) -> Result<bool, FlowError> {
    match find(app, secret).await? {
        // Whoever holds the link has not shown who they are.
        Some(recovery) => settle(app, visitor, &recovery, Actor::Anyone).await,
        None => Ok(false),
    }
}

/// Stops what waits of the citizen of this session: any session does.
pub async fn from_account(app: &App, visitor: &Visitor, current: &CurrentSession) -> Result<bool, FlowError> {
    let citizen = current.citizen();
    match app.store.read().await?.recoveries().waiting(citizen).await? {
        Some(recovery) => settle(app, visitor, &recovery, Actor::Citizen(citizen)).await,
        None => Ok(false),
    }
}

async fn settle(app: &App, visitor: &Visitor, recovery: &Recovery, by: Actor) -> Result<bool, FlowError> {
    let event = app.event(visitor, Notice::RecoveryStopped.event(), Outcome::Success).by(by);
    let mut tx = app.store.begin().await?;
    if !tx.recoveries().settle(recovery, RecoveryEnd::Stopped, app.clock.now()).await? {
        return Ok(false);
    }
    notices::tell_of(&Post::of(app), &mut tx, recovery.citizen, Notice::RecoveryStopped, event).await?;
    tx.commit().await?;
    Ok(true)
}
