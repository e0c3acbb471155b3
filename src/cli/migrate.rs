//! `senid migrate`: brings the identity store's schema up to this program's.

use serde_json::json;

use super::exit::Exit;
use super::failure::Failure;
use super::house::{Create, House};
use super::operator;
use super::output::Output;
use crate::config::Settings;
use crate::flows::admin::schema::Found;

/// Brings the database's schema up to this version of SenID. Safe while servers run.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// Only look: exit code 1 where something is missing.
    #[arg(long)]
    check: bool,
}

pub async fn run(
    arguments: Arguments,
    settings: &Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    if arguments.check {
        let found = house.schema(settings, Create::Never).await?.look().await?;
        let (sentence, missing) = match found {
            Found::Current => ("the schema is up to date".to_owned(), 0),
            Found::Behind(missing) => (format!("{missing} migration(s) are missing; run: senid migrate"), missing),
        };
        output.say(sentence, &json!({ "current": missing == 0, "missing": missing }))?;
        return Ok(if missing == 0 { Exit::Done } else { Exit::Failed });
    }
    let schema = house.schema(settings, Create::IfAbsent).await?;
    let found = schema.migrate(operator::actor(), house.clock(), house.random()).await?;
    let (sentence, applied) = match found {
        Found::Current => ("the schema was up to date; nothing was done".to_owned(), 0),
        Found::Behind(applied) => {
            (format!("{applied} migration(s) were applied to {}", settings.database.url), applied)
        }
    };
    output.say(sentence, &json!({ "applied": applied }))?;
    Ok(Exit::Done)
}
