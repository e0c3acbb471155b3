//! Clients' streams of security events, as an operator looks after them.

use serde_json::json;

use crate::crypto::base64url;
use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::ids::ClientId;
use crate::domain::logout::DeliveryState;
use crate::domain::signals::{EventType, Facts, SecurityEvent, Stream, StreamStatus, Subject};

use super::{AdminError, Administrator};

/// Read at once.
const AT_ONCE: u32 = 200;

/// Every stream there is, by client.
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
    admin.may_on(Permission::StreamManage, client)?;
    Stream::check_text(reason).map_err(|fault| AdminError::invalid("reason", fault.to_string()))?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let mut stream = tx.signal_streams().of_client(client).await?.ok_or_else(|| none(client))?;
    if stream.status == status {
        return Err(AdminError::Conflict(format!("the stream is {} already", status.as_str())));
    }
    stream.status = status;
    stream.reason = Some(reason.to_owned());
    stream.updated_at = now;
    tx.signal_streams().replace(&stream).await?;
    if status == StreamStatus::Disabled {
        tx.security_events().drop_waiting(client).await?;
    }
    let told = json!({ "status": status.as_str(), "reason": reason });
    let facts: Facts = told.as_object().cloned().unwrap_or_default();
    let txn = base64url::encode(&admin.random.bytes::<16>());
    let what = (EventType::StreamUpdated, facts);
    let updated = SecurityEvent::new(client, what, Subject::Stream, txn, (now, &*admin.random));
    tx.security_events().enqueue(&updated).await?;
    let event = admin.event(EventKind::StreamChanged).of(client).with("status", status.as_str()).with("reason", reason);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(stream)
}

/// Closes a client's stream, with everything that waits in it.
///
/// # Errors
/// `NotFound` where the client has none.
pub async fn remove(admin: &Administrator, client: &ClientId, reason: &str) -> Result<(), AdminError> {
    admin.may_on(Permission::StreamManage, client)?;
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
