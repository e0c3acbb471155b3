//! Another secret for an application, with an overlap: the former one works until every server of it has the new one.
//!
//! Keys need none of this: whoever publishes them publishes the next one beside the present one (OpenID Connect Core §10.1.1).

use std::time::Duration;

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::client::{Client, ClientAuthentication, FormerSecret};
use crate::domain::ids::ClientId;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;
use crate::flows::admin::{AdminError, Administrator, registered_clients};
use crate::flows::client_secret;

use crate::crypto::hash::hash_secret;

/// No overlap is longer: what was to be a matter of days would be forgotten.
pub const LONGEST_OVERLAP: Duration = Duration::from_secs(90 * 86_400);
/// No secret lives for less, nor for longer where an end is said.
pub const LIFETIME: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(86_400)..=Duration::from_secs(3 * 366 * 86_400);

/// What a rotation left.
#[derive(Debug)]
pub struct Rotated {
    pub client: Client,
    /// This is the only time that it can be seen.
    pub secret: SecretString,
    /// Until when the former one works.
    pub former_until: Timestamp,
}

/// Makes `id` another secret, beside which the present one works for `overlap`; the new one ends after `expires`, where that is
/// said. One that was former before works no more.
///
/// # Errors
/// `NotFound`; `Conflict` where its secret is none that is presented; `Invalid` for a time that is too long or too short.
pub async fn rotate(
    admin: &Administrator,
    id: &ClientId,
    overlap: Duration,
    expires: Option<Duration>,
) -> Result<Rotated, AdminError> {
    admin.may_on(Permission::ClientRotateSecret, id)?;
    if overlap > LONGEST_OVERLAP {
        return Err(AdminError::invalid("overlap", "expected at most 90 days"));
    }
    if expires.is_some_and(|lives| !LIFETIME.contains(&lives)) {
        return Err(AdminError::invalid("expires", "expected a day to three years"));
    }
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let stored = registered_clients::find_to_change(&mut tx, id).await?;
    let mut client = stored.client;
    let method = client.authentication.method();
    let secret = client_secret::make(admin.settings.mode(), &*admin.random, method);
    let hash = hash_secret(secret.expose().as_bytes());
    let former = match &mut client.authentication {
        ClientAuthentication::ClientSecretBasic { secret } | ClientAuthentication::ClientSecretPost { secret } => {
            std::mem::replace(secret, hash)
        }
        _ => {
            return Err(AdminError::Conflict(format!(
                "client {id} proves itself by {method}: only a secret that is presented is changed with an overlap \
                 (keys are, by publishing the next one beside the present one)"
            )));
        }
    };
    // One whose own time is over does not come back as a former one.
    let ends = client.secret_until.map_or(now + overlap, |until| until.min(now + overlap));
    client.former_secret = Some(FormerSecret { secret: former, until: ends });
    client.secret_until = expires.map(|lives| now + lives);
    client.updated_at = now;
    tx.clients().replace(&client, stored.version).await?;
    let event = admin.event(EventKind::ClientSecretRotated).of(id).with("former_until", ends.seconds());
    let event = client.secret_until.iter().fold(event, |event, until| event.with("until", until.seconds()));
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Rotated { client, secret, former_until: ends })
}

/// Ends the former secret now. Whether there was one that still worked.
///
/// # Errors
/// `NotFound`.
pub async fn end_former(admin: &Administrator, id: &ClientId) -> Result<bool, AdminError> {
    admin.may_on(Permission::ClientRotateSecret, id)?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let stored = registered_clients::find_to_change(&mut tx, id).await?;
    let mut client = stored.client;
    let Some(former) = client.former_secret.take() else { return Ok(false) };
    client.updated_at = now;
    tx.clients().replace(&client, stored.version).await?;
    tx.audit().record(&admin.event(EventKind::FormerSecretEnded).of(id).build()).await?;
    tx.commit().await?;
    Ok(former.until > now)
}
