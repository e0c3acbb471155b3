//! `senid stream …`: portals' streams of security events, and what became of the events.

use serde_json::{Value, json};

use super::deliveries::state;
use super::exit::Exit;
use super::failure::Failure;
use super::house::{House, Reach};
use super::output::Output;
use super::{operator, times};
use crate::config::Settings;
use crate::domain::ids::ClientId;
use crate::domain::logout::DeliveryState;
use crate::domain::signals::{Delivery, SecurityEvent, Stream, StreamStatus};
use crate::flows::admin::streams;

#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Which portals have a stream, how it reaches them, and whether it runs.
    List,
    /// What portals were told, and what they are still to be told: the latest first. Never whom it is about.
    Events(Events),
    /// Lets a stream run; what was held is sent.
    Enable(Change),
    /// Holds what happens, for a week at most. The portal is told.
    Pause(Change),
    /// Sends nothing and holds nothing. The portal is told.
    Disable(Change),
    /// Puts a verification event into a stream, every 30 seconds at most: whether it arrives shows whether the stream works.
    Verify(Whose),
    /// Closes a stream, with everything that waits in it. The portal may open another.
    Remove(Change),
}

#[derive(Clone, Debug, clap::Args)]
pub struct Events {
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
pub struct Whose {
    /// Whose stream.
    #[arg(value_name = "CLIENT")]
    client: ClientId,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Change {
    /// Whose stream.
    #[arg(value_name = "CLIENT")]
    client: ClientId,
    /// Why: for the audit log, and for the portal.
    #[arg(long)]
    reason: String,
}

pub async fn run(
    command: Command,
    settings: Settings,
    house: &impl House,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let admin = house.administrator(settings, operator::actor(), Reach::IdentityStore).await?;
    let (Change { client, reason }, status) = match command {
        Command::List => {
            let found = streams::list(&admin).await?;
            for stream in &found {
                show(stream, output)?;
            }
            if found.is_empty() && !output.is_json() {
                output.line("there is none")?;
            }
            return Ok(Exit::Done);
        }
        Command::Events(Events { client, state, limit }) => {
            let found = streams::events(&admin, client.as_ref(), state, limit).await?;
            for event in &found {
                show_event(event, output)?;
            }
            if found.is_empty() && !output.is_json() {
                output.line("there is none")?;
            }
            return Ok(Exit::Done);
        }
        Command::Remove(Change { client, reason }) => {
            streams::remove(&admin, &client, &reason).await?;
            let told = json!({ "client": client.as_str(), "removed": true });
            output.say(format!("the stream of {client} is closed"), &told)?;
            return Ok(Exit::Done);
        }
        Command::Verify(Whose { client }) => {
            streams::verify(&admin, &client).await?;
            let told = json!({ "client": client.as_str(), "verification": true });
            output.say(format!("a verification event is put into the stream of {client}"), &told)?;
            return Ok(Exit::Done);
        }
        Command::Enable(change) => (change, StreamStatus::Enabled),
        Command::Pause(change) => (change, StreamStatus::Paused),
        Command::Disable(change) => (change, StreamStatus::Disabled),
    };
    let stream = streams::set_status(&admin, &client, status, &reason).await?;
    output.say(format!("the stream of {client} is {}", status.as_str()), &to_json(&stream))?;
    Ok(Exit::Done)
}

fn show(stream: &Stream, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json_line(&to_json(stream))?);
    }
    let reaches = match &stream.delivery {
        Delivery::Push { endpoint, .. } => format!("pushed to {endpoint}"),
        Delivery::Poll => "fetched".to_owned(),
    };
    let reason = stream.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let status = stream.status.as_str();
    output.line(format_args!("{}  {}  {status}{reason}, {reaches}", stream.client, stream.id))?;
    Ok(())
}

fn to_json(stream: &Stream) -> Value {
    let endpoint = match &stream.delivery {
        Delivery::Push { endpoint, .. } => Some(endpoint),
        Delivery::Poll => None,
    };
    json!({
        "id": stream.id.to_string(),
        "client": stream.client.as_str(),
        "status": stream.status.as_str(),
        "reason": stream.reason,
        "method": stream.delivery.method(),
        "endpoint_url": endpoint,
        "events_requested": stream.events_requested,
        "description": stream.description,
        "created_at": times::show(stream.created_at),
        "updated_at": times::show(stream.updated_at),
    })
}

fn show_event(event: &SecurityEvent, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return Ok(output.json_line(&json!({
            "id": event.id.to_string(),
            "client": event.client.as_str(),
            "kind": event.kind.as_str(),
            "state": event.state.as_str(),
            "attempts": event.attempts,
            "fault": event.fault,
            "created_at": times::show(event.created_at),
            "next_attempt_at": (event.state == DeliveryState::Pending).then(|| times::show(event.due_at)),
            "give_up_at": times::show(event.give_up_at),
            "settled_at": event.settled_at.map(times::show),
        }))?);
    }
    let fault = event.fault.as_ref().map(|fault| format!(", last {fault}")).unwrap_or_default();
    output.line(format_args!(
        "{}  {}  {:<11} {}  {}  {} attempts{fault}",
        times::show(event.created_at),
        event.id,
        event.state.as_str(),
        event.client,
        event.kind.as_str(),
        event.attempts,
    ))?;
    Ok(())
}
