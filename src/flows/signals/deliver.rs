//! Pushes events: RFC 8935. As with sign-outs, each is delivered at least once, by whichever server holds its lease; of one person's,
//! in the order in which they happened.

use std::sync::Arc;

use url::Url;

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::logout::Settlement;
use crate::domain::secret::SecretString;
use crate::domain::signals::{Delivery, EventType, LEASE, SecurityEvent, Stream, StreamStatus};
use crate::outbound::Pushed;
use crate::protocol::signals::fetch::word;

use super::super::audit::EventBuilder;
use super::super::deliveries::Ended;
use super::super::{App, FlowError};
use super::change::context;
use super::token::token;

/// Begins an attempt at everything that is due and that there is a place for; the attempts go on by themselves.
pub async fn deliver_due(app: &Arc<App>) -> Result<(), FlowError> {
    let now = app.clock.now();
    let mut due = app.store.read().await?.security_events().due_clients(now).await?;
    if due.is_empty() {
        return Ok(());
    }
    // Where there are more than there are places for, it is not always the same who wait.
    let first = usize::from(u16::from_be_bytes(app.random.bytes())) % due.len();
    due.rotate_left(first);
    for client in due {
        let places = app.signals.places(&client);
        if places == 0 {
            continue;
        }
        let limit = u32::try_from(places).unwrap_or(u32::MAX);
        let claimed =
            app.store.write().await?.security_events().claim_to_push(&client, now, now + LEASE, limit).await?;
        for event in claimed {
            app.signals.began(&event.client);
            app.background.spawn(deliver(app.clone(), event));
        }
    }
    Ok(())
}

/// One attempt, and what became of it.
async fn deliver(app: Arc<App>, event: SecurityEvent) {
    let how = attempt(&app, &event).await;
    let settled = match &how {
        Ok(Some(how)) => settle(&app, &event, how).await,
        Ok(None) | Err(_) => Ok(()),
    };
    if let Err(error) = how.as_ref().map(drop).and(settled.as_ref().map(drop)) {
        // Nothing is written down, so it falls due again when the lease has run out.
        tracing::warn!(%error, event = %event.id, client = %event.client, "a security event could not be pushed");
    }
    app.signals.ended(
        &event.client,
        match how {
            Ok(Some(Settlement::Postponed { .. } | Settlement::Undelivered { .. })) => Ended::Failing,
            _ => Ended::Well,
        },
    );
}

/// `None` where the stream was paused, closed or turned into one that is fetched from since the event was claimed.
async fn attempt(app: &App, event: &SecurityEvent) -> Result<Option<Settlement>, FlowError> {
    let stream = app.store.read().await?.signal_streams().of_client(&event.client).await?;
    let runs = |stream: &Stream| stream.status == StreamStatus::Enabled || event.kind == EventType::StreamUpdated;
    let Some(stream) = stream.filter(runs) else { return Ok(None) };
    let Delivery::Push { endpoint, authorization } = &stream.delivery else { return Ok(None) };
    let fault = match push(app, &stream, event, endpoint, authorization.as_deref()).await {
        Ok(None) => return Ok(Some(Settlement::Delivered)),
        Ok(Some(Fault::Refused(fault))) => return Ok(Some(Settlement::Refused { fault })),
        Ok(Some(Fault::Passing(fault))) => fault,
        // It wants its tokens encrypted, and its key is not to be had just now.
        Err(FlowError::Refused(_)) => "no_key".to_owned(),
        Err(error) => return Err(error),
    };
    Ok(Some(match event.next_attempt(app.clock.now(), &*app.random) {
        Some(due_at) => Settlement::Postponed { due_at, fault },
        None => Settlement::Undelivered { fault },
    }))
}

enum Fault {
    /// The client can make nothing of it (RFC 8935 §2.3): said again, it would be no clearer.
    Refused(String),
    Passing(String),
}

async fn push(
    app: &App,
    stream: &Stream,
    event: &SecurityEvent,
    endpoint: &str,
    authorization: Option<&[u8]>,
) -> Result<Option<Fault>, FlowError> {
    let client = app.clients.find(app, &event.client).await?.filter(|client| client.is_active());
    let (Some(client), Ok(url)) = (client, Url::parse(endpoint)) else {
        return Ok(Some(Fault::Passing("client_disabled".to_owned())));
    };
    let authorization = match authorization {
        None => None,
        Some(sealed) => {
            let opened = app.keys.open_short_lived(&context(stream.id), sealed)?;
            Some(SecretString::new(std::str::from_utf8(&opened).map_err(FlowError::failed)?))
        }
    };
    let token = token(app, &client, stream, event).await?;
    Ok(match app.outbound.push_event(&url, authorization.as_ref(), token).await {
        Ok(Pushed::Accepted) => None,
        Ok(Pushed::Refused(code)) => match &*word(&code) {
            // What its owner mends, or what mends itself.
            passing @ ("authentication_failed" | "access_denied" | "invalid_key") => {
                Some(Fault::Passing(passing.to_owned()))
            }
            refused => Some(Fault::Refused(refused.to_owned())),
        },
        Ok(Pushed::Status(status)) => Some(Fault::Passing(format!("status_{status}"))),
        Err(error) => Some(Fault::Passing(error.label().to_owned())),
    })
}

async fn settle(app: &App, event: &SecurityEvent, how: &Settlement) -> Result<(), FlowError> {
    let now = app.clock.now();
    let (outcome, fault) = match how {
        Settlement::Delivered => ("delivered", None),
        Settlement::Refused { fault } => ("refused", Some(fault)),
        Settlement::Undelivered { fault } => ("undelivered", Some(fault)),
        Settlement::Postponed { .. } => ("postponed", None),
    };
    let mut tx = app.store.begin().await?;
    let ours = tx.security_events().settle(event, how, now).await?;
    if let (true, Some(fault)) = (ours, fault) {
        let record = EventBuilder::new(now, &*app.random, EventKind::SecurityEventUndelivered, Outcome::Refused)
            .by(Actor::System)
            .of(&event.client)
            .with("event", event.id)
            .with("kind", event.kind.as_str())
            .with("attempts", event.attempts)
            .with("fault", fault);
        let record = match event.subject.citizen() {
            Some(citizen) => record.about(citizen),
            None => record,
        };
        tx.audit().record(&record.build()).await?;
    }
    tx.commit().await?;
    app.metrics.security_event_attempted(outcome);
    Ok(())
}

/// Counts what waits, for `/metrics`.
pub async fn note_backlog(app: &App) -> Result<(), FlowError> {
    let backlog = app.store.read().await?.security_events().backlog().await?;
    let age = backlog.oldest.map(|oldest| app.clock.now().since(oldest)).unwrap_or_default();
    app.metrics.security_events_pending(backlog.pending, age);
    Ok(())
}
