//! `senid citizen activate|lock|unlock|suspend|resume|decease|close`.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::account_life::Transition;
use crate::domain::citizen::CitizenStatus;
use crate::domain::national_id::Scheme;
use crate::flows::admin::Administrator;
use crate::flows::admin::change_status::{Change, Changed, Sessions, change_status};
use crate::flows::admin::find_citizen::Who;

#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Their id, national identifier, verified phone number or e-mail address.
    citizen: String,
    /// Why; it stands in the audit log.
    #[arg(long)]
    reason: Option<String>,
}

pub async fn run(
    admin: &Administrator,
    arguments: &Arguments,
    transition: Transition,
    scheme: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let who = Who::parse(&arguments.citizen, scheme)?;
    let changed = change_status(admin, &who, transition, arguments.reason.as_deref()).await?;
    let exit = match &changed.sessions {
        Sessions::OutOfReach(error) => {
            output.remark(format_args!("their sessions could not be taken out of the short-lived store: {error}"));
            output.remark(
                "no token works and nobody signs in as them; pages of their sessions may answer until servers ask the \
                 identity store. Run the command again once the store is back",
            );
            Exit::Partly
        }
        _ => Exit::Done,
    };
    print(&changed, said(transition, changed.status), output)?;
    Ok(exit)
}

/// What the account is now, in a word.
const fn said(transition: Transition, status: CitizenStatus) -> &'static str {
    match (transition, status) {
        // Who unlocks an account says so, and that it is active follows.
        (Transition::Unlock, CitizenStatus::Active) => "unlocked",
        _ => status.as_str(),
    }
}

fn print(changed: &Changed, state: &str, output: &mut Output) -> Result<(), Failure> {
    let (ended, place) = match &changed.sessions {
        Sessions::Untouched => (None, ""),
        Sessions::Ended(0) => (Some(0), "; there was no session to end"),
        Sessions::Ended(1) => (Some(1), "; their session has ended"),
        Sessions::Ended(many) => (Some(*many), "; their sessions have ended"),
        Sessions::InsideTheServer => (
            None,
            "; a running server keeps sessions in its own memory, and honours this as soon as it asks the database",
        ),
        Sessions::OutOfReach(_) => (None, ""),
    };
    let now = if changed.change == Change::Done { "now" } else { "already" };
    output.say(
        format_args!("citizen {} is {now} {state}{place}", changed.citizen),
        &json!({
            "id": changed.citizen.to_string(),
            "state": state,
            "changed": changed.change == Change::Done,
            "sessions_ended": ended,
        }),
    )?;
    Ok(())
}
