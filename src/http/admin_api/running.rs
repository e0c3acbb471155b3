//! What keeps the deployment running: its keys, and what portals and citizens are told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Call, Reply};
use super::problem::Problem;
use super::wire::{Instant, Page};
use crate::domain::ids::{ClientId, DeliveryId};
use crate::domain::keys::{KeyAlgorithm, KeyState};
use crate::domain::logout::DeliveryState;
use crate::flows::admin::deliveries::{self, Which};
use crate::flows::admin::messages;
use crate::flows::admin::rotate_keys::{self, Listed, When};

/// A key pair: its public name, and where it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Key {
    kid: String,
    algorithm: &'static str,
    /// `sig`, or `enc`.
    #[serde(rename = "use")]
    usage: &'static str,
    /// `next`, `current` or `previous`.
    state: &'static str,
    made_at: Instant,
    used_from: Instant,
    used_until: Option<Instant>,
    accepted_until: Option<Instant>,
}

/// How the next keys take over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    when: WantedWhen,
    /// The keys of one algorithm alone, such as `ES256`.
    #[serde(default)]
    algorithm: Option<String>,
}

/// `announced` waits until every application knows them; `now` does not; `withdrawing` refuses what the present ones signed.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WantedWhen {
    Announced,
    Now,
    Withdrawing,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rotated {
    steps: u64,
    /// Algorithms whose key signs now although applications may hold a JWKS that does not name it.
    unannounced: Vec<&'static str>,
}

/// What an application is told of a session that ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    id: String,
    client_id: String,
    state: &'static str,
    attempts: u32,
    /// Why the last attempt failed, in one word.
    fault: Option<String>,
    created_at: Instant,
    due_at: Instant,
    settled_at: Option<Instant>,
}

/// How many are tried once more.
#[derive(Debug, Serialize, ToSchema)]
pub struct Retried {
    retried: u64,
}

/// What a citizen is told by mail or text message: never to whom, nor what.
#[derive(Debug, Serialize, ToSchema)]
pub struct Message {
    id: String,
    channel: &'static str,
    state: &'static str,
    attempts: u32,
    fault: Option<String>,
    created_at: Instant,
}

pub async fn keys(call: &Call) -> Result<Reply, Problem> {
    let key = |Listed { key, state, .. }: Listed| Key {
        kid: key.kid.as_str().to_owned(),
        algorithm: key.algorithm.name(),
        usage: if matches!(key.algorithm, KeyAlgorithm::Signature(_)) { "sig" } else { "enc" },
        state: match state {
            KeyState::Next => "next",
            KeyState::Current => "current",
            KeyState::Previous => "previous",
            KeyState::Removed => "removed",
        },
        made_at: key.created_at.into(),
        used_from: key.active_from.into(),
        used_until: key.retired_at.map(Instant::from),
        accepted_until: key.removed_at.map(Instant::from),
    };
    let items = rotate_keys::list(&call.admin).await?.into_iter().map(key).collect();
    Reply::ok(&Page { items, next: None })
}

pub async fn rotate(call: &Call) -> Result<Reply, Problem> {
    let wanted: Rotation = call.body()?;
    let when = match wanted.when {
        WantedWhen::Announced => When::Announced,
        WantedWhen::Now => When::Now,
        WantedWhen::Withdrawing => When::Withdrawing,
    };
    let told = || Problem::at("/algorithm".to_owned(), "expected ES256, EdDSA, RS256, RSA-OAEP-256 or ECDH-ES");
    let named = |name: &String| KeyAlgorithm::from_name(name).ok_or_else(told);
    let only = wanted.algorithm.as_ref().map(named).transpose()?;
    let rotated = rotate_keys::rotate(&call.admin, when, only).await?;
    Reply::ok(&Rotated {
        steps: rotated.steps.len() as u64,
        unannounced: rotated.unannounced.iter().map(|(algorithm, _)| algorithm.name()).collect(),
    })
}

pub async fn deliveries(call: &Call) -> Result<Reply, Problem> {
    let client: Option<ClientId> = call.query("client_id")?;
    let state = state(call)?;
    let found = deliveries::page(&call.admin, client.as_ref(), state, call.after()?, call.limit()?).await?;
    let delivery = |one: &crate::domain::logout::Delivery| Delivery {
        id: one.id.to_string(),
        client_id: one.client.to_string(),
        state: one.state.as_str(),
        attempts: one.attempts,
        fault: one.fault.clone(),
        created_at: one.created_at.into(),
        due_at: one.due_at.into(),
        settled_at: one.settled_at.map(Instant::from),
    };
    let next = call.next(found.next)?;
    Reply::ok(&Page { items: found.items.iter().map(delivery).collect(), next })
}

pub async fn retry(call: &Call) -> Result<Reply, Problem> {
    let which = Which::One(call.path::<DeliveryId>("delivery_id")?);
    Reply::ok(&Retried { retried: deliveries::retry(&call.admin, &which).await? })
}

pub async fn retry_all(call: &Call) -> Result<Reply, Problem> {
    let which = Which::OfClient(call.path("client_id")?);
    Reply::ok(&Retried { retried: deliveries::retry(&call.admin, &which).await? })
}

pub async fn messages(call: &Call) -> Result<Reply, Problem> {
    let found = messages::list(&call.admin, state(call)?, call.limit()?).await?;
    let message = |one: &messages::MessageRecord| Message {
        id: one.id.to_string(),
        channel: one.channel.as_str(),
        state: one.state.as_str(),
        attempts: one.attempts,
        fault: one.fault.clone(),
        created_at: one.created_at.into(),
    };
    Reply::ok(&Page { items: found.iter().map(message).collect(), next: None })
}

pub(super) fn state(call: &Call) -> Result<Option<DeliveryState>, Problem> {
    let named = |name: &str| DeliveryState::ALL.into_iter().find(|state| state.as_str() == name);
    Ok(call.query::<String>("state")?.and_then(|name| named(&name)))
}
