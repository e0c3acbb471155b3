//! What takes a second person: what was asked, and what somebody else says to it.

use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Call, Reply};
use super::problem::Problem;
use super::wire::{Instant, Page, Reason, reason};
use crate::domain::administration::approval::{Approval, FieldChange};
use crate::domain::ids::ApprovalId;
use crate::domain::time::Timestamp;
use crate::flows::admin::approvals;

/// What was asked, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Approval)]
pub struct Asked {
    approval_id: String,
    /// Why it takes a second person: `identifiers`, `redirect_uris`, `unlock`, `key_rotation` or `role_grant`.
    matter: &'static str,
    client_id: Option<String>,
    citizen_id: Option<String>,
    /// Every value that would be other than it is.
    changes: Vec<ValueChange>,
    asked_by: String,
    asked_at: Instant,
    /// Nobody approves it any more from then on.
    expires_at: Instant,
    /// `waiting`, `expired`, `approved`, `denied`, `withdrawn`, or `void` where a value was changed meanwhile.
    state: &'static str,
    decided_by: Option<String>,
    decided_at: Option<Instant>,
    reason: Option<String>,
}

/// One value, as it was when this was asked and as it would be.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValueChange {
    field: String,
    old: serde_json::Value,
    new: serde_json::Value,
}

impl Asked {
    pub fn of(approval: &Approval, now: Timestamp) -> Self {
        let change = |FieldChange { field, old, new }: &FieldChange| ValueChange {
            field: field.clone(),
            old: old.clone(),
            new: new.clone(),
        };
        let decision = approval.decision.as_ref();
        Self {
            approval_id: approval.id.to_string(),
            matter: approval.matter.as_str(),
            client_id: approval.act.client().map(ToString::to_string),
            citizen_id: approval.act.citizen().map(|citizen| citizen.to_string()),
            changes: approval.changes.iter().map(change).collect(),
            asked_by: approval.asked_by.clone(),
            asked_at: approval.asked_at.into(),
            expires_at: approval.expires_at.into(),
            state: approval.state(now),
            decided_by: decision.map(|decision| decision.by.clone()),
            decided_at: decision.map(|decision| decision.at.into()),
            reason: decision.and_then(|decision| decision.reason.clone()),
        }
    }
}

pub async fn list(call: &Call) -> Result<Reply, Problem> {
    let now = call.admin.clock.now();
    let (state, after, limit) = (call.query::<String>("state")?, call.after::<ApprovalId>()?, call.limit()?);
    let found = match state.as_deref() {
        Some("all") => approvals::past(&call.admin, after, limit).await?,
        Some("by_themselves") => approvals::by_themselves(&call.admin, after, limit).await?,
        _ => approvals::list(&call.admin, after, limit).await?,
    };
    let next = call.next((found.len() >= limit as usize).then(|| found.last().map(|last| last.id)).flatten())?;
    Reply::ok(&Page { items: found.iter().map(|one| Asked::of(one, now)).collect(), next })
}

pub async fn show(call: &Call) -> Result<Reply, Problem> {
    let found = approvals::show(&call.admin, approval(call)?).await?;
    Reply::ok(&Asked::of(&found, call.admin.clock.now()))
}

pub async fn take_up(call: &Call) -> Result<Reply, Problem> {
    let taken = approvals::take_up(&call.admin, approval(call)?).await?;
    Reply::ok(&Asked::of(&taken, call.admin.clock.now()))
}

pub async fn approve(call: &Call) -> Result<Reply, Problem> {
    let done = approvals::approve(&call.admin, approval(call)?).await?;
    Reply::ok(&Asked::of(&done.approval, call.admin.clock.now()))
}

pub async fn deny(call: &Call) -> Result<Reply, Problem> {
    let said: Reason = call.body()?;
    let denied = approvals::deny(&call.admin, approval(call)?, reason(&said.reason)?).await?;
    Reply::ok(&Asked::of(&denied, call.admin.clock.now()))
}

pub async fn withdraw(call: &Call) -> Result<Reply, Problem> {
    let withdrawn = approvals::withdraw(&call.admin, approval(call)?).await?;
    Reply::ok(&Asked::of(&withdrawn, call.admin.clock.now()))
}

fn approval(call: &Call) -> Result<ApprovalId, Problem> {
    call.path("approval_id")
}
