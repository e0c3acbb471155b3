//! Locking a citizen ends every session at once; unlocking lets them sign in again.

use crate::domain::audit::EventKind;
use crate::domain::citizen::CitizenStatus;
use crate::domain::ids::CitizenId;
use crate::flows::{short_lived, single_logout};
use crate::sessions::{Batch, Store};

use super::find_citizen::Who;
use super::{AdminError, Administrator};

/// What became of it.
#[derive(Debug)]
pub struct Changed {
    pub citizen: CitizenId,
    pub change: Change,
    pub sessions: Sessions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Done,
    /// They were locked, or unlocked, already.
    NothingToDo,
}

/// Where sessions were ended. In the identity store they always are.
#[derive(Debug)]
pub enum Sessions {
    /// Unlocking ends none.
    Untouched,
    Ended(usize),
    /// They live inside a running server, which asks the identity store before it issues or tells anything.
    InsideTheServer,
    /// They are still there, and end where the identity store is asked.
    OutOfReach(AdminError),
}

/// Nobody signs in, no token works, and every session has ended, until they are unlocked.
///
/// # Errors
/// `NotFound`.
pub async fn lock(admin: &Administrator, who: &Who, reason: Option<&str>) -> Result<Changed, AdminError> {
    let (citizen, change) = set_status(admin, who, CitizenStatus::Locked, reason).await?;
    // Also where they were locked before: the short-lived store may have been away then.
    let sessions = match &admin.sessions {
        None => Sessions::InsideTheServer,
        Some(store) => match forget_all(store, citizen).await {
            Ok(ended) => Sessions::Ended(ended),
            Err(error) => Sessions::OutOfReach(error),
        },
    };
    Ok(Changed { citizen, change, sessions })
}

/// They can sign in again. What they were signed in to stays ended.
///
/// # Errors
/// `NotFound`.
pub async fn unlock(admin: &Administrator, who: &Who, reason: Option<&str>) -> Result<Changed, AdminError> {
    let (citizen, change) = set_status(admin, who, CitizenStatus::Active, reason).await?;
    Ok(Changed { citizen, change, sessions: Sessions::Untouched })
}

async fn set_status(
    admin: &Administrator,
    who: &Who,
    status: CitizenStatus,
    reason: Option<&str>,
) -> Result<(CitizenId, Change), AdminError> {
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?;
    if citizen.status == status {
        return Ok((citizen.id, Change::NothingToDo));
    }
    let kind = match status {
        CitizenStatus::Locked => EventKind::CitizenLocked,
        CitizenStatus::Active => EventKind::CitizenUnlocked,
    };
    let mut event = admin.event(kind).about(citizen.id);
    if let Some(reason) = reason {
        event = event.with("reason", reason);
    }
    if status == CitizenStatus::Locked {
        tx.recoveries().stop_all(citizen.id, admin.clock.now()).await?;
        tx.session_clients().close(citizen.id).await?;
        let left = tx.session_clients().leave_all(citizen.id).await?;
        single_logout::enqueue(&mut tx, &left, admin.clock.now(), &*admin.random).await?;
    }
    tx.citizens().set_status(citizen.id, status, admin.clock.now()).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok((citizen.id, Change::Done))
}

/// Takes every session of a citizen out of the short-lived store.
async fn forget_all(store: &Store, citizen: CitizenId) -> Result<usize, AdminError> {
    let set = short_lived::sessions_of(citizen);
    let mut ended = 0;
    loop {
        let members = store.members(&set).await?;
        if members.is_empty() {
            return Ok(ended);
        }
        for member in &members {
            let batch = Batch::new().delete(&short_lived::session(&member.key)).remove(&set, member)?;
            store.apply(batch).await?;
        }
        ended += members.len();
    }
}
