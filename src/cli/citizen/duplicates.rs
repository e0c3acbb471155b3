//! `senid citizen duplicates|merge`.

use serde_json::json;

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::national_id::Scheme;
use crate::flows::admin::Administrator;
use crate::flows::admin::change_status::Sessions;
use crate::flows::admin::duplicates::{self, Merged};
use crate::flows::admin::find_citizen::Who;

/// Closes an account that is a second one of the same person. What portals were granted with it ends; nothing moves by itself.
#[derive(Clone, Debug, clap::Args)]
pub struct Merge {
    /// The one that is closed: an id, national identifier, verified phone number or e-mail address.
    duplicate: String,
    /// The one that stays.
    #[arg(long, value_name = "CITIZEN")]
    into: String,
    /// Why; it stands in the audit log.
    #[arg(long)]
    reason: String,
}

/// Groups of people with the same name, date of birth and province: for a registrar to look at, each of them.
pub async fn list(admin: &Administrator, output: &mut Output) -> Result<Exit, Failure> {
    let (mut after, mut found) = (Vec::new(), 0);
    loop {
        let (groups, next) = duplicates::list(admin, &after).await?;
        for group in &groups {
            found += 1;
            if output.is_json() {
                let people = group.0.iter().map(|citizen| {
                    json!({
                        "id": citizen.id.to_string(),
                        "national_id": citizen.national_id.masked(),
                        "status": citizen.status.as_str(),
                        "account_level": i16::from(citizen.account_level),
                    })
                });
                output.json_line(&json!({ "alike": people.collect::<Vec<_>>() }))?;
            } else {
                let people = group.0.iter().map(|citizen| {
                    let level = i16::from(citizen.account_level);
                    format!("{} ({}, {}, level {level})", citizen.id, citizen.national_id.masked(), citizen.status)
                });
                output.line(people.collect::<Vec<_>>().join("  "))?;
            }
        }
        match next {
            Some(next) => after = next,
            None => break,
        }
    }
    if found == 0 && !output.is_json() {
        output.line("nobody looks like anybody else")?;
    }
    Ok(Exit::Done)
}

pub async fn merge(
    admin: &Administrator,
    arguments: &Merge,
    scheme: Scheme,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let (duplicate, into) = (Who::parse(&arguments.duplicate, scheme)?, Who::parse(&arguments.into, scheme)?);
    let Merged { closed, stays, sessions } = duplicates::merge(admin, &duplicate, &into, &arguments.reason).await?;
    let exit = match &sessions {
        Sessions::OutOfReach(error) => {
            output.remark(format_args!("their sessions could not be taken out of the short-lived store: {error}"));
            Exit::Partly
        }
        _ => Exit::Done,
    };
    output.say(
        format_args!("citizen {closed} is closed; {stays} stays"),
        &json!({ "closed": closed.to_string(), "stays": stays.to_string() }),
    )?;
    Ok(exit)
}
