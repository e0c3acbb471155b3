//! `senid citizen lock|unlock`.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::national_id::Scheme;
use crate::flows::admin::Administrator;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::lock_citizen::{self, Change, Changed, Sessions};

#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Their id, national identifier, verified phone number or e-mail address.
    citizen: String,
    /// Why; it stands in the audit log.
    #[arg(long)]
    reason: Option<String>,
}

pub async fn lock(
    admin: &Administrator,
    arguments: &Arguments,
    scheme: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let who = Who::parse(&arguments.citizen, scheme)?;
    let changed = lock_citizen::lock(admin, &who, arguments.reason.as_deref()).await?;
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
    print(&changed, "locked", output)?;
    Ok(exit)
}

pub async fn unlock(
    admin: &Administrator,
    arguments: &Arguments,
    scheme: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let who = Who::parse(&arguments.citizen, scheme)?;
    let changed = lock_citizen::unlock(admin, &who, arguments.reason.as_deref()).await?;
    print(&changed, "unlocked", output)?;
    Ok(Exit::Done)
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
