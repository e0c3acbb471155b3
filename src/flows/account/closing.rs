//! A citizen wants their account closed: it waits, so that they can think again, and is closed by itself.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::ids::CitizenId;
use crate::domain::message::Notice;
use crate::domain::time::Timestamp;
use crate::storage::Transaction;

use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, notices};

/// When it is closed, where it is to be.
pub async fn closes_at(app: &App, current: &CurrentSession) -> Result<Option<Timestamp>, FlowError> {
    let life = app.store.read().await?.citizens().life(current.citizen()).await?;
    Ok(life.and_then(|life| life.closes_at))
}

/// Notes that it is to be closed, and tells its owner on every channel: whoever wants it may be somebody else.
pub async fn ask(app: &App, visitor: &Visitor, current: &CurrentSession) -> Result<(), FlowError> {
    let (citizen, now) = (current.citizen(), app.clock.now());
    let closes_at = now + app.settings.accounts.closing_delay;
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? || !tx.citizens().close_later(citizen, closes_at, now).await? {
        return Ok(());
    }
    notices::tell(app, visitor, &mut tx, citizen, Notice::ClosingAsked { closes_at }).await?;
    tx.commit().await?;
    app.post.wake();
    Ok(())
}

/// They have thought again, and say so on the page.
pub async fn keep(app: &App, visitor: &Visitor, current: &CurrentSession) -> Result<(), FlowError> {
    let mut tx = app.store.begin().await?;
    if super::stands(&mut tx, current).await? {
        cancel(app, visitor, &mut tx, current.citizen()).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The account is not to be closed, if it was: whoever signs in anew keeps it.
pub(in crate::flows) async fn cancel(
    app: &App,
    visitor: &Visitor,
    tx: &mut Transaction,
    citizen: CitizenId,
) -> Result<(), FlowError> {
    if tx.citizens().keep(citizen, app.clock.now()).await? {
        let event = app.event(visitor, EventKind::ClosingCancelled, Outcome::Success);
        tx.audit().record(&event.by(Actor::Citizen(citizen)).about(citizen).build()).await?;
    }
    Ok(())
}
