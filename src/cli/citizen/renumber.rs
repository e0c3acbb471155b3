//! `senid citizen renumber`.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::national_id::Scheme;
use crate::flows::admin::Administrator;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::renumber_citizen::{Before, Renumbered, renumber};

/// Gives a citizen another national identifier: a mistake is put right, or the state gave a new one.
///
/// Their password, consents, and the subjects that portals know them by stay. With the number before they go on signing in, unless
/// it never was theirs (--mistaken); portals are told the new one alone.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Their id, present national identifier, verified phone number or e-mail address.
    citizen: String,
    /// The new one.
    #[arg(long, value_name = "NUMBER")]
    to: String,
    /// Whose identifier it is, such as vn; the settings' default.
    #[arg(long)]
    scheme: Option<Scheme>,
    /// The number before was a mistake, and may be somebody else's: it finds them no longer.
    #[arg(long)]
    mistaken: bool,
    /// Why; it stands in the audit log, which the citizen can read.
    #[arg(long)]
    reason: String,
}

pub async fn run(
    admin: &Administrator,
    arguments: &Arguments,
    default: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let who = Who::parse(&arguments.citizen, default)?;
    let scheme = arguments.scheme.unwrap_or(default);
    let before = if arguments.mistaken { Before::Mistaken } else { Before::Theirs };
    let renumbered = renumber(admin, &who, scheme, &arguments.to, before, &arguments.reason).await?;
    let Renumbered { citizen, warnings } = renumbered;
    for warning in &warnings {
        output.remark(format_args!("warning: {warning}"));
    }
    output.say(
        format_args!("citizen {citizen} has another national identifier"),
        &json!({ "id": citizen.to_string(), "changed": true, "warnings": warnings }),
    )?;
    Ok(Exit::Done)
}
