//! Clients' streams of security events, as their owners and operators look after them. A client may do the same by itself
//! (`flows::signals::change`); what is refused to it is refused here.

use std::collections::BTreeMap;

use serde_json::json;

use crate::crypto::base64url;
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::client::Client;
use crate::domain::ids::{ClientId, SecurityEventId};
use crate::domain::logout::DeliveryState;
use crate::domain::signals::{Delivery, EventType, Facts, SecurityEvent, Stream, StreamStatus, Subject};
use crate::domain::time::Timestamp;
use crate::flows::App;
use crate::flows::signals::change as door;
use crate::flows::signals::door::SignalsError;
use crate::protocol::signals::configuration::{Extent, Member, WantedDelivery, Wish};
use crate::storage::{Page, Transaction};

use super::registered_clients::find_to_change;
use super::{AdminError, Administrator, Fault};

/// Read at once.
const AT_ONCE: u32 = 200;
/// As many of the last events are looked at for those that failed.
const LOOKED_AT: u32 = 200;
/// As many failures as help to understand.
const FAILURES: usize = 5;

/// A stream, and what waits in it.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub stream: Stream,
    pub waiting: u64,
    /// When the oldest of it happened.
    pub oldest: Option<Timestamp>,
}

/// A client, with its stream where it has one.
#[derive(Clone, Debug)]
pub struct Standing {
    pub client: Client,
    pub stream: Option<Waiting>,
    /// Of the last events those whose last attempt failed, the newest first.
    pub failures: Vec<SecurityEvent>,
}

/// How events are to reach a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Push,
    Poll,
}

/// What a stream is to be. What is not named stays; a new stream is fetched and carries everything.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub method: Option<Method>,
    pub endpoint: Option<String>,
    pub authorization: Option<String>,
    /// Addresses of event types; `Gone` is everything.
    pub events: Member<Vec<String>>,
    pub description: Member<String>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            method: None,
            endpoint: None,
            authorization: None,
            events: Member::Unnamed,
            description: Member::Unnamed,
        }
    }
}

/// Every stream that they may see, by client.
pub async fn list(admin: &Administrator) -> Result<Vec<Stream>, AdminError> {
    let reached = admin.may_on_own(Permission::StreamShow)?;
    let (mut streams, mut after) = (Vec::new(), None);
    loop {
        let page = admin.store.read().await?.signal_streams().list(after.as_ref(), AT_ONCE).await?;
        streams.extend(page.items.into_iter().filter(|stream: &Stream| reached.holds(&stream.client)));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(streams),
        }
    }
}

/// Up to `limit` of the streams that they may see, by client, those that follow `after`, and what waits in each.
pub async fn page(
    admin: &Administrator,
    after: Option<ClientId>,
    limit: u32,
) -> Result<Page<Waiting, ClientId>, AdminError> {
    let reached = admin.may_on_own(Permission::StreamShow)?;
    let mut reading = admin.store.read().await?;
    let mut backlogs = reading.security_events().waiting(None).await?;
    let (mut items, mut after) = (Vec::new(), after);
    loop {
        let page = reading.signal_streams().list(after.as_ref(), AT_ONCE).await?;
        for stream in page.items.into_iter().filter(|stream| reached.holds(&stream.client)) {
            if items.len() == limit as usize {
                let next = items.last().map(|last: &Waiting| last.stream.client.clone());
                return Ok(Page { items, next });
            }
            let backlog = backlogs.remove(&stream.client);
            let (waiting, oldest) = backlog.map_or((0, None), |backlog| (backlog.pending, backlog.oldest));
            items.push(Waiting { stream, waiting, oldest });
        }
        after = page.next;
        if after.is_none() {
            return Ok(Page { items, next: None });
        }
    }
}

/// A client's stream, what waits in it, and what failed lately.
///
/// # Errors
/// `NotFound` where there is no such client.
pub async fn show(admin: &Administrator, client: &ClientId) -> Result<Standing, AdminError> {
    admin.may_on(Permission::StreamShow, client)?;
    let mut reading = admin.store.read().await?;
    let found = reading.clients().find(client).await?;
    let found = found.ok_or_else(|| AdminError::NotFound(format!("there is no client {client}")))?;
    let stream = reading.signal_streams().of_client(client).await?;
    let mut backlogs: BTreeMap<_, _> = reading.security_events().waiting(Some(client)).await?;
    let backlog = backlogs.remove(client);
    let (waiting, oldest) = backlog.map_or((0, None), |backlog| (backlog.pending, backlog.oldest));
    let latest = reading.security_events().list(Some(client), None, None, LOOKED_AT).await?;
    let failures = latest.items.into_iter().filter(|event| event.fault.is_some()).take(FAILURES).collect();
    let stream = stream.map(|stream| Waiting { stream, waiting, oldest });
    Ok(Standing { client: found.client, stream, failures })
}

/// The latest `limit` events.
pub async fn events(
    admin: &Administrator,
    client: Option<&ClientId>,
    state: Option<DeliveryState>,
    limit: u32,
) -> Result<Vec<SecurityEvent>, AdminError> {
    client.map_or_else(|| admin.may(Permission::StreamShow), |client| admin.may_on(Permission::StreamShow, client))?;
    Ok(admin.store.read().await?.security_events().list(client, state, None, limit).await?.items)
}

/// Up to `limit` events of a client's, the latest first, those before `before`.
pub async fn events_of(
    admin: &Administrator,
    client: &ClientId,
    state: Option<DeliveryState>,
    before: Option<SecurityEventId>,
    limit: u32,
) -> Result<Page<SecurityEvent, SecurityEventId>, AdminError> {
    admin.may_on(Permission::StreamShow, client)?;
    Ok(admin.store.read().await?.security_events().list(Some(client), state, before, limit).await?)
}

/// Opens a client's stream.
///
/// # Errors
/// `NotFound` where there is no such client; `Conflict` where it has one; `Invalid` for what no stream can be, each by its member.
pub async fn create(admin: &Administrator, app: &App, client: &ClientId, wanted: Wanted) -> Result<Stream, AdminError> {
    admin.may_on(Permission::StreamManage, client)?;
    let mut stream = Stream::new(client, admin.clock.now(), &*admin.random);
    apply(app, &mut stream, wanted)?;
    let mut tx = admin.store.begin().await?;
    find_to_change(&mut tx, client).await?;
    if !tx.signal_streams().create(&stream).await? {
        return Err(AdminError::Conflict(format!("the client {client} has a stream")));
    }
    record(admin, &mut tx, EventKind::StreamCreated, &stream).await?;
    tx.commit().await?;
    Ok(stream)
}

/// Changes what `wanted` names; what failed at the address before is tried at once. `expected` is the version that is changed.
///
/// # Errors
/// `NotFound` where the client has none; `Changed` where it is another by now; `Invalid` as for [`create`].
pub async fn change(
    admin: &Administrator,
    app: &App,
    client: &ClientId,
    wanted: Wanted,
    expected: Option<i64>,
) -> Result<Stream, AdminError> {
    admin.may_on(Permission::StreamManage, client)?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let mut stream = tx.signal_streams().of_client(client).await?.ok_or_else(|| none(client))?;
    if expected.is_some_and(|expected| expected != stream.version()) {
        return Err(AdminError::Changed);
    }
    apply(app, &mut stream, wanted)?;
    replace(&mut tx, &mut stream, now).await?;
    tx.security_events().hasten(client, now).await?;
    record(admin, &mut tx, EventKind::StreamChanged, &stream).await?;
    tx.commit().await?;
    app.signals.wake();
    Ok(stream)
}

/// Enables, pauses or disables a client's stream. The client is told so in the stream itself (SSF 1.0 §8.1.5), whatever becomes of
/// the rest.
///
/// # Errors
/// `NotFound` where the client has none; `Conflict` where it is so already.
pub async fn set_status(
    admin: &Administrator,
    client: &ClientId,
    status: StreamStatus,
    reason: &str,
) -> Result<Stream, AdminError> {
    admin.may_on(Permission::StreamRun, client)?;
    check_reason(reason)?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let mut stream = tx.signal_streams().of_client(client).await?.ok_or_else(|| none(client))?;
    if stream.status == status {
        return Err(AdminError::Conflict(format!("the stream is {} already", status.as_str())));
    }
    stream.status = status;
    stream.reason = Some(reason.to_owned());
    replace(&mut tx, &mut stream, now).await?;
    if status == StreamStatus::Disabled {
        tx.security_events().drop_waiting(client).await?;
    }
    let told = json!({ "status": status.as_str(), "reason": reason });
    let facts: Facts = told.as_object().cloned().unwrap_or_default();
    put(admin, &mut tx, client, (EventType::StreamUpdated, facts)).await?;
    let event = admin.event(EventKind::StreamChanged).of(client).with("status", status.as_str()).with("reason", reason);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(stream)
}

/// Puts a verification event into a client's stream (SSF 1.0 §8.1.4): whether it arrives shows whether the stream works.
///
/// # Errors
/// `NotFound` where the client has none; `Conflict` where nothing is put into it, or one was asked for a moment ago.
pub async fn verify(admin: &Administrator, client: &ClientId) -> Result<(), AdminError> {
    admin.may_on(Permission::StreamRun, client)?;
    let mut tx = admin.store.begin().await?;
    let stream = tx.signal_streams().of_client(client).await?.ok_or_else(|| none(client))?;
    if !stream.holds() {
        return Err(AdminError::Conflict("the stream is disabled: nothing is put into it".to_owned()));
    }
    if !tx.signal_streams().claim_verification(&stream, admin.clock.now()).await? {
        let seconds = Stream::MIN_VERIFICATION_INTERVAL.as_secs();
        let told = format!("a verification event was asked for less than {seconds} seconds ago");
        return Err(AdminError::Conflict(told));
    }
    put(admin, &mut tx, client, (EventType::Verification, Facts::new())).await?;
    let event = admin.event(EventKind::StreamChanged).of(client).with("verification", true);
    tx.audit().record(&event.build()).await?;
    Ok(tx.commit().await?)
}

/// Closes a client's stream, with everything that waits in it.
///
/// # Errors
/// `NotFound` where the client has none.
pub async fn remove(admin: &Administrator, client: &ClientId, reason: &str) -> Result<(), AdminError> {
    admin.may_on(Permission::StreamManage, client)?;
    check_reason(reason)?;
    let mut tx = admin.store.begin().await?;
    if !tx.signal_streams().remove(client).await? {
        return Err(none(client));
    }
    let event = admin.event(EventKind::StreamRemoved).of(client).with("reason", reason);
    tx.audit().record(&event.build()).await?;
    Ok(tx.commit().await?)
}

fn none(client: &ClientId) -> AdminError {
    AdminError::NotFound(format!("the client {client} has no stream"))
}

/// It is told to the client, too.
fn check_reason(reason: &str) -> Result<(), AdminError> {
    Stream::check_text(reason).map_err(|fault| AdminError::invalid("reason", fault.to_string()))
}

/// Writes it down, where nobody else did in the meantime.
async fn replace(tx: &mut Transaction, stream: &mut Stream, now: Timestamp) -> Result<(), AdminError> {
    let seen = stream.updated_at;
    stream.touch(now);
    match tx.signal_streams().replace_seen(stream, seen).await? {
        true => Ok(()),
        false => Err(AdminError::Changed),
    }
}

async fn put(
    admin: &Administrator,
    tx: &mut Transaction,
    client: &ClientId,
    what: (EventType, Facts),
) -> Result<(), AdminError> {
    let txn = base64url::encode(&admin.random.bytes::<16>());
    let made = (admin.clock.now(), &*admin.random);
    let event = SecurityEvent::new(client, what, Subject::Stream, txn, made);
    Ok(tx.security_events().enqueue(&event).await?)
}

/// Where events go from now on. Of the address only its origin: the rest of it may be what lets somebody in there.
async fn record(
    admin: &Administrator,
    tx: &mut Transaction,
    kind: EventKind,
    stream: &Stream,
) -> Result<(), AdminError> {
    let event = admin.event(kind).of(&stream.client).with("delivery", stream.delivery.method());
    let event = match &stream.delivery {
        Delivery::Push { endpoint, .. } => {
            let origin = url::Url::parse(endpoint).map(|url| url.origin().ascii_serialization());
            event.with("origin", origin.unwrap_or_default())
        }
        Delivery::Poll => event,
    };
    Ok(tx.audit().record(&event.build()).await?)
}

/// Makes of `stream` what is wanted, or tells all that is wrong with it.
fn apply(app: &App, stream: &mut Stream, wanted: Wanted) -> Result<(), AdminError> {
    let mut faults = Vec::new();
    let delivery = delivery(app, stream, &wanted, &mut faults);
    if let Member::Given(events) = &wanted.events {
        let known: Vec<String> = EventType::SUPPORTED.iter().map(|kind| kind.uri(app.issuer())).collect();
        for other in events.iter().filter(|event| !known.contains(event)) {
            faults.push(Fault::new("events_requested", format!("'{other}' is none of {}", known.join(", "))));
        }
        if events.is_empty() {
            faults.push(Fault::new("events_requested", "expected one at least, or none of it for everything"));
        }
    }
    if let Member::Given(text) = &wanted.description
        && let Err(fault) = Stream::check_text(text)
    {
        faults.push(Fault::new("description", fault.to_string()));
    }
    if !faults.is_empty() {
        return Err(AdminError::Invalid(faults));
    }
    let wish = Wish { delivery, events_requested: wanted.events, description: wanted.description };
    door::change(app, stream, wish, Extent::Named).map_err(|error| match error {
        SignalsError::Flow(error) => error.into(),
        other => AdminError::failed(other),
    })
}

fn delivery(app: &App, stream: &Stream, wanted: &Wanted, faults: &mut Vec<Fault>) -> Option<WantedDelivery> {
    let (present, named) = match &stream.delivery {
        Delivery::Push { endpoint, .. } => (Method::Push, Some(endpoint.clone())),
        Delivery::Poll => (Method::Poll, None),
    };
    let Wanted { method, endpoint, authorization, .. } = wanted;
    if method.is_none() && endpoint.is_none() && authorization.is_none() {
        return None;
    }
    if method.unwrap_or(present) == Method::Poll {
        for (member, there) in [("endpoint_url", endpoint.is_some()), ("authorization_header", authorization.is_some())]
        {
            if there {
                faults.push(Fault::new(member, "is for events that are pushed: these are fetched"));
            }
        }
        return Some(WantedDelivery::Poll { endpoint: None });
    }
    let Some(endpoint) = endpoint.clone().or(named) else {
        faults.push(Fault::new("endpoint_url", "is missing: events are pushed somewhere"));
        return None;
    };
    if Stream::check_endpoint(&endpoint).is_err() {
        let told = "must be an https address of at most 512 bytes, without credentials and fragment";
        faults.push(Fault::new("endpoint_url", told));
    } else if let Err(told) = door::check_endpoint(app, &endpoint) {
        faults.push(Fault::new("endpoint_url", told));
    }
    if authorization.as_deref().is_some_and(|text| Stream::check_authorization(text).is_err()) {
        let told = "can be no value of that header: 1 to 4096 visible ASCII characters and spaces between them";
        faults.push(Fault::new("authorization_header", told));
    }
    Some(WantedDelivery::Push { endpoint, authorization: authorization.clone() })
}
