//! Retires events that were kept for as long as the settings say. The tree that they were stays as its frontier, so the rest is
//! verified as before.

use std::time::Duration;

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::random::Random;
use crate::domain::time::{Clock, Timestamp};
use crate::flows::audit::EventBuilder;
use crate::storage::{self, Retirement, Store};

/// Events of one transaction.
const AT_ONCE: u32 = 10_000;
/// Retirements are kept for good, so there is one a day at most where there are few events.
const DAY: Duration = Duration::from_secs(86_400);

/// Retires the events that were recorded before the day of `before`, as far as a head has signed them: how many. None where the
/// account that the server has may not.
///
/// # Errors
/// `Unavailable`; what was retired until then stays so.
pub async fn retire(
    store: &Store,
    before: Timestamp,
    actor: &Actor,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<u64, storage::Error> {
    let day = i64::try_from(DAY.as_micros()).unwrap_or(i64::MAX);
    let before = Timestamp::from_micros(before.micros().div_euclid(day) * day);
    let mut retired = 0;
    loop {
        let gone = turn(store, before, actor, clock, random).await?;
        retired += gone;
        if gone < u64::from(AT_ONCE) {
            break;
        }
    }
    // What is left of a month whose events have gone.
    if let Err(error) = drop_months(store, before).await {
        tracing::warn!(%error, "months of the audit log that hold no event could not be removed; it is tried again");
    }
    Ok(retired)
}

async fn drop_months(store: &Store, before: Timestamp) -> Result<(), storage::Error> {
    let mut tx = store.begin().await?;
    let dropped = tx.audit_log().drop_months(before).await?;
    tx.commit().await?;
    if dropped > 0 {
        tracing::info!(dropped, "months of the audit log that hold no event were removed");
    }
    Ok(())
}

async fn turn(
    store: &Store,
    before: Timestamp,
    actor: &Actor,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<u64, storage::Error> {
    let mut tx = store.begin().await?;
    if !tx.audit_log().may_retire().await? || !tx.audit_log().elect().await? {
        return Ok(0);
    }
    let mut frontier = tx.audit_log().retirement().await?.map(|last| last.frontier).unwrap_or_default();
    let Some(head) = tx.audit_log().last_head().await? else { return Ok(0) };
    let from = frontier.size();
    let leaves = tx.audit_log().leaves(from, AT_ONCE).await?;
    let mut events = Vec::new();
    for leaf in leaves.iter().take_while(|leaf| leaf.is_before(before) && leaf.place < head.size) {
        let hash = leaf.hash.as_slice().try_into().map_err(|_| storage::Error::Corrupt("a leaf of the audit log"))?;
        if leaf.place != frontier.size() {
            return Err(storage::Error::Corrupt("a place of the audit log"));
        }
        frontier.append(hash, |_, _| {});
        events.push(leaf.event);
    }
    if events.is_empty() {
        // Another's turn begins at once.
        tx.commit().await?;
        return Ok(0);
    }
    let (size, at) = (frontier.size(), clock.now());
    let first_head = tx.audit_log().first_head_of(size).await?.unwrap_or(head.number);
    tx.audit_log().retire(&Retirement { size, frontier, first_head, at }, &events).await?;
    let event = EventBuilder::new(at, random, EventKind::AuditRetired, Outcome::Success).by(actor.clone());
    tx.audit().record(&event.with("from", from).with("before", size).build()).await?;
    tx.commit().await?;
    Ok(events.len() as u64)
}
