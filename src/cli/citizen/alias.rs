//! `senid citizen alias add|remove`.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::identifier_alias::AliasKind;
use crate::domain::national_id::Scheme;
use crate::flows::admin::Administrator;
use crate::flows::admin::citizen_aliases::{self, AliasAdded, AliasHolders};
use crate::flows::admin::find_citizen::Who;

/// Numbers that a citizen signs in with beside their national identifier. No portal is told one.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Lets a citizen sign in with another number: an old identity card's, a tax code, a national identifier that was theirs.
    ///
    /// A number of a kind that two people may have finds neither of them for as long as both have it.
    Add(Arguments),
    /// Ends it. That it was theirs stays known.
    Remove(Arguments),
}

#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Their id, national identifier, verified phone number or e-mail address.
    citizen: String,
    number: String,
    /// vn-cmnd, vn-tax, or the scheme of a national identifier that was theirs, such as vn.
    #[arg(long)]
    kind: AliasKind,
    /// Why; it stands in the audit log, which the citizen can read.
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    reason: String,
}

pub async fn run(
    admin: &Administrator,
    command: &Command,
    scheme: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    match command {
        Command::Add(Arguments { citizen, number, kind, reason }) => {
            let who = Who::parse(citizen, scheme)?;
            let AliasAdded { citizen, holders } = citizen_aliases::add(admin, &who, *kind, number, reason).await?;
            let shared = holders == AliasHolders::Several;
            if shared {
                output.remark("warning: another citizen has this number too: it finds neither of them");
            }
            output.say(
                format_args!("citizen {citizen} has another number ({kind})"),
                &json!({ "id": citizen.to_string(), "kind": kind.as_str(), "shared": shared }),
            )?;
        }
        Command::Remove(Arguments { citizen, number, kind, reason }) => {
            let who = Who::parse(citizen, scheme)?;
            let citizen = citizen_aliases::remove(admin, &who, *kind, number, reason).await?;
            output.say(
                format_args!("citizen {citizen} signs in with that number no longer ({kind})"),
                &json!({ "id": citizen.to_string(), "kind": kind.as_str() }),
            )?;
        }
    }
    Ok(Exit::Done)
}
