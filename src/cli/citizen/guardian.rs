//! `senid citizen guardian add|end|list`.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::times;
use crate::domain::guardianship::Guardianship;
use crate::domain::national_id::Scheme;
use crate::flows::admin::Administrator;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::guardians;

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Enters who looks after the account of a minor, until they are old enough.
    Add {
        /// The minor: their id or national identifier.
        minor: String,
        #[arg(long, value_name = "CITIZEN")]
        guardian: String,
        /// What you have seen: "birth certificate 12/2016, Ba Đình".
        #[arg(long)]
        evidence: String,
    },
    /// Ends it before its time.
    End {
        /// The minor: their id or national identifier.
        minor: String,
        #[arg(long, value_name = "CITIZEN")]
        guardian: String,
        /// Why; it stands in the audit log.
        #[arg(long)]
        reason: String,
    },
    /// Those who look after a minor, or did.
    List {
        /// The minor: their id or national identifier.
        minor: String,
    },
}

pub async fn run(
    admin: &Administrator,
    command: &Command,
    scheme: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let who = |typed: &str| Who::parse(typed, scheme);
    match command {
        Command::Add { minor, guardian, evidence } => {
            let new = guardians::enter(admin, &who(minor)?, &who(guardian)?, evidence).await?;
            let until = times::show(new.until);
            output.say(
                format_args!("citizen {} looks after the account of {} until {until}", new.guardian, new.minor),
                &to_json(&new),
            )?;
        }
        Command::End { minor, guardian, reason } => {
            guardians::end(admin, &who(minor)?, &who(guardian)?, reason).await?;
            output.say("it has ended", &json!({ "ended": true }))?;
        }
        Command::List { minor } => {
            let (minor, found) = guardians::list(admin, &who(minor)?).await?;
            let now = admin.clock.now();
            for own in &found {
                if output.is_json() {
                    output.json_line(&to_json(own))?;
                } else {
                    let stands = if own.stands(now) { "stands" } else { "over" };
                    let (since, until) = (times::show(own.since), times::show(own.until));
                    output.line(format_args!("{}  {stands}, {since} to {until}: {}", own.guardian, own.evidence))?;
                }
            }
            if found.is_empty() && !output.is_json() {
                output.line(format_args!("nobody looks after the account of {}", minor.id))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn to_json(own: &Guardianship) -> serde_json::Value {
    json!({
        "minor": own.minor.to_string(),
        "guardian": own.guardian.to_string(),
        "since": times::show(own.since),
        "until": times::show(own.until),
        "ended_at": own.ended_at.map(times::show),
    })
}
