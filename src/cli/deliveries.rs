//! `senid deliveries list|retry`: which portals are still to be told that somebody signed out.

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::output::Output;
use super::{operator, times};
use crate::config::Settings;
use crate::domain::ids::{ClientId, DeliveryId};
use crate::domain::logout::{Delivery, DeliveryState};
use crate::flows::admin::deliveries::{self, Which};

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Which portals were told that somebody signed out, and which are still to be told: the latest first.
    List(List),
    /// Tries once more, at once, what has not succeeded.
    Retry(Retry),
}

#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// Only this client's.
    #[arg(long, value_name = "ID")]
    client: Option<ClientId>,
    /// Only those that are pending, delivered, refused or undelivered.
    #[arg(long, value_parser = state)]
    state: Option<DeliveryState>,
    /// How many at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

#[derive(Clone, Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Retry {
    /// This one.
    id: Option<DeliveryId>,
    /// All of this client's.
    #[arg(long, value_name = "ID")]
    client: Option<ClientId>,
}

pub(super) fn state(text: &str) -> Result<DeliveryState, String> {
    DeliveryState::parse(text).ok_or_else(|| "expected pending, delivered, refused or undelivered".to_owned())
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    match command {
        Command::List(List { client, state, limit }) => {
            let found = deliveries::list(&admin, client.as_ref(), state, limit).await?;
            for delivery in &found {
                show(delivery, output)?;
            }
            if found.is_empty() && !output.is_json() {
                output.line("there is none")?;
            }
        }
        Command::Retry(Retry { id, client }) => {
            let which = match (id, client) {
                (Some(id), _) => Which::One(id),
                (None, Some(client)) => Which::OfClient(client),
                (None, None) => return Ok(Exit::Done),
            };
            let retried = deliveries::retry(&admin, &which).await?;
            output.say(format!("{retried} to be tried once more"), &json!({ "retried": retried }))?;
        }
    }
    Ok(Exit::Done)
}

fn show(delivery: &Delivery, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json_line(&to_json(delivery))?);
    }
    let state = delivery.state.as_str();
    let fault = delivery.fault.as_ref().map(|fault| format!(", last {fault}")).unwrap_or_default();
    let then = match (delivery.state, delivery.settled_at) {
        (DeliveryState::Pending, _) => format!("next at {}", times::show(delivery.due_at)),
        (_, Some(settled_at)) => format!("settled at {}", times::show(settled_at)),
        (_, None) => String::new(),
    };
    output.line(format_args!(
        "{}  {}  {state:<11} {}  {} attempts{fault}, {then}",
        times::show(delivery.created_at),
        delivery.id,
        delivery.client,
        delivery.attempts,
    ))?;
    Ok(())
}

/// Without `sub` and `sid`: they are the client's and the person's.
fn to_json(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id.to_string(),
        "client": delivery.client.as_str(),
        "state": delivery.state.as_str(),
        "attempts": delivery.attempts,
        "fault": delivery.fault,
        "created_at": times::show(delivery.created_at),
        "next_attempt_at": (delivery.state == DeliveryState::Pending).then(|| times::show(delivery.due_at)),
        "give_up_at": times::show(delivery.give_up_at),
        "settled_at": delivery.settled_at.map(times::show),
    })
}
