//! A client fetches its events: RFC 8936. What it has not acknowledged is told again when its lease has run out.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::signals::{Delivery, LEASE};
use crate::protocol::OAuthError;
use crate::protocol::signals::fetch::{FetchRequest, Waits};

use super::super::audit::EventBuilder;
use super::super::{App, FlowError};
use super::door::{SignalsError, own};
use super::token::token;

/// How long an answer is held back at most. Every request that waits takes a place from others.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Requests that wait at once, of all clients; of each, one.
const WAITING_AT_ONCE: usize = 64;

/// Who waits at this server.
#[derive(Debug, Default)]
pub struct Waiting(Mutex<HashSet<ClientId>>);

/// A place among them, until it is dropped.
struct Place<'w>(&'w Waiting, ClientId);

impl Waiting {
    fn enter(&self, client: &ClientId) -> Option<Place<'_>> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = waiting.len() < WAITING_AT_ONCE && waiting.insert(client.clone());
        fits.then(|| Place(self, client.clone()))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

/// What a client that fetches is told (§2.3).
#[derive(Debug)]
pub struct Fetched {
    /// The tokens by their `jti`.
    pub sets: BTreeMap<String, String>,
    pub more_available: bool,
}

/// Notes what became of the events before, and gives the next ones.
///
/// # Errors
/// `invalid_request` where the client's events are pushed.
pub async fn fetch(app: &App, client: &Client, named: &str, body: &[u8]) -> Result<Fetched, SignalsError> {
    let request = FetchRequest::read(body)?;
    let stream = own(app, client, named).await?;
    if stream.delivery != Delivery::Poll {
        return Err(OAuthError::invalid_request("the events of this stream are pushed").into());
    }
    answer(app, client, &request).await?;
    let place = match request.waits {
        Waits::ForSomething if request.most > 0 => app.waiting.enter(&client.id),
        _ => None,
    };
    let mut left = match place {
        Some(_) => LONGEST_WAIT.min(app.settings.limits.request_timeout / 2),
        None => Duration::ZERO,
    };
    let mut looks = tokio::time::interval(LOOK_AGAIN);
    loop {
        looks.tick().await;
        let now = app.clock.now();
        let claimed = match request.most {
            0 => Vec::new(),
            most => {
                app.store.write().await?.security_events().claim_to_fetch(&client.id, now, now + LEASE, most).await?
            }
        };
        if !claimed.is_empty() || left.is_zero() {
            let more_available = app.store.read().await?.security_events().more(&client.id, now).await?;
            let mut sets = BTreeMap::new();
            for event in &claimed {
                sets.insert(event.id.to_string(), token(app, client, &stream, event).await?);
            }
            return Ok(Fetched { sets, more_available });
        }
        left = left.saturating_sub(LOOK_AGAIN);
    }
}

/// What the client says of those that it fetched before. What is not its own, or was never given to it, is passed over.
async fn answer(app: &App, client: &Client, request: &FetchRequest) -> Result<(), FlowError> {
    if request.acknowledged.is_empty() && request.faults.is_empty() {
        return Ok(());
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    for id in &request.acknowledged {
        if tx.security_events().answered(&client.id, *id, None, now).await?.is_some() {
            app.metrics.security_event_attempted("delivered");
        }
    }
    for (id, fault) in &request.faults {
        let Some(citizen) = tx.security_events().answered(&client.id, *id, Some(fault), now).await? else { continue };
        app.metrics.security_event_attempted("refused");
        let event = EventBuilder::new(now, &*app.random, EventKind::SecurityEventUndelivered, Outcome::Refused)
            .by(Actor::Client(client.id.clone()))
            .of(&client.id)
            .with("event", id)
            .with("fault", fault);
        let event = match citizen {
            Some(citizen) => event.about(citizen),
            None => event,
        };
        tx.audit().record(&event.build()).await?;
    }
    Ok(tx.commit().await?)
}
