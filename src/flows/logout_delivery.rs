//! Empties the outbox of single logout: OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8.
//!
//! Each delivery is made at least once. A server takes what is due for as long as an attempt lasts; what it does not
//! settle by then, because it was killed, falls due again and any server takes it.

use std::sync::Arc;

use http::StatusCode;
use url::Url;
use url::form_urlencoded::Serializer;

use super::deliveries::Ended;
use super::protection::Protection;
use super::{App, FlowError};
use crate::crypto::base64url;
use crate::crypto::jws::Typ;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::Client;
use crate::domain::logout::{Delivery, LEASE, Settlement};
use crate::domain::statistics::Figure;
use crate::flows::audit::EventBuilder;
use crate::outbound::Purpose;
use crate::protocol::id_token::About;
use crate::protocol::logout_token::LogoutTokenClaims;

/// Begins an attempt at everything that is due and that there is a place for; the attempts go on by themselves.
pub async fn deliver_due(app: &Arc<App>) -> Result<(), FlowError> {
    let now = app.clock.now();
    let mut due = app.store.read().await?.logout_outbox().due_clients(now).await?;
    if due.is_empty() {
        return Ok(());
    }
    // Where there are more than there are places for, it is not always the same who wait.
    let first = usize::from(u16::from_be_bytes(app.random.bytes())) % due.len();
    due.rotate_left(first);
    for client in due {
        let places = app.deliveries.places(&client);
        if places == 0 {
            continue;
        }
        let limit = u32::try_from(places).unwrap_or(u32::MAX);
        let claimed = app.store.write().await?.logout_outbox().claim(&client, now, now + LEASE, limit).await?;
        for delivery in claimed {
            app.deliveries.began(&delivery.client);
            app.background.spawn(deliver(app.clone(), delivery));
        }
    }
    Ok(())
}

/// One attempt, and what became of it.
async fn deliver(app: Arc<App>, delivery: Delivery) {
    let how = attempt(&app, &delivery).await;
    let settled = match &how {
        Ok(how) => settle(&app, &delivery, how).await,
        Err(_) => Ok(()),
    };
    if let Err(error) = how.as_ref().map(drop).and(settled.as_ref().map(drop)) {
        // Nothing is written down, so it falls due again when the lease has run out.
        tracing::warn!(%error, delivery = %delivery.id, client = %delivery.client, "a client could not be told of a sign-out");
    }
    app.deliveries.ended(
        &delivery.client,
        match how {
            Ok(Settlement::Postponed { .. } | Settlement::Undelivered { .. }) => Ended::Failing,
            _ => Ended::Well,
        },
    );
}

async fn attempt(app: &App, delivery: &Delivery) -> Result<Settlement, FlowError> {
    let client = app.clients.find(app, &delivery.client).await?;
    let endpoint = client.as_ref().and_then(|client| client.logout.back_channel.as_ref());
    let (Some(client), Some(Ok(uri))) = (&client, endpoint.map(|endpoint| Url::parse(&endpoint.uri))) else {
        return Ok(Settlement::Undelivered { fault: "no_endpoint".to_owned() });
    };
    let fault = match logout_token(app, client, delivery).await {
        Ok(token) => {
            let form = Serializer::new(String::new()).append_pair("logout_token", &token).finish();
            match app.outbound.post_form(&uri, Purpose::BackchannelLogoutUri, form).await {
                Ok(StatusCode::OK | StatusCode::NO_CONTENT) => return Ok(Settlement::Delivered),
                Ok(StatusCode::BAD_REQUEST) => return Ok(Settlement::Refused { fault: "status_400".to_owned() }),
                Ok(status) => format!("status_{}", status.as_u16()),
                Err(error) => error.label().to_owned(),
            }
        }
        // It wants its tokens encrypted, and its key is not to be had just now.
        Err(FlowError::Refused(_)) => "no_key".to_owned(),
        Err(error) => return Err(error),
    };
    Ok(match delivery.next_attempt(app.clock.now(), &*app.random) {
        Some(due_at) => Settlement::Postponed { due_at, fault },
        None => Settlement::Undelivered { fault },
    })
}

/// Made anew for every attempt, so that none is old when it arrives; protected as the client's ID tokens are (§2.4).
async fn logout_token(app: &App, client: &Client, delivery: &Delivery) -> Result<String, FlowError> {
    let now = app.clock.now();
    let about = About { issuer: app.issuer(), client: &client.id, subject: &delivery.subject, sid: &delivery.sid };
    let claims = LogoutTokenClaims::new(about, base64url::encode(&app.random.bytes::<16>()), now);
    Protection::of_id_tokens(app, client).await?.token(app, Typ::LogoutToken, &claims, now).await
}

async fn settle(app: &App, delivery: &Delivery, how: &Settlement) -> Result<(), FlowError> {
    let now = app.clock.now();
    let (outcome, recorded) = match how {
        Settlement::Delivered => ("delivered", Some((EventKind::LogoutDelivered, Outcome::Success, None))),
        Settlement::Refused { fault } => {
            ("refused", Some((EventKind::LogoutUndelivered, Outcome::Refused, Some(fault))))
        }
        Settlement::Undelivered { fault } => {
            ("undelivered", Some((EventKind::LogoutUndelivered, Outcome::Refused, Some(fault))))
        }
        Settlement::Postponed { .. } => ("postponed", None),
    };
    let mut tx = app.store.begin().await?;
    let ours = tx.logout_outbox().settle(delivery, how, now).await?;
    if let (true, Some((kind, result, fault))) = (ours, recorded) {
        let event = EventBuilder::new(now, &*app.random, kind, result)
            .by(Actor::System)
            .about(delivery.citizen)
            .of(&delivery.client)
            .with("delivery", delivery.id)
            .with("attempts", delivery.attempts);
        let event = match fault {
            Some(fault) => event.with("fault", fault),
            None => event,
        };
        tx.audit().record(&event.build()).await?;
    }
    tx.commit().await?;
    app.metrics.logout_attempted(outcome);
    app.counted(Figure::SignOutDelivery, outcome, Some(&delivery.client));
    Ok(())
}

/// Counts what waits, for `/metrics`.
pub async fn note_backlog(app: &App) -> Result<(), FlowError> {
    let backlog = app.store.read().await?.logout_outbox().backlog().await?;
    let age = backlog.oldest.map(|oldest| app.clock.now().since(oldest)).unwrap_or_default();
    app.metrics.logouts_pending(backlog.pending, age);
    Ok(())
}
