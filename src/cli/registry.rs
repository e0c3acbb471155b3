//! `senid registry status|check`: how asking the population registry again about those who have an account goes.

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::output::Output;
use super::{operator, times};
use crate::config::Settings;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::registry::{self, Hastened, Standing};

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// How many citizens are to be asked about, and what the registry said of those who were.
    Status,
    /// Has the registry asked about one citizen at once, by whichever server is free.
    Check(Check),
}

#[derive(Clone, Debug, clap::Args)]
pub struct Check {
    /// Their id, national identifier, verified phone number or e-mail address.
    citizen: String,
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let scheme = settings.national_id.default_scheme();
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    match command {
        Command::Status => show(&registry::standing(&admin).await?, output)?,
        Command::Check(Check { citizen }) => {
            let Hastened { citizen, before } = registry::check(&admin, &Who::parse(&citizen, scheme)?).await?;
            let last = before.and_then(|before| Some((before.outcome?, before.checked_at?)));
            let told = match &last {
                Some((outcome, at)) => format!("the last answer was {outcome}, at {}", times::show(*at)),
                None => "there was no answer before".to_owned(),
            };
            let last = last.map(|(outcome, at)| json!({ "outcome": outcome, "at": times::show(at) }));
            output.say(
                format_args!("the registry is asked about citizen {citizen} next; {told}"),
                &json!({ "id": citizen.to_string(), "last": last }),
            )?;
        }
    }
    Ok(Exit::Done)
}

fn show(standing: &Standing, output: &mut Output) -> Result<(), Failure> {
    let days = standing.every.as_secs() / 86_400;
    if output.is_json() {
        let answer = |(outcome, citizens, last): &(String, u64, _)| json!({ "outcome": outcome, "citizens": citizens, "last": times::show(*last) });
        let answers: Vec<Value> = standing.answers.iter().map(answer).collect();
        return Ok(output.document(&json!({
            "registry": standing.registry,
            "overdue": standing.overdue.citizens,
            "overdue_since": standing.overdue.since.map(times::show),
            "days": days,
            "answers": answers,
        }))?);
    }
    let Some(registry) = &standing.registry else {
        return Ok(output.line("the settings name no population registry")?);
    };
    let since = standing.overdue.since.map(|since| format!(", the first since {}", times::show(since)));
    let mut rows = vec![
        ("registry".to_owned(), registry.clone()),
        ("overdue".to_owned(), format!("{}{}", standing.overdue.citizens, since.unwrap_or_default())),
    ];
    for (outcome, citizens, last) in &standing.answers {
        rows.push((outcome.clone(), format!("{citizens} in {days} days, the last at {}", times::show(*last))));
    }
    Ok(output.table(&rows)?)
}
