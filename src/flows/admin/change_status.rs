//! A registrar changes where an account is in its life: locks it, suspends it, records that its owner has died, closes it.

use serde_json::Value;

use crate::domain::account_life::{By, Transition, Why};
use crate::domain::administration::Permission;
use crate::domain::administration::approval::{Act, Matter};
use crate::domain::citizen::CitizenStatus;
use crate::domain::ids::CitizenId;
use crate::flows::account_life::{self, Trust};
use crate::flows::short_lived;
use crate::sessions::{Batch, Store};
use crate::storage::Transaction;

use super::find_citizen::Who;
use super::{AdminError, Administrator, approvals};

/// What became of it.
#[derive(Debug)]
pub struct Changed {
    pub citizen: CitizenId,
    pub status: CitizenStatus,
    pub change: Change,
    pub sessions: Sessions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Done,
    /// They were so already.
    NothingToDo,
}

/// Where sessions were ended. In the identity store they always are.
#[derive(Debug)]
pub enum Sessions {
    /// An account that is active keeps those that it has.
    Untouched,
    Ended(usize),
    /// They live inside a running server, which asks the identity store before it issues or tells anything.
    InsideTheServer,
    /// They are still there, and end where the identity store is asked.
    OutOfReach(AdminError),
}

impl Sessions {
    /// How many ended in the short-lived store. One that is out of reach is logged: no token works then and nobody signs in, and only
    /// pages may answer until servers ask the identity store.
    pub fn counted(&self) -> u64 {
        match self {
            Self::Ended(many) => *many as u64,
            Self::Untouched | Self::InsideTheServer => 0,
            Self::OutOfReach(error) => {
                tracing::error!(%error, "sessions could not be taken out of the short-lived store");
                0
            }
        }
    }
}

/// Takes an account from one state to another, as one registrar may: `reason` stands in the audit log.
///
/// # Errors
/// `NotFound`; `Conflict` where the account does not go there from where it is.
pub async fn change_status(
    admin: &Administrator,
    who: &Who,
    transition: Transition,
    reason: Option<&str>,
) -> Result<Changed, AdminError> {
    admin.may(Permission::CitizenStatus)?;
    let mut event = admin.event(transition.event());
    if let Some(reason) = reason {
        event = event.with("reason", reason);
    }
    let mut tx = admin.store.begin().await?;
    let found = who.load(&mut tx).await?;
    let citizen = found.id;
    if transition == Transition::Unlock && approvals::is_needed(admin, Matter::Unlock) {
        let ahead = transition.apply(found.status, None, By::Registrar);
        let to = ahead.map_err(|refused| AdminError::Conflict(refused.to_string()))?;
        let since = since(&mut tx, citizen).await?;
        let changes = vec![
            approvals::change("status", found.status.to_string(), to.to_string()),
            approvals::change("status_since", since.clone(), since),
        ];
        let act = Act::Unlock { citizen, reason: reason.map(str::to_owned) };
        return approvals::ask(admin, tx, Matter::Unlock, act, changes).await;
    }
    let change = account_life::Change {
        citizen,
        transition,
        by: By::Registrar,
        trust: Trust::Kept,
        ages: &admin.settings.identity.ages,
        event,
        post: admin.post(),
    };
    let (status, change) = match account_life::change_status(&mut tx, change).await? {
        Ok(changed) => {
            tx.commit().await?;
            (changed.to, Change::Done)
        }
        Err(refused) if refused.why == Why::Already => {
            drop(tx);
            (refused.from, Change::NothingToDo)
        }
        Err(refused) => return Err(AdminError::Conflict(refused.to_string())),
    };
    let sessions = match status.is_active() {
        true => Sessions::Untouched,
        // Also where nothing was changed: the short-lived store may have been away then.
        false => forget_sessions(admin, citizen).await,
    };
    Ok(Changed { citizen, status, change, sessions })
}

/// Since when the account is what it is, in microseconds of Unix time.
pub(super) async fn since(tx: &mut Transaction, citizen: CitizenId) -> Result<Value, AdminError> {
    let life = tx.citizens().life(citizen).await?;
    Ok(life.and_then(|life| life.since).map_or(Value::Null, |since| since.micros().into()))
}

/// Unlocks an account, within the transaction of whoever approves it.
pub(super) async fn unlock(
    admin: &Administrator,
    tx: &mut Transaction,
    citizen: CitizenId,
    reason: Option<&str>,
    asked_by: &str,
) -> Result<(), AdminError> {
    let mut event = admin.event(Transition::Unlock.event()).with("asked_by", asked_by);
    if let Some(reason) = reason {
        event = event.with("reason", reason);
    }
    let change = account_life::Change {
        citizen,
        transition: Transition::Unlock,
        by: By::Registrar,
        trust: Trust::Kept,
        ages: &admin.settings.identity.ages,
        event,
        post: admin.post(),
    };
    let changed = account_life::change_status(tx, change).await?;
    changed.map(drop).map_err(|refused| AdminError::Conflict(refused.to_string()))
}

/// Takes the sessions that have ended out of the short-lived store, where it can be reached from here.
pub(super) async fn forget_sessions(admin: &Administrator, citizen: CitizenId) -> Sessions {
    match &admin.sessions {
        None => Sessions::InsideTheServer,
        Some(store) => match forget_all(store, citizen).await {
            Ok(ended) => Sessions::Ended(ended),
            Err(error) => Sessions::OutOfReach(error),
        },
    }
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
