//! What takes a second person, in one mechanism: a use case whose matter the settings name asks here instead of doing it, and what was
//! asked is done in the transaction of the approval, where what it changes is still as it was.

use serde_json::Value;

use crate::domain::administration::approval::{Act, Approval, Decision, FieldChange, Matter, Outcome, Unfit};
use crate::domain::administration::{Permission, Role};
use crate::domain::audit::{Actor, EventKind};
use crate::domain::client::Client;
use crate::domain::ids::ApprovalId;
use crate::domain::keys::KeyAlgorithm;
use crate::domain::operator::ShellAccounts;
use crate::domain::stage::Stage;
use crate::flows::App;
use crate::flows::audit::EventBuilder;
use crate::storage::{self, Transaction};

use super::change_status::{self, Sessions};
use super::rotate_keys::{self, When};
use super::{AdminError, Administrator, roles, update_client};

/// How many are shown at a time.
pub const PAGE: u32 = 200;

/// What was done.
#[derive(Debug)]
pub struct Done {
    pub approval: Approval,
    /// What became of sessions, where an account was unlocked.
    pub sessions: Sessions,
}

/// Whether this takes a second person here.
pub(in crate::flows) fn is_needed(admin: &Administrator, matter: Matter) -> bool {
    admin.settings.administration.approvals.contains(&matter)
}

/// Writes down what is asked, for somebody else to approve, and commits it.
///
/// # Errors
/// `Waits`, always, where the store is there: nothing was done yet.
pub(in crate::flows) async fn ask<T>(
    admin: &Administrator,
    mut tx: Transaction,
    matter: Matter,
    act: Act,
    changes: Vec<FieldChange>,
) -> Result<T, AdminError> {
    let approval = new(admin, matter, act, changes);
    write(admin, &mut tx, &approval).await?;
    tx.commit().await?;
    Err(AdminError::Waits(Box::new(approval)))
}

/// Asks that a client which was just registered is switched on, with all that it would be told and where.
pub(super) async fn to_switch_on(
    admin: &Administrator,
    tx: &mut Transaction,
    client: &Client,
) -> Result<ApprovalId, AdminError> {
    let changes = with_what_stands(client, change("status", "disabled", "active"))?;
    let asked = new(admin, Matter::RedirectUris, Act::ChangeClient { client: client.id.clone() }, changes);
    write(admin, tx, &asked).await?;
    Ok(asked.id)
}

/// What is asked where a client registered itself (RFC 7591) and that takes a second person here: it is switched off until then, and all that
/// it would be told, and where, is shown. `None` where it does not; nobody real comes to the sandbox.
pub(in crate::flows) fn of_registration(app: &App, client: &Client) -> Result<Option<Approval>, AdminError> {
    let administration = &app.settings.administration;
    let takes_two =
        [Matter::RedirectUris, Matter::Identifiers].iter().any(|one| administration.approvals.contains(one));
    if !takes_two || client.stage == Stage::Sandbox {
        return Ok(None);
    }
    let now = app.clock.now();
    Ok(Some(Approval {
        id: ApprovalId::new(now, &*app.random),
        matter: Matter::RedirectUris,
        act: Act::ChangeClient { client: client.id.clone() },
        changes: with_what_stands(client, change("status", "disabled", "active"))?,
        asked_by: Actor::Client(client.id.clone()).to_text(),
        asked_at: now,
        expires_at: now + administration.requests,
        decision: None,
    }))
}

/// `first`, and beside it all that the client is but how it proves itself: what stands there at the approval has to be what was shown. A
/// secret that was changed meanwhile is no other client.
pub(in crate::flows) fn with_what_stands(client: &Client, first: FieldChange) -> Result<Vec<FieldChange>, AdminError> {
    const NEVER_KEPT: [&str; 6] =
        ["authentication", "former_secret", "secret_until", "created_at", "updated_at", "display.fetched_logo"];
    let stands = |name: &str| {
        name != first.field
            && !NEVER_KEPT
                .iter()
                .any(|kept| name.strip_prefix(kept).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    };
    let members: Vec<_> = update_client::members(client)?.into_iter().filter(|(name, _)| stands(name)).collect();
    let members = members.into_iter();
    let standing = members.map(|(name, value)| change(&name, value.clone(), value));
    Ok(std::iter::once(first).chain(standing).collect())
}

async fn write(admin: &Administrator, tx: &mut Transaction, approval: &Approval) -> Result<(), AdminError> {
    tx.approvals().ask(approval).await?;
    Ok(record_asked(tx, admin.event(EventKind::ApprovalAsked), approval).await?)
}

/// Records who asked, by `event`, for what.
pub(in crate::flows) async fn record_asked(
    tx: &mut Transaction,
    event: EventBuilder,
    approval: &Approval,
) -> Result<(), storage::Error> {
    tx.audit().record(&about(event, approval).build()).await
}

fn new(admin: &Administrator, matter: Matter, act: Act, changes: Vec<FieldChange>) -> Approval {
    let now = admin.clock.now();
    Approval {
        id: ApprovalId::new(now, &*admin.random),
        matter,
        act,
        changes,
        asked_by: admin.actor.to_text(),
        asked_at: now,
        expires_at: now + admin.settings.administration.requests,
        decision: None,
    }
}

/// Up to `limit` that somebody asked for and that wait for another person, the oldest first, after `after`. What clients ask for themselves
/// is on a list of its own until somebody takes it up ([`by_themselves`]): anybody may send that, as often as they like.
///
/// # Errors
/// Where the identity store is away.
pub async fn list(admin: &Administrator, after: Option<ApprovalId>, limit: u32) -> Result<Vec<Approval>, AdminError> {
    admin.may(Permission::ApprovalList)?;
    Ok(admin.store.read().await?.approvals().open(after, admin.clock.now(), limit).await?)
}

/// Up to `limit` that clients asked for by registering themselves and that nobody has taken up, the oldest first, after `after`.
///
/// # Errors
/// Where the identity store is away.
pub async fn by_themselves(
    admin: &Administrator,
    after: Option<ApprovalId>,
    limit: u32,
) -> Result<Vec<Approval>, AdminError> {
    admin.may(Permission::ApprovalList)?;
    Ok(admin.store.read().await?.approvals().by_themselves(after, admin.clock.now(), limit).await?)
}

/// How many of these there are.
///
/// # Errors
/// Where the identity store is away.
pub async fn count_by_themselves(admin: &Administrator) -> Result<usize, AdminError> {
    admin.may(Permission::ApprovalList)?;
    Ok(admin.store.read().await?.approvals().count_by_themselves(admin.clock.now()).await?)
}

/// Up to `limit` of what was asked and what became of it, the newest first, before `before`.
///
/// # Errors
/// Where the identity store is away.
pub async fn past(admin: &Administrator, before: Option<ApprovalId>, limit: u32) -> Result<Vec<Approval>, AdminError> {
    admin.may(Permission::ApprovalList)?;
    Ok(admin.store.read().await?.approvals().list(before, limit).await?)
}

/// How many that somebody asked for wait for another person.
///
/// # Errors
/// Where the identity store is away.
pub async fn count(admin: &Administrator) -> Result<usize, AdminError> {
    admin.may(Permission::ApprovalList)?;
    Ok(admin.store.read().await?.approvals().count_open(admin.clock.now()).await?)
}

/// One that concerns an application that they reach, for whoever does not see them all: its owner.
///
/// # Errors
/// `NotFound`, for any other as well.
pub async fn show_of_application(admin: &Administrator, id: ApprovalId) -> Result<Approval, AdminError> {
    let reached = admin.may_on_own(Permission::ClientShow)?;
    let found = admin.store.read().await?.approvals().find(id).await?;
    found.filter(|one| one.act.client().is_some_and(|client| reached.holds(client))).ok_or_else(|| unknown(id))
}

/// What they asked for an application of theirs is withdrawn.
///
/// # Errors
/// As [`withdraw`].
pub async fn withdraw_of_application(admin: &Administrator, id: ApprovalId) -> Result<Approval, AdminError> {
    admin.may_on_own(Permission::ClientShow)?;
    take_back(admin, show_of_application(admin, id).await?).await
}

/// # Errors
/// `NotFound`.
pub async fn show(admin: &Administrator, id: ApprovalId) -> Result<Approval, AdminError> {
    admin.may(Permission::ApprovalList)?;
    admin.store.read().await?.approvals().find(id).await?.ok_or_else(|| unknown(id))
}

/// Does what somebody else asked. What a client asked by registering itself is taken up by somebody first ([`take_up`]), and approved by another
/// person then: no call is the one or the other by who came a moment before.
///
/// # Errors
/// `NotFound`; `Denied` where whoever approves could not do it themselves; `Unfit` where it is nobody's yet or their own, has expired or was
/// decided, and where what it changes is not as it was: then it is void.
pub async fn approve(admin: &Administrator, id: ApprovalId) -> Result<Done, AdminError> {
    admin.may(Permission::ApprovalDecide)?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let approval = tx.approvals().find(id).await?.ok_or_else(|| unknown(id))?;
    admin.may(approval.permission())?;
    let others = others(admin, &mut tx, &approval).await?;
    approval.approvable(&admin.actor.to_text(), accounts(admin), others, now)?;
    // Before anything is done: whoever comes second finds it decided.
    let approval = decide(admin, &mut tx, approval, Outcome::Approved, None).await?;
    match carry_out(admin, tx, &approval).await? {
        Carried::Done(sessions) => Ok(Done { approval, sessions }),
        Carried::Void(why) => {
            let mut tx = admin.store.begin().await?;
            let approval = Approval { decision: None, ..approval };
            decide(admin, &mut tx, approval, Outcome::Void, Some(&why)).await?;
            tx.commit().await?;
            Err(Unfit::Void(why).into())
        }
    }
}

/// Asks for what a client asked for itself, and does nothing else: whom that registration came from nobody knows, and it could have been
/// them, so that another person approves it. Of many at once one does, by one statement of the store.
///
/// # Errors
/// `NotFound`; `Denied` where they could not do it themselves; `Unfit` where somebody else was faster, where somebody of the administration asked
/// for it from the start, and where it has expired or was decided.
pub async fn take_up(admin: &Administrator, id: ApprovalId) -> Result<Approval, AdminError> {
    admin.may(Permission::ApprovalDecide)?;
    let (now, asked_by) = (admin.clock.now(), admin.actor.to_text());
    let mut tx = admin.store.begin().await?;
    let approval = tx.approvals().find(id).await?.ok_or_else(|| unknown(id))?;
    admin.may(approval.permission())?;
    if !tx.approvals().take_up(id, &asked_by, now).await? {
        return Err(match approval.decision {
            Some(_) => Unfit::Decided,
            None if approval.expires_at <= now => Unfit::Expired,
            None => Unfit::TakenUp,
        }
        .into());
    }
    let approval = Approval { asked_by, ..approval };
    record_asked(&mut tx, admin.event(EventKind::ApprovalAsked), &approval).await?;
    tx.commit().await?;
    Ok(approval)
}

/// It is not done, and why.
///
/// # Errors
/// `NotFound`; `Denied` where they could not do it themselves; `Unfit` where it was decided.
pub async fn deny(admin: &Administrator, id: ApprovalId, reason: &str) -> Result<Approval, AdminError> {
    admin.may(Permission::ApprovalDecide)?;
    let mut tx = admin.store.begin().await?;
    let approval = tx.approvals().find(id).await?.ok_or_else(|| unknown(id))?;
    admin.may(approval.permission())?;
    let approval = decide(admin, &mut tx, approval, Outcome::Denied, Some(reason)).await?;
    tx.commit().await?;
    Ok(approval)
}

/// Whoever asked thinks again.
///
/// # Errors
/// `NotFound`; `Conflict` where it is somebody else's; `Unfit` where it was decided.
pub async fn withdraw(admin: &Administrator, id: ApprovalId) -> Result<Approval, AdminError> {
    admin.may(Permission::ApprovalList)?;
    take_back(admin, show(admin, id).await?).await
}

async fn take_back(admin: &Administrator, approval: Approval) -> Result<Approval, AdminError> {
    let mut tx = admin.store.begin().await?;
    if approval.asked_by != admin.actor.to_text() {
        return Err(AdminError::Conflict("somebody else asked for it, and withdraws it themselves".to_owned()));
    }
    let approval = decide(admin, &mut tx, approval, Outcome::Withdrawn, None).await?;
    tx.commit().await?;
    Ok(approval)
}

/// What carrying it out came to.
enum Carried {
    Done(Sessions),
    /// Nothing was done: what it would change is not what it was.
    Void(String),
}

/// Does it in the transaction of its approval, and commits both.
async fn carry_out(admin: &Administrator, mut tx: Transaction, approval: &Approval) -> Result<Carried, AdminError> {
    let carried = match &approval.act {
        Act::ChangeClient { client } => {
            update_client::apply(admin, &mut tx, client, &approval.changes, EventKind::ClientChanged).await
        }
        Act::Promote { client } => {
            update_client::apply(admin, &mut tx, client, &approval.changes, EventKind::ClientPromoted).await
        }
        Act::GrantRole { citizen, role, until } => {
            let role: Role = role.parse().map_err(AdminError::failed)?;
            let held = roles::held(admin, &mut tx, *citizen).await?;
            if !as_it_was(approval, "roles", &held.into()) {
                return Ok(Carried::Void("what they hold was changed since".to_owned()));
            }
            roles::give(admin, &mut tx, *citizen, role, *until).await.map(drop)
        }
        Act::Unlock { citizen, reason } => {
            // Whoever locked it again had a reason of their own.
            let since = change_status::since(&mut tx, *citizen).await?;
            if !as_it_was(approval, "status_since", &since) {
                return Ok(Carried::Void("it was locked anew since".to_owned()));
            }
            change_status::unlock(admin, &mut tx, *citizen, reason.as_deref(), &approval.asked_by).await
        }
        Act::RotateKeys { when, only } => {
            // A rotation that was approved is one rotation: of the keys that were there when it was asked for, with its approval or not at all.
            let what = (When::named(when), only.as_deref().and_then(KeyAlgorithm::from_name));
            let as_asked = |field: &str, keys: &Value| as_it_was(approval, field, keys);
            if !rotate_keys::is_as_asked(admin, &mut tx, what, as_asked).await? {
                return Ok(Carried::Void("the keys are others by now".to_owned()));
            }
            rotate_keys::carry_out(admin, &mut tx, what.0, what.1).await.map(drop)
        }
    };
    match carried {
        Ok(()) => {
            tx.commit().await?;
            Ok(Carried::Done(Sessions::Untouched))
        }
        Err(AdminError::Conflict(why) | AdminError::NotFound(why)) => Ok(Carried::Void(why)),
        Err(AdminError::Invalid(faults)) => Ok(Carried::Void(AdminError::Invalid(faults).to_string())),
        Err(other) => Err(other),
    }
}

/// Whether a value is what it was when this was asked for.
fn as_it_was(approval: &Approval, field: &str, is: &Value) -> bool {
    approval.changes.iter().filter(|change| change.field == field).all(|change| change.old == *is)
}

async fn decide(
    admin: &Administrator,
    tx: &mut Transaction,
    approval: Approval,
    outcome: Outcome,
    reason: Option<&str>,
) -> Result<Approval, AdminError> {
    let decision =
        Decision { outcome, by: admin.actor.to_text(), at: admin.clock.now(), reason: reason.map(str::to_owned) };
    if !tx.approvals().decide(approval.id, &decision).await? {
        // It was not when it was read: somebody was faster.
        let late = approval.expires_at <= admin.clock.now() && outcome == Outcome::Approved;
        return Err(if late { Unfit::Expired } else { Unfit::Decided }.into());
    }
    let mut event = about(admin.event(EventKind::ApprovalDecided), &approval)
        .with("outcome", outcome.as_str())
        .with("asked_by", &approval.asked_by);
    if let Some(reason) = reason {
        event = event.with("reason", reason);
    }
    tx.audit().record(&event.build()).await?;
    Ok(Approval { decision: Some(decision), ..approval })
}

fn about(event: EventBuilder, approval: &Approval) -> EventBuilder {
    let changed: Vec<&str> = approval.changes.iter().map(|change| change.field.as_str()).collect();
    let mut event =
        event.with("approval", approval.id).with("matter", approval.matter).with("changed", changed.join(" "));
    if let Some(citizen) = approval.act.citizen() {
        event = event.about(citizen);
    }
    match approval.act.client() {
        Some(client) => event.of(client),
        None => event,
    }
}

/// How many administrators could approve it beside whoever asked and whoever would hold the role.
async fn others(admin: &Administrator, tx: &mut Transaction, approval: &Approval) -> Result<usize, AdminError> {
    let holders = tx.role_grants().holders(Role::Administrator, admin.clock.now(), PAGE).await?;
    let asker = accounts(admin).citizen(&approval.asked_by);
    let is_other = |citizen| approval.act.citizen() != Some(citizen) && asker != Some(citizen);
    Ok(holders.into_iter().filter(|grant| is_other(grant.citizen)).count())
}

fn accounts(admin: &Administrator) -> &ShellAccounts {
    &admin.settings.administration.shell_accounts
}

fn unknown(id: ApprovalId) -> AdminError {
    AdminError::NotFound(format!("nothing was asked under {id}"))
}

/// One value that is to be other than it is.
pub(in crate::flows) fn change(field: &str, old: impl Into<Value>, new: impl Into<Value>) -> FieldChange {
    FieldChange { field: field.to_owned(), old: old.into(), new: new.into() }
}
