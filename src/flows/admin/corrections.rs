//! What citizens say is wrong in their data, for a registrar: those that wait, and the answer to one.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::correction::{Correction, Outcome, words};
use crate::domain::ids::CorrectionId;

use super::{AdminError, Administrator};

/// Those that wait, the oldest first, those that follow `after`. That they were read is an event of each citizen.
pub async fn list(
    admin: &Administrator,
    after: Option<CorrectionId>,
    limit: u32,
) -> Result<(Vec<Correction>, Option<CorrectionId>), AdminError> {
    admin.may(Permission::CorrectionList)?;
    let mut tx = admin.store.begin().await?;
    let page = tx.corrections().waiting(after, limit).await?;
    for correction in &page.items {
        let event = admin.event(EventKind::CorrectionRead).about(correction.citizen).with("correction", correction.id);
        tx.audit().record(&event.build()).await?;
    }
    tx.commit().await?;
    Ok((page.items, page.next))
}

/// Answers one: the data itself is changed where it is kept, and never by this.
///
/// # Errors
/// `NotFound` where none waits; `Conflict` where it is their own; `Invalid` for an answer without words.
pub async fn settle(
    admin: &Administrator,
    id: CorrectionId,
    how: Outcome,
    answer: &str,
) -> Result<Correction, AdminError> {
    admin.may(Permission::CorrectionSettle)?;
    let answer = words(answer).map_err(|fault| AdminError::invalid("answer", fault.to_string()))?;
    let gone = || AdminError::NotFound(format!("no correction {id} waits"));
    let mut tx = admin.store.begin().await?;
    let waiting = tx.corrections().find_waiting(id).await?.ok_or_else(gone)?;
    admin.not_oneself(waiting.citizen)?;
    if !tx.corrections().settle(&waiting, how, &answer, &admin.actor.to_text(), admin.clock.now()).await? {
        return Err(gone());
    }
    let event = admin
        .event(EventKind::CorrectionSettled)
        .about(waiting.citizen)
        .with("correction", id)
        .with("outcome", how.as_str());
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(waiting)
}
