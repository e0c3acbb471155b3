//! `senid approvals`: what takes a second person.

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::output::Output;
use super::{operator, times};
use crate::config::Settings;
use crate::domain::administration::approval::Approval;
use crate::domain::ids::ApprovalId;
use crate::flows::admin::approvals;

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// What waits for somebody; with --past, what was asked and what became of it; with --by-themselves, the clients that registered
    /// themselves and that nobody has taken up.
    List {
        #[arg(long)]
        past: bool,
        #[arg(long, conflicts_with = "past")]
        by_themselves: bool,
    },
    /// Every value that would be other than it is.
    Show { approval: ApprovalId },
    /// Asks for what a client asked by registering itself; another person approves it then.
    TakeUp { approval: ApprovalId },
    /// Does what somebody else asked. Nobody approves their own.
    Approve { approval: ApprovalId },
    /// It is not done.
    Deny {
        approval: ApprovalId,
        /// Why; it stands in the audit log.
        #[arg(long)]
        reason: String,
    },
    /// You asked for it, and think again.
    Withdraw { approval: ApprovalId },
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::BothStores).await?;
    match command {
        Command::List { past, by_themselves } => {
            let found = match (past, by_themselves) {
                (true, _) => approvals::past(&admin, None, approvals::PAGE).await?,
                (_, true) => approvals::by_themselves(&admin, None, approvals::PAGE).await?,
                _ => approvals::list(&admin, None, approvals::PAGE).await?,
            };
            for approval in &found {
                match output.is_json() {
                    true => output.json_line(&to_json(approval))?,
                    false => output.line(line(approval))?,
                }
            }
            if found.is_empty() && !output.is_json() {
                output.line("nothing waits for a second person")?;
            }
            let unclaimed = approvals::count_by_themselves(&admin).await?;
            if !past && !by_themselves && unclaimed > 0 && !output.is_json() {
                output.line(format_args!(
                    "{unclaimed} clients registered themselves and wait for somebody to take them up: senid approvals list --by-themselves"
                ))?;
            }
        }
        Command::Show { approval } => {
            let found = approvals::show(&admin, approval).await?;
            if output.is_json() {
                output.document(&to_json(&found))?;
            } else {
                let change = |change: &crate::domain::administration::approval::FieldChange| {
                    (change.field.clone(), format!("{} -> {}", change.old, change.new))
                };
                let mut rows = vec![("approval".to_owned(), line(&found))];
                rows.extend(found.changes.iter().map(change));
                output.table(&rows)?;
            }
        }
        Command::TakeUp { approval } => {
            let taken = approvals::take_up(&admin, approval).await?;
            output.say(format_args!("you ask for {approval}: another person approves it"), &to_json(&taken))?;
        }
        Command::Approve { approval } => {
            let done = approvals::approve(&admin, approval).await?;
            output.say(format_args!("{approval} is approved and done"), &to_json(&done.approval))?;
        }
        Command::Deny { approval, reason } => {
            let found = approvals::deny(&admin, approval, &reason).await?;
            output.say(format_args!("{approval} is denied"), &to_json(&found))?;
        }
        Command::Withdraw { approval } => {
            let found = approvals::withdraw(&admin, approval).await?;
            output.say(format_args!("{approval} is withdrawn"), &to_json(&found))?;
        }
    }
    Ok(Exit::Done)
}

fn line(approval: &Approval) -> String {
    let about = match (approval.act.citizen(), approval.act.client()) {
        (Some(citizen), _) => format!("citizen {citizen}"),
        (_, Some(client)) => format!("client {client}"),
        _ => "the deployment".to_owned(),
    };
    let state = match &approval.decision {
        Some(decision) => format!("{} by {}", decision.outcome.as_str(), decision.by),
        None => format!("until {}", times::show(approval.expires_at)),
    };
    format!(
        "{}  {}  {about}, asked {} by {}, {state}",
        approval.id,
        approval.matter,
        times::show(approval.asked_at),
        approval.asked_by
    )
}

fn to_json(approval: &Approval) -> Value {
    json!({
        "approval": approval.id.to_string(),
        "matter": approval.matter.as_str(),
        "act": approval.act,
        "changes": approval.changes,
        "asked_by": approval.asked_by,
        "asked_at": times::show(approval.asked_at),
        "expires_at": times::show(approval.expires_at),
        "outcome": approval.decision.as_ref().map(|decision| decision.outcome.as_str()),
        "decided_by": approval.decision.as_ref().map(|decision| decision.by.clone()),
        "reason": approval.decision.as_ref().and_then(|decision| decision.reason.clone()),
    })
}
