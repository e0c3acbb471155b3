//! Recovery: whoever has lost what opens their account gets back in (docs/recovery.md).
//!
//! | file | what it is about |
//! |---|---|
//! | [`begin`] | by a code, from the outside |
//! | [`lost`] | by something else that they hold, from within the account |
//! | [`finish`] | once it has cooled off |
//! | [`stop`] | by its owner, who was told |
//!
//! A recovery waits, so that an owner who did not begin it hears of it on every channel and can stop it. What a registrar hands
//! over in person needs no waiting: somebody has seen who comes.

pub mod begin;
pub mod finish;
pub mod lost;
pub mod stop;

use crate::crypto::hash::hash_secret;
use crate::domain::ids::{CitizenId, RecoveryId};
use crate::domain::message::Notice;
use crate::domain::recovery::{Kept, Means, Recovery};
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::time::Timestamp;

use super::{App, FlowError, cookie_secret};

/// A new recovery, and the secret that stops it.
fn new(app: &App, citizen: CitizenId, means: Means, phc: Option<SecretString>, kept: Kept) -> (Recovery, SecretString) {
    let now = app.clock.now();
    let secret = cookie_secret(&*app.random);
    let takes_effect_at = match means {
        Means::InPerson => now,
        Means::RecoveryCode | Means::Credential => now + app.settings.recovery.cooling_off,
    };
    let id = RecoveryId::new(now, &*app.random);
    let stop = stop_hash(&secret);
    (Recovery { id, citizen, stop, means, phc, kept, begun_at: now, takes_effect_at }, secret)
}

fn stop_hash(secret: &SecretString) -> SecretHash {
    hash_secret(secret.expose().as_bytes())
}

/// What its owner is told, with the page that stops it: a path, to which whoever writes the letter adds the issuer of the
/// settings. No header of any request has a part in it.
fn begun(recovery: &Recovery, secret: &SecretString) -> Notice {
    let stop_path = format!("/recover/stop/{}", secret.expose());
    Notice::RecoveryBegun { takes_effect_at: recovery.takes_effect_at, stop_path }
}

/// When the recovery of this citizen that waits takes effect.
pub async fn waiting(app: &App, citizen: CitizenId) -> Result<Option<Timestamp>, FlowError> {
    let waiting = app.store.read().await?.recoveries().waiting(citizen).await?;
    Ok(waiting.map(|waiting| waiting.takes_effect_at))
}
