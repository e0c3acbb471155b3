//! `senid audit list`: the last events that concern a citizen or a client.

use serde_json::{Value, json};

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::house::{House, Reach};
use crate::cli::output::Output;
use crate::cli::{operator, times};
use crate::config::Settings;
use crate::domain::ids::ClientId;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::read_audit::{self, RecordedEvent};

#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    of: Of,
    /// How many at most.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

/// Whose events: a struct of its own, because a group takes in every option of its struct.
#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Of {
    /// A citizen's id, national identifier, verified phone number or e-mail address.
    #[arg(long)]
    citizen: Option<String>,
    /// A client's id; its events among the last hundred thousand of all.
    #[arg(long, value_name = "ID")]
    client: Option<ClientId>,
}

pub async fn run(
    Arguments { of: Of { citizen, client }, limit }: Arguments,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let scheme = settings.national_id.default_scheme();
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    let events = match (citizen, client) {
        (Some(citizen), _) => read_audit::of_citizen(&admin, &Who::parse(&citizen, scheme)?, limit).await?.1,
        (None, Some(client)) => read_audit::of_client(&admin, &client, limit).await?,
        (None, None) => Vec::new(),
    };
    for event in &events {
        if output.is_json() {
            output.json_line(&to_json(event))?;
        } else {
            let kind = event.kind.map_or("(of a newer version)", |kind| kind.as_str());
            let details: String = event.details.iter().map(|(name, fact)| format!("  {name}={fact}")).collect();
            let outcome = event.outcome.as_str();
            output.line(format_args!("{}  {kind} {outcome} by {}{details}", times::show(event.at), event.actor))?;
        }
    }
    if events.is_empty() && !output.is_json() {
        output.line("nothing was recorded")?;
    }
    Ok(Exit::Done)
}

fn to_json(event: &RecordedEvent) -> Value {
    json!({
        "id": event.id.to_string(),
        "at": times::show(event.at),
        "kind": event.kind.map(|kind| kind.as_str()),
        "outcome": event.outcome.as_str(),
        "actor": event.actor,
        "client": event.client.as_ref().map(ClientId::as_str),
        "request": event.request,
        "address": event.address,
        "details": event.details,
    })
}
