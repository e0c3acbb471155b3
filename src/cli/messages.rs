//! `senid messages list`: what citizens are still to be told by mail and text message, and what did not arrive.

use serde_json::{Value, json};

use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::output::Output;
use super::{deliveries, operator, times};
use crate::config::Settings;
use crate::domain::logout::DeliveryState;
use crate::flows::admin::messages::{self, MessageRecord};

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// What was sent to citizens, what is still to be sent and what did not arrive: the latest first, never what it said nor to
    /// which address.
    List(List),
}

#[derive(Clone, Debug, clap::Args)]
pub struct List {
    /// Only those that are pending, delivered, refused or undelivered.
    #[arg(long, value_parser = deliveries::state)]
    state: Option<DeliveryState>,
    /// How many at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: u32,
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    let Command::List(List { state, limit }) = command;
    let found = messages::list(&admin, state, limit).await?;
    for message in &found {
        show(message, output)?;
    }
    if found.is_empty() && !output.is_json() {
        output.line("there is none")?;
    }
    Ok(Exit::Done)
}

fn show(message: &MessageRecord, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json_line(&to_json(message))?);
    }
    let fault = message.fault.as_ref().map(|fault| format!(", last {fault}")).unwrap_or_default();
    let then = match (message.state, message.settled_at) {
        (DeliveryState::Pending, _) => format!("next at {}", times::show(message.due_at)),
        (_, Some(settled_at)) => format!("settled at {}", times::show(settled_at)),
        (_, None) => String::new(),
    };
    output.line(format_args!(
        "{}  {}  {:<11} {:<5} {} to {}  {} attempts{fault}, {then}",
        times::show(message.created_at),
        message.id,
        message.state.as_str(),
        message.channel.as_str(),
        message.kind,
        message.citizen,
        message.attempts,
    ))?;
    Ok(())
}

fn to_json(message: &MessageRecord) -> Value {
    json!({
        "id": message.id.to_string(),
        "citizen": message.citizen.to_string(),
        "channel": message.channel.as_str(),
        "about": message.kind,
        "state": message.state.as_str(),
        "attempts": message.attempts,
        "fault": message.fault,
        "created_at": times::show(message.created_at),
        "next_attempt_at": (message.state == DeliveryState::Pending).then(|| times::show(message.due_at)),
        "settled_at": message.settled_at.map(times::show),
    })
}
