//! What takes two registrars: one proposes, another one confirms, and it is done in the transaction of the confirmation.

use crate::domain::account_life::{By, Transition};
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::citizen::Citizen;
use crate::domain::ids::{CitizenId, ProposalId};
use crate::domain::proposal::{Proposal, Wish};
use crate::flows::account_life::{self, Trust};
use crate::storage::{Transaction, Verdict};

use super::change_status::{Sessions, forget_sessions};
use super::find_citizen::Who;
use super::issue_code::Issued;
use super::prove_identity;
use super::{AdminError, Administrator};

/// Who is shown to a registrar at a time.
const PAGE: u32 = 100;

/// A proposal, and the citizen as they are now.
#[derive(Debug)]
pub struct Waiting {
    pub proposal: Proposal,
    pub citizen: Citizen,
}

/// What was done.
#[derive(Debug)]
pub struct Done {
    /// Whose account it is from now on: another one than before where a stranger was put out of it.
    pub citizen: CitizenId,
    /// Who was put out.
    pub evicted: Option<CitizenId>,
    /// What the citizen sets a new password with, where they have nothing left to sign in with.
    pub code: Option<Issued>,
    pub sessions: Sessions,
}

/// Proposes that an account that has ended is opened again.
///
/// # Errors
/// `NotFound`; `Conflict` where it has not ended.
pub async fn propose_reopening(admin: &Administrator, who: &Who, reason: &str) -> Result<Proposal, AdminError> {
    admin.may(Permission::CitizenReopen)?;
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?;
    let ahead = Transition::Reopen.apply(citizen.status, None, By::TwoRegistrars);
    ahead.map_err(|refused| AdminError::Conflict(refused.to_string()))?;
    let proposal = make(admin, &mut tx, citizen.id, Wish::Reopen { reason: reason.to_owned() }).await?;
    tx.commit().await?;
    Ok(proposal)
}

/// Writes down what is wished, for another registrar to look at.
pub(super) async fn make(
    admin: &Administrator,
    tx: &mut Transaction,
    citizen: CitizenId,
    wish: Wish,
) -> Result<Proposal, AdminError> {
    let now = admin.clock.now();
    let proposal = Proposal {
        id: ProposalId::new(now, &*admin.random),
        citizen,
        proposed_by: admin.actor.to_text(),
        proposed_at: now,
        expires_at: now + admin.settings.identity.proposals,
        wish,
    };
    tx.proposals().make(&proposal).await?;
    let event = admin.event(EventKind::ProposalMade).about(citizen).with("proposal", proposal.id);
    tx.audit().record(&event.with("wish", proposal.wish.as_str()).build()).await?;
    Ok(proposal)
}

/// What waits for somebody's decision, the oldest first.
///
/// # Errors
/// Where the identity store is away.
pub async fn list(admin: &Administrator) -> Result<Vec<Proposal>, AdminError> {
    admin.may(Permission::ApprovalList)?;
    Ok(admin.store.read().await?.proposals().open(admin.clock.now(), PAGE).await?)
}

/// How many wait for somebody's decision.
///
/// # Errors
/// Where the identity store is away.
pub async fn count(admin: &Administrator) -> Result<usize, AdminError> {
    admin.may(Permission::ApprovalList)?;
    Ok(admin.store.read().await?.proposals().count_open(admin.clock.now()).await?)
}

/// One that waits, with the citizen as they are: that they were shown is recorded.
///
/// # Errors
/// `NotFound`; `Denied` for whoever sees what waits and no citizens.
pub async fn show(admin: &Administrator, id: ProposalId) -> Result<Waiting, AdminError> {
    admin.may(Permission::ApprovalList)?;
    admin.may(Permission::CitizenShow)?;
    let mut tx = admin.store.begin().await?;
    let waiting = load(&mut tx, id).await?;
    let event = admin.event(EventKind::CitizenShown).about(waiting.citizen.id).with("sight", "proposal");
    tx.audit().record(&event.with("proposal", id).build()).await?;
    tx.commit().await?;
    Ok(waiting)
}

/// What whoever decides it has to be allowed themselves.
pub const fn permission(wish: &Wish) -> Permission {
    match wish {
        Wish::Prove(_) => Permission::CitizenProve,
        Wish::Reopen { .. } => Permission::CitizenReopen,
    }
}

/// Another registrar confirms: it is done.
///
/// # Errors
/// `NotFound`; `Conflict` where it is the registrar's own, has expired, or the account or the document is not what it was.
pub async fn confirm(admin: &Administrator, id: ProposalId) -> Result<Done, AdminError> {
    admin.may(Permission::ApprovalDecide)?;
    let (now, who) = (admin.clock.now(), admin.actor.to_text());
    let mut tx = admin.store.begin().await?;
    let Waiting { proposal, citizen } = load(&mut tx, id).await?;
    admin.may(permission(&proposal.wish))?;
    admin.not_oneself(citizen.id)?;
    let accounts = &admin.settings.administration.shell_accounts;
    proposal.confirmable(&who, accounts, now).map_err(|unfit| AdminError::Conflict(unfit.to_string()))?;
    // Before anything is done: whoever comes second finds it decided.
    if !tx.proposals().decide(&proposal, Verdict::Confirmed, &who, now).await? {
        return Err(decided(id));
    }
    let mut done = match &proposal.wish {
        Wish::Prove(proof) => {
            prove_identity::still_as_seen(admin, &citizen, proof, proposal.proposed_at)?;
            prove_identity::carry_out(admin, &mut tx, &citizen, proof, Some(&proposal.proposed_by)).await?
        }
        Wish::Reopen { reason } => reopen(admin, &mut tx, &citizen, reason, &proposal.proposed_by).await?,
    };
    tx.commit().await?;
    if let Some(evicted) = done.evicted {
        done.sessions = forget_sessions(admin, evicted).await;
    }
    Ok(done)
}

/// Nothing is done. Whoever proposed it may think again as well.
///
/// # Errors
/// `NotFound`; `Conflict` where somebody was faster.
pub async fn decline(admin: &Administrator, id: ProposalId, reason: &str) -> Result<CitizenId, AdminError> {
    admin.may(Permission::ApprovalDecide)?;
    let mut tx = admin.store.begin().await?;
    let Waiting { proposal, citizen } = load(&mut tx, id).await?;
    admin.may(permission(&proposal.wish))?;
    if !tx.proposals().decide(&proposal, Verdict::Declined, &admin.actor.to_text(), admin.clock.now()).await? {
        return Err(decided(id));
    }
    let event = admin.event(EventKind::ProposalDeclined).about(citizen.id).with("proposal", id);
    tx.audit().record(&event.with("wish", proposal.wish.as_str()).with("reason", reason).build()).await?;
    tx.commit().await?;
    Ok(citizen.id)
}

async fn load(tx: &mut Transaction, id: ProposalId) -> Result<Waiting, AdminError> {
    let found = tx.proposals().find_open(id).await?;
    let unknown = || AdminError::NotFound(format!("there is no proposal {id} that waits for a decision"));
    let proposal = found.ok_or_else(unknown)?;
    let citizen = Who::Id(proposal.citizen).load(tx).await?;
    Ok(Waiting { proposal, citizen })
}

fn decided(id: ProposalId) -> AdminError {
    AdminError::Conflict(format!("proposal {id} was decided meanwhile, or has expired"))
}

async fn reopen(
    admin: &Administrator,
    tx: &mut Transaction,
    citizen: &Citizen,
    reason: &str,
    proposed_by: &str,
) -> Result<Done, AdminError> {
    let event = admin.event(Transition::Reopen.event()).with("reason", reason).with("proposed_by", proposed_by);
    let change = account_life::Change {
        citizen: citizen.id,
        transition: Transition::Reopen,
        by: By::TwoRegistrars,
        trust: Trust::Kept,
        ages: &admin.settings.identity.ages,
        event,
        post: admin.post(),
    };
    let changed = account_life::change_status(tx, change).await?;
    changed.map_err(|refused| AdminError::Conflict(refused.to_string()))?;
    Ok(Done { citizen: citizen.id, evicted: None, code: None, sessions: Sessions::Untouched })
}
