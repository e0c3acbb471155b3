//! Signing keys: what there is, and the next one taken into use.

use crate::domain::keys::{
    KeyState, RotationPolicy, RotationStep, SignatureAlgorithm, SigningKey, plan_rotation, plan_rotation_now,
};
use crate::flows::signing_keys;

use super::{AdminError, Administrator};

/// A key and where it stands now.
#[derive(Clone, Debug)]
pub struct Listed {
    pub key: SigningKey,
    pub state: KeyState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// What the plan of the settings has due; a running server does it by itself.
    Due,
    /// The next keys sign from this moment on.
    Now,
}

/// Every key that is not removed, an algorithm's keys together, the oldest first.
pub async fn list(admin: &Administrator) -> Result<Vec<Listed>, AdminError> {
    let stored = admin.store.read().await?.signing_keys().load().await?;
    let mut keys: Vec<SigningKey> = stored.into_iter().map(|stored| stored.key).collect();
    keys.sort_by_key(|key| (key.algorithm, key.active_from));
    let now = admin.clock.now();
    let listed = keys.iter().map(|key| Listed { key: key.clone(), state: key.state(&keys, now) });
    Ok(listed.filter(|listed| listed.state != KeyState::Removed).collect())
}

/// Takes the steps that are due, or all of a change-over; for one algorithm, or for all that the settings offer.
///
/// # Errors
/// `Invalid` for an algorithm that the settings do not offer.
pub async fn rotate(
    admin: &Administrator,
    when: When,
    only: Option<SignatureAlgorithm>,
) -> Result<Vec<RotationStep>, AdminError> {
    let offered = &admin.settings.keys.rotation;
    let policy = match only {
        None => offered.clone(),
        Some(algorithm) if offered.algorithms.contains(&algorithm) => {
            RotationPolicy { algorithms: vec![algorithm], ..offered.clone() }
        }
        Some(other) => {
            let names: Vec<&str> = offered.algorithms.iter().map(|algorithm| algorithm.name()).collect();
            let sentence = format!("{other} is not among keys.algorithms, which are {}", names.join(", "));
            return Err(AdminError::invalid("alg", sentence));
        }
    };
    let plan = |keys: &[SigningKey], now| match when {
        When::Due => plan_rotation(keys, now, &policy),
        When::Now => plan_rotation_now(keys, now, &policy),
    };
    let (clock, random) = (&*admin.clock, &*admin.random);
    Ok(signing_keys::rotate(&admin.store, plan, admin.actor.clone(), &admin.sealing, clock, random).await?)
}
