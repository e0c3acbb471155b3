//! Tells clients that there is an answer: CIBA Core §10.2. When the citizen has decided, and otherwise when the request has
//! expired; never by the page of the citizen, and whatever server is still there.

use std::sync::Arc;

use serde_json::json;
use url::Url;

use crate::crypto::seal::Context;
use crate::crypto::token::Token;
use crate::domain::backchannel::{BackChannelRequest, PING_LEASE, Ping, REMEMBERED};
use crate::domain::client::{BackChannelDelivery, Client};
use crate::domain::ids::GrantId;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::outbound::{FetchError, Purpose};

use super::super::deliveries::Ended;
use super::super::{App, FlowError};

/// Puts in what the client is told later, whoever answers and whether anybody does. It waits sealed: both are secrets of the
/// client's.
pub(super) async fn prepare(
    app: &App,
    request: &BackChannelRequest,
    auth_req_id: &Token,
    notification_token: &SecretString,
) -> Result<(), FlowError> {
    // Neither holds a space.
    let both = format!("{} {}", auth_req_id.text().expose(), notification_token.expose());
    let ping = Ping {
        id: request.id,
        client: request.asked.client_id.clone(),
        sealed: app.keys.seal_short_lived(&context(request.id), both.as_bytes(), &*app.random)?,
        attempts: 0,
        due_at: request.expires_at,
        give_up_at: request.expires_at + REMEMBERED,
    };
    Ok(app.store.write().await?.backchannel_pings().enqueue(&ping).await?)
}

fn context(id: GrantId) -> Context {
    Context::new("backchannel_pings.sealed", id.uuid().as_bytes())
}

/// Begins an attempt at everything that is due and that there is a place for; the attempts go on by themselves.
pub async fn deliver_due(app: &Arc<App>) -> Result<(), FlowError> {
    let now = app.clock.now();
    for client in app.store.read().await?.backchannel_pings().due_clients(now).await? {
        let places = app.pings.places(&client);
        if places == 0 {
            continue;
        }
        let limit = u32::try_from(places).unwrap_or(u32::MAX);
        let claimed = app.store.write().await?.backchannel_pings().claim(&client, now, now + PING_LEASE, limit).await?;
        for ping in claimed {
            app.pings.began(&ping.client);
            app.background.spawn(deliver(app.clone(), ping));
        }
    }
    Ok(())
}

/// What an attempt says of the next.
enum Attempt {
    /// The client knows, or has said that it does not want to (§10.2: nothing is sent again, and nowhere else).
    Over(&'static str),
    /// It did not answer, or is in trouble.
    Failed,
}

async fn deliver(app: Arc<App>, ping: Ping) {
    let ended = match attempt(&app, &ping).await {
        Ok(Attempt::Over(outcome)) => {
            app.metrics.ping_attempted(outcome);
            settle(&app, &ping, None).await.map(|()| Ended::Well)
        }
        Ok(Attempt::Failed) => {
            let next = ping.next_attempt(app.clock.now(), &*app.random);
            app.metrics.ping_attempted(if next.is_some() { "postponed" } else { "given_up" });
            settle(&app, &ping, next).await.map(|()| Ended::Failing)
        }
        Err(error) => Err(error),
    };
    if let Err(error) = &ended {
        // Nothing is written down, so it falls due again when the lease has run out.
        tracing::warn!(%error, request = %ping.id, client = %ping.client, "a client could not be told of an answer");
    }
    app.pings.ended(&ping.client, ended.unwrap_or(Ended::Well));
}

async fn attempt(app: &App, ping: &Ping) -> Result<Attempt, FlowError> {
    let client = app.clients.find(app, &ping.client).await?.filter(|client| client.is_active());
    let Some(endpoint) = client.as_deref().and_then(endpoint) else { return Ok(Attempt::Over("no_endpoint")) };
    let both = app.keys.open_short_lived(&context(ping.id), &ping.sealed)?;
    let both = std::str::from_utf8(&both).map_err(FlowError::failed)?;
    let (auth_req_id, token) = both.split_once(' ').ok_or_else(|| FlowError::failed("a ping without its token"))?;
    let body = json!({ "auth_req_id": auth_req_id }).to_string();
    let token = SecretString::new(token);
    Ok(match app.outbound.post_json(&endpoint, Purpose::ClientNotificationEndpoint, &token, body).await {
        Ok(status) if status.is_success() => Attempt::Over("delivered"),
        Ok(status) if status.is_client_error() => Attempt::Over("refused"),
        Err(FetchError::Redirect) => Attempt::Over("redirected"),
        Ok(_) | Err(_) => Attempt::Failed,
    })
}

fn endpoint(client: &Client) -> Option<Url> {
    match &client.backchannel_authentication.as_ref()?.delivery {
        BackChannelDelivery::Ping { notification_endpoint } => Url::parse(notification_endpoint).ok(),
        BackChannelDelivery::Poll => None,
    }
}

async fn settle(app: &App, ping: &Ping, next: Option<Timestamp>) -> Result<(), FlowError> {
    let mut writing = app.store.write().await?;
    let mut pings = writing.backchannel_pings();
    match next {
        Some(due_at) => pings.postpone(ping, due_at).await?,
        None => pings.remove(ping).await?,
    }
    Ok(())
}
