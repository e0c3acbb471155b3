//! Applications' streams of security events: what an event is about a citizen is in no answer.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Call, Expected, Reply, etag};
use super::problem::{Kind, Problem};
use super::running::state;
use super::wire::{Instant, Page, Reason, reason};
use crate::domain::ids::ClientId;
use crate::domain::signals::{Delivery, EventType, SecurityEvent, Stream, StreamStatus};
use crate::flows::admin::streams::{self, Method, Waiting, Wanted};
use crate::protocol::signals::configuration::{Member, poll_endpoint};

/// An application's stream, and what waits in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventStream {
    client_id: String,
    stream_id: String,
    /// `enabled`; `paused`, which holds events; `disabled`, which holds none.
    status: &'static str,
    /// Why it is so, in the words of who did it.
    reason: Option<String>,
    /// `push` (RFC 8935), or `poll` (RFC 8936).
    delivery_method: &'static str,
    /// Where events are pushed, or fetched.
    endpoint_url: String,
    /// Whether one is sent. It is never told.
    has_authorization_header: bool,
    /// Addresses of event types; null for everything.
    events_requested: Option<Vec<String>>,
    events_delivered: Vec<String>,
    description: Option<String>,
    waiting: u64,
    oldest_waiting_at: Option<Instant>,
    /// When a verification event was asked for last.
    verified_at: Option<Instant>,
    created_at: Instant,
    updated_at: Instant,
}

/// An event of a stream: never whom it is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct StreamEvent {
    id: String,
    client_id: String,
    /// Such as `session-revoked`.
    kind: &'static str,
    state: &'static str,
    attempts: u32,
    /// Why the last attempt failed, in one word.
    fault: Option<String>,
    created_at: Instant,
    next_attempt_at: Option<Instant>,
    give_up_at: Instant,
    settled_at: Option<Instant>,
}

/// How events reach an application.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventDelivery {
    Push,
    Poll,
}

/// A stream that is to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEventStream {
    delivery_method: EventDelivery,
    #[serde(default)]
    #[schema(max_length = 512)]
    endpoint_url: Option<String>,
    /// What is sent there as `Authorization`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 4096)]
    authorization_header: Option<String>,
    /// Addresses of event types; everything where it is not said.
    #[serde(default)]
    events_requested: Option<Vec<String>>,
    #[serde(default)]
    #[schema(max_length = 512)]
    description: Option<String>,
}

/// What is to be other than it is; what is not named stays. `authorization_header` never goes to another address than it was given for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventStreamChange {
    #[serde(default)]
    delivery_method: Option<EventDelivery>,
    #[serde(default)]
    #[schema(max_length = 512)]
    endpoint_url: Option<String>,
    #[serde(default)]
    #[schema(min_length = 1, max_length = 4096)]
    authorization_header: Option<String>,
    /// Null is everything.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<String>>)]
    events_requested: Named<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 512)]
    description: Named<String>,
}

/// A member that may be absent, or null.
type Named<T> = Option<Option<T>>;

/// Whether a stream is to run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventStreamStatus {
    status: WantedStatus,
    /// For the audit log, and for the application.
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WantedStreamStatus)]
pub enum WantedStatus {
    Enabled,
    Paused,
    Disabled,
}

pub async fn list(call: &Call) -> Result<Reply, Problem> {
    let page = streams::page(&call.admin, call.after::<ClientId>()?, call.limit()?).await?;
    let next = call.next(page.next)?;
    let items = page.items.into_iter().map(|one| EventStream::of(one, call.site.app.issuer())).collect();
    Reply::ok(&Page { items, next })
}

pub async fn show(call: &Call) -> Result<Reply, Problem> {
    shown(call, None).await
}

pub async fn create(call: &Call) -> Result<Reply, Problem> {
    let (client, new): (ClientId, NewEventStream) = (id(call)?, call.body()?);
    let wanted = Wanted {
        method: Some(new.delivery_method.into()),
        endpoint: new.endpoint_url,
        authorization: new.authorization_header,
        events: new.events_requested.map_or(Member::Unnamed, Member::Given),
        description: new.description.map_or(Member::Unnamed, Member::Given),
    };
    let stream = streams::create(&call.admin, &call.site.app, &client, wanted).await?;
    let version = stream.version();
    let document = EventStream::of(Waiting { stream, waiting: 0, oldest: None }, call.site.app.issuer());
    Ok(Reply::created(&document, format!("/clients/{client}/stream"))?.with_version(version))
}

pub async fn update(call: &Call) -> Result<Reply, Problem> {
    let (client, change): (ClientId, EventStreamChange) = (id(call)?, call.body()?);
    let expected = match &call.expected {
        Some(Expected::OneOf(tags)) => {
            let seen = streams::show(&call.admin, &client).await?.stream.map(|seen| seen.stream.version());
            match seen {
                Some(version) if !tags.contains(&etag(version)) => {
                    return Err(Problem::new(Kind::Changed, "another version of it is there by now: read it again"));
                }
                seen => seen,
            }
        }
        Some(Expected::Any) | None => None,
    };
    let wanted = Wanted {
        method: change.delivery_method.map(Method::from),
        endpoint: change.endpoint_url,
        authorization: change.authorization_header,
        events: member(change.events_requested),
        description: member(change.description),
    };
    let written = streams::change(&call.admin, &call.site.app, &client, wanted, expected).await?;
    shown(call, Some(written)).await
}

pub async fn set_status(call: &Call) -> Result<Reply, Problem> {
    let (client, wanted): (ClientId, EventStreamStatus) = (id(call)?, call.body()?);
    let status = match wanted.status {
        WantedStatus::Enabled => StreamStatus::Enabled,
        WantedStatus::Paused => StreamStatus::Paused,
        WantedStatus::Disabled => StreamStatus::Disabled,
    };
    let written = streams::set_status(&call.admin, &client, status, reason(&wanted.reason)?).await?;
    call.site.app.signals.wake();
    shown(call, Some(written)).await
}

pub async fn verify(call: &Call) -> Result<Reply, Problem> {
    streams::verify(&call.admin, &id(call)?).await?;
    call.site.app.signals.wake();
    Ok(Reply::done())
}

pub async fn remove(call: &Call) -> Result<Reply, Problem> {
    let (client, told): (ClientId, Reason) = (id(call)?, call.body()?);
    streams::remove(&call.admin, &client, reason(&told.reason)?).await?;
    Ok(Reply::done())
}

pub async fn events(call: &Call) -> Result<Reply, Problem> {
    let found = streams::events_of(&call.admin, &id(call)?, state(call)?, call.after()?, call.limit()?).await?;
    let next = call.next(found.next)?;
    Reply::ok(&Page { items: found.items.iter().map(StreamEvent::of).collect(), next })
}

/// The stream with what waits in it: as it was `written`, where it was, whoever has changed it since; the `ETag` is of that.
async fn shown(call: &Call, written: Option<Stream>) -> Result<Reply, Problem> {
    let client = id(call)?;
    let none = || Problem::new(Kind::NotFound, format!("the client {client} has no stream"));
    let found = streams::show(&call.admin, &client).await?.stream.ok_or_else(none)?;
    let found = match written {
        Some(stream) => Waiting { stream, ..found },
        None => found,
    };
    let version = found.stream.version();
    Ok(Reply::ok(&EventStream::of(found, call.site.app.issuer()))?.with_version(version))
}

fn id(call: &Call) -> Result<ClientId, Problem> {
    call.path("client_id")
}

fn member<T>(named: Named<T>) -> Member<T> {
    match named {
        None => Member::Unnamed,
        Some(None) => Member::Gone,
        Some(Some(value)) => Member::Given(value),
    }
}

/// A member that is there, whatever it is: null is something else than absent.
fn present<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Named<T>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

impl From<EventDelivery> for Method {
    fn from(named: EventDelivery) -> Self {
        match named {
            EventDelivery::Push => Self::Push,
            EventDelivery::Poll => Self::Poll,
        }
    }
}

impl EventStream {
    fn of(Waiting { stream, waiting, oldest }: Waiting, issuer: &str) -> Self {
        let (delivery_method, endpoint_url, has_authorization_header) = match &stream.delivery {
            Delivery::Push { endpoint, authorization } => ("push", endpoint.clone(), authorization.is_some()),
            Delivery::Poll => ("poll", poll_endpoint(&stream, issuer), false),
        };
        let delivered = EventType::SUPPORTED.into_iter().filter(|kind| stream.delivers(*kind, issuer));
        let events_delivered = delivered.map(|kind| kind.uri(issuer)).collect();
        let Stream { status, verified_at, created_at, updated_at, .. } = stream;
        Self {
            client_id: stream.client.to_string(),
            stream_id: stream.id.to_string(),
            status: status.as_str(),
            reason: stream.reason,
            delivery_method,
            endpoint_url,
            has_authorization_header,
            events_requested: stream.events_requested,
            events_delivered,
            description: stream.description,
            waiting,
            oldest_waiting_at: oldest.map(Instant::from),
            verified_at: verified_at.map(Instant::from),
            created_at: created_at.into(),
            updated_at: updated_at.into(),
        }
    }
}

impl StreamEvent {
    fn of(event: &SecurityEvent) -> Self {
        Self {
            id: event.id.to_string(),
            client_id: event.client.to_string(),
            kind: event.kind.as_str(),
            state: event.state.as_str(),
            attempts: event.attempts,
            fault: event.fault.clone(),
            created_at: event.created_at.into(),
            next_attempt_at: event.settled_at.is_none().then(|| event.due_at.into()),
            give_up_at: event.give_up_at.into(),
            settled_at: event.settled_at.map(Instant::from),
        }
    }
}
