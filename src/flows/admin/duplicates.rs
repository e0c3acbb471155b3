//! People who may be entered twice, for a registrar to look at; and one who was, of whose accounts one stays.

use crate::domain::account_life::{By, Transition};
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::citizen::Citizen;
use crate::domain::ids::CitizenId;
use crate::domain::likeness::Likeness;
use crate::flows::account_life::{self, Trust};
use crate::storage::Transaction;

use super::change_status::{Sessions, forget_sessions};
use super::find_citizen::Who;
use super::{AdminError, Administrator};

/// How many groups are looked at in one go.
const PAGE: u32 = 200;

/// People with the same name, date of birth and province, and numbers that differ.
#[derive(Debug)]
pub struct LookAlikes(pub Vec<Citizen>);

/// Who looks like `citizen`, who is here or about to be.
pub(super) async fn of(tx: &mut Transaction, citizen: &Citizen) -> Result<Vec<CitizenId>, AdminError> {
    match Likeness::of(citizen) {
        Some(likeness) => Ok(tx.likenesses().others(&likeness, citizen.id).await?),
        None => Ok(Vec::new()),
    }
}

/// A page of those who look alike, and where the next one begins. That they were looked at is recorded.
///
/// # Errors
/// Where the identity store is away.
pub async fn list(admin: &Administrator, after: &[u8]) -> Result<(Vec<LookAlikes>, Option<Vec<u8>>), AdminError> {
    admin.may(Permission::CitizenDuplicates)?;
    let mut tx = admin.store.begin().await?;
    let groups = tx.likenesses().groups(after, PAGE).await?;
    let next = groups.last().filter(|_| groups.len() == PAGE as usize).map(|last| last.cursor.clone());
    let mut found = Vec::with_capacity(groups.len());
    for group in groups {
        let mut people = Vec::with_capacity(group.citizens.len());
        for id in group.citizens {
            people.extend(tx.citizens().find(id).await?);
        }
        found.push(LookAlikes(people));
    }
    let event = admin.event(EventKind::DuplicatesListed).with("groups", found.len());
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok((found, next))
}

/// What became of a merge.
#[derive(Debug)]
pub struct Merged {
    pub closed: CitizenId,
    pub stays: CitizenId,
    pub sessions: Sessions,
}

/// Closes `duplicate`, which was a second account of whom `stays` is of. What portals were granted with it ends, and nothing
/// moves by itself: its owner signs in to them with the one that stays.
///
/// # Errors
/// `NotFound`; `Invalid` where both are one; `Conflict` where either has ended.
pub async fn merge(admin: &Administrator, duplicate: &Who, stays: &Who, reason: &str) -> Result<Merged, AdminError> {
    admin.may(Permission::CitizenMerge)?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let (duplicate, stays) = (duplicate.load(&mut tx).await?, stays.load(&mut tx).await?);
    admin.not_oneself(duplicate.id)?;
    admin.not_oneself(stays.id)?;
    if duplicate.id == stays.id {
        return Err(AdminError::invalid("into", "expected another account than the duplicate"));
    }
    if stays.status.has_ended() {
        return Err(AdminError::Conflict(format!("the account that is to stay is {}", stays.status)));
    }
    let change = account_life::Change {
        citizen: duplicate.id,
        transition: Transition::Close,
        by: By::Registrar,
        trust: Trust::Kept,
        ages: &admin.settings.identity.ages,
        event: admin.event(Transition::Close.event()).with("reason", reason),
        post: admin.post(),
    };
    let closed = account_life::change_status(&mut tx, change).await?;
    closed.map_err(|refused| AdminError::Conflict(refused.to_string()))?;
    // Its owner confirms their telephone and their mailbox in the account that stays.
    tx.citizens().update_profile(duplicate.id, &duplicate.profile, &[], now).await?;
    // As all that portals know them by: with another code the account is linked to the one that stays.
    tx.linked_accounts().end_all(duplicate.id).await?;
    tx.citizens().succeed(duplicate.id, stays.id, now).await?;
    tx.likenesses().remove(duplicate.id).await?;
    for (about, name, other) in [(duplicate.id, "into", stays.id), (stays.id, "merged", duplicate.id)] {
        let event = admin.event(EventKind::CitizenMerged).about(about).with(name, other).with("reason", reason);
        tx.audit().record(&event.build()).await?;
    }
    tx.commit().await?;
    let sessions = forget_sessions(admin, duplicate.id).await;
    Ok(Merged { closed: duplicate.id, stays: stays.id, sessions })
}
