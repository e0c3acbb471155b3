//! A client opens, reads, changes, pauses, checks and closes its stream: SSF 1.0 §8.1.

use url::Url;

use crate::crypto::base64url;
use crate::crypto::seal::Context;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::Client;
use crate::domain::ids::{ClientId, StreamId};
use crate::domain::signals::{Delivery, EventType, Facts, SecurityEvent, Stream, StreamStatus, Subject};
use crate::outbound::Purpose;
use crate::protocol::OAuthError;
use crate::protocol::signals::configuration::{Document, Extent, WantedDelivery, Wish, poll_endpoint};
use crate::protocol::signals::{StatusChange, VerificationRequest};

use super::super::audit::EventBuilder;
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::door::{SignalsError, own};

/// Opens a stream (§8.1.1.1).
///
/// # Errors
/// `Exists` where the client has one.
pub async fn create(app: &App, visitor: &Visitor, client: &Client, body: &[u8]) -> Result<Document, SignalsError> {
    let (wish, now) = (Wish::to_create(body)?, app.clock.now());
    let mut stream = Stream::new(&client.id, now, &*app.random);
    change(app, &mut stream, wish, Extent::Whole)?;
    let mut tx = app.store.begin().await?;
    if !tx.signal_streams().create(&stream).await? {
        return Err(SignalsError::Exists);
    }
    let event = event(app, visitor, EventKind::StreamCreated, &client.id);
    tx.audit().record(&event.with("delivery", stream.delivery.method()).build()).await?;
    tx.commit().await?;
    Ok(Document::of(&stream, app.issuer()))
}

/// Every stream of the client's: one, or none (§8.1.1.2).
pub async fn list(app: &App, client: &Client) -> Result<Vec<Document>, SignalsError> {
    let found = app.store.read().await?.signal_streams().of_client(&client.id).await?;
    Ok(found.iter().map(|stream| Document::of(stream, app.issuer())).collect())
}

pub async fn read(app: &App, client: &Client, named: &str) -> Result<Document, SignalsError> {
    Ok(Document::of(&own(app, client, named).await?, app.issuer()))
}

/// Changes what `body` names, or replaces everything (§8.1.1.3, §8.1.1.4).
pub async fn update(
    app: &App,
    visitor: &Visitor,
    client: &Client,
    body: &[u8],
    extent: Extent,
) -> Result<Document, SignalsError> {
    let (named, wish, members) = Wish::to_change(body, extent)?;
    let mut stream = own(app, client, &named).await?;
    change(app, &mut stream, wish, extent)?;
    let document = Document::of(&stream, app.issuer());
    document.agrees(&members)?;
    stream.touch(app.clock.now());
    let mut tx = app.store.begin().await?;
    if !tx.signal_streams().replace(&stream).await? {
        return Err(SignalsError::NotFound);
    }
    // What failed at the address before may arrive at this one.
    tx.security_events().hasten(&client.id, app.clock.now()).await?;
    let event = event(app, visitor, EventKind::StreamChanged, &client.id);
    tx.audit().record(&event.with("delivery", stream.delivery.method()).build()).await?;
    tx.commit().await?;
    app.signals.wake();
    Ok(document)
}

/// Closes it, with everything that waits in it (§8.1.1.5).
pub async fn delete(app: &App, visitor: &Visitor, client: &Client, named: &str) -> Result<(), SignalsError> {
    own(app, client, named).await?;
    let mut tx = app.store.begin().await?;
    if !tx.signal_streams().remove(&client.id).await? {
        return Err(SignalsError::NotFound);
    }
    let event = event(app, visitor, EventKind::StreamRemoved, &client.id);
    tx.audit().record(&event.build()).await?;
    Ok(tx.commit().await?)
}

/// Whether it runs, and why not (§8.1.2.1).
pub async fn status(app: &App, client: &Client, named: &str) -> Result<Stream, SignalsError> {
    own(app, client, named).await
}

/// The client pauses, disables or enables its stream (§8.1.2.2). Nobody tells it of what it did itself.
pub async fn set_status(app: &App, visitor: &Visitor, client: &Client, body: &[u8]) -> Result<Stream, SignalsError> {
    let StatusChange { stream: named, status, reason } = StatusChange::read(body)?;
    let mut stream = own(app, client, &named).await?;
    stream.status = status;
    stream.reason = reason;
    stream.touch(app.clock.now());
    let mut tx = app.store.begin().await?;
    if !tx.signal_streams().replace(&stream).await? {
        return Err(SignalsError::NotFound);
    }
    if status == StreamStatus::Disabled {
        tx.security_events().drop_waiting(&client.id).await?;
    }
    let event = event(app, visitor, EventKind::StreamChanged, &client.id);
    tx.audit().record(&event.with("status", status.as_str()).build()).await?;
    tx.commit().await?;
    app.signals.wake();
    Ok(stream)
}

/// Puts an event into the stream that the client recognises (§8.1.4.2).
///
/// # Errors
/// `TooSoon` where it did a moment ago; `invalid_request` where nothing is put into the stream.
pub async fn verify(app: &App, client: &Client, body: &[u8]) -> Result<(), SignalsError> {
    let VerificationRequest { stream: named, state } = VerificationRequest::read(body)?;
    let stream = own(app, client, &named).await?;
    if !stream.holds() {
        return Err(OAuthError::invalid_request("the stream is disabled: nothing is put into it").into());
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if !tx.signal_streams().claim_verification(&stream, now).await? {
        return Err(SignalsError::TooSoon);
    }
    let facts: Facts = state.into_iter().map(|state| ("state".to_owned(), state.into())).collect();
    let txn = base64url::encode(&app.random.bytes::<16>());
    let what = (EventType::Verification, facts);
    let event = SecurityEvent::new(&client.id, what, Subject::Stream, txn, (now, &*app.random));
    tx.security_events().enqueue(&event).await?;
    tx.commit().await?;
    app.signals.wake();
    Ok(())
}

/// Makes of `stream` what is wished for.
pub(in crate::flows) fn change(app: &App, stream: &mut Stream, wish: Wish, extent: Extent) -> Result<(), SignalsError> {
    let Wish { delivery, events_requested, description } = wish;
    stream.events_requested = events_requested.over(stream.events_requested.take());
    stream.description = description.over(stream.description.take());
    match delivery {
        None => {}
        Some(WantedDelivery::Poll { endpoint }) => {
            if endpoint.is_some_and(|named| named != poll_endpoint(stream, app.issuer())) {
                let told = "delivery.endpoint_url is the server's to say where events are fetched";
                return Err(OAuthError::invalid_request(told).into());
            }
            stream.delivery = Delivery::Poll;
        }
        Some(WantedDelivery::Push { endpoint, authorization }) => {
            check_endpoint(app, &endpoint)
                .map_err(|told| OAuthError::invalid_request(format!("delivery.endpoint_url {told}")))?;
            let authorization = match (authorization, &stream.delivery) {
                (Some(text), _) => Some(seal(app, stream.id, &text)?),
                // Nobody reads it back, so whoever names the address again need not know it. It never goes to another one.
                (None, Delivery::Push { endpoint: before, authorization })
                    if extent == Extent::Named && *before == endpoint =>
                {
                    authorization.clone()
                }
                (None, _) => None,
            };
            stream.delivery = Delivery::Push { endpoint, authorization };
        }
    }
    Ok(())
}

/// Whether events can be pushed there at all, as far as the address itself says.
///
/// # Errors
/// The end of a sentence that begins with the member.
pub(in crate::flows) fn check_endpoint(app: &App, endpoint: &str) -> Result<(), String> {
    let url = Url::parse(endpoint).map_err(|_| "must be an address".to_owned())?;
    if Url::parse(app.issuer()).is_ok_and(|own| own.origin() == url.origin()) {
        return Err("must not be this issuer's own".to_owned());
    }
    app.outbound.check(&url, Purpose::SecurityEventEndpoint).map_err(|error| error.to_string())
}

fn seal(app: &App, stream: StreamId, text: &str) -> Result<Vec<u8>, FlowError> {
    app.keys.seal_short_lived(&context(stream), text.as_bytes(), &*app.random)
}

pub(super) fn context(stream: StreamId) -> Context {
    Context::new("signal_streams.credentials", stream.uuid().as_bytes())
}

fn event(app: &App, visitor: &Visitor, kind: EventKind, client: &ClientId) -> EventBuilder {
    app.event(visitor, kind, Outcome::Success).by(Actor::Client(client.clone())).of(client)
}
