//! Key pairs: what there is, and the next one taken into use.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::administration::Permission;
use crate::domain::administration::approval::{Act, Matter};
use crate::domain::keys::{
    KeyAlgorithm, KeyId, KeyPair, KeyPlace, KeyState, RotationPolicy, RotationStep, SignatureAlgorithm, current,
    plan_change_over, plan_move, plan_rotation_now, unannounced,
};
use crate::flows::key_pairs;
use crate::storage::Transaction;

use super::{AdminError, Administrator, approvals};

/// A key and where it stands now.
#[derive(Clone, Debug)]
pub struct Listed {
    pub key: KeyPair,
    pub state: KeyState,
    pub place: KeyPlace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The next keys sign as soon as every portal knows them.
    Announced,
    /// The next keys sign from this moment on, whoever knows them.
    Now,
    /// So they do, and what the present ones signed is refused from this moment on: they have leaked.
    Withdrawing,
    /// Keys that are not where the settings have them made are succeeded by keys that are, as soon as every portal knows those.
    Moving,
}

impl When {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Now => "now",
            Self::Withdrawing => "withdrawing",
            Self::Moving => "moving",
        }
    }

    /// The gentlest one for a name that none has.
    pub(super) fn named(text: &str) -> Self {
        [Self::Now, Self::Withdrawing, Self::Moving]
            .into_iter()
            .find(|when| when.as_str() == text)
            .unwrap_or(Self::Announced)
    }
}

/// What was done, and what it breaks.
#[derive(Clone, Debug)]
pub struct Rotated {
    pub steps: Vec<RotationStep>,
    /// These sign now although portals may hold a JWKS that does not name their key: for how long it has been published.
    pub unannounced: Vec<(SignatureAlgorithm, Duration)>,
}

/// Every key that is not removed, an algorithm's keys together, the oldest first.
pub async fn list(admin: &Administrator) -> Result<Vec<Listed>, AdminError> {
    admin.may(Permission::KeyList)?;
    let stored = admin.store.read().await?.key_pairs().load().await?;
    let mut stored = stored;
    stored.sort_by_key(|stored| (stored.key.algorithm, stored.key.active_from));
    let keys: Vec<KeyPair> = stored.iter().map(|stored| stored.key.clone()).collect();
    let (now, makers) = (admin.clock.now(), admin.makers());
    let mut listed = Vec::with_capacity(stored.len());
    for stored in stored {
        let state = stored.key.state(&keys, now);
        if state != KeyState::Removed {
            let place = makers.place_of(&stored).map_err(AdminError::failed)?;
            listed.push(Listed { key: stored.key, state, place });
        }
    }
    Ok(listed)
}

/// Takes the steps of a change-over; for one algorithm, or for all that the settings offer.
///
/// # Errors
/// `Invalid` for an algorithm that the settings do not offer.
pub async fn rotate(admin: &Administrator, when: When, only: Option<KeyAlgorithm>) -> Result<Rotated, AdminError> {
    admin.may(Permission::KeyRotate)?;
    let mut tx = admin.store.begin().await?;
    if approvals::is_needed(admin, Matter::KeyRotation) {
        let policy = policy(admin, only)?;
        let act = Act::RotateKeys { when: when.as_str().to_owned(), only: only.map(|only| only.name().to_owned()) };
        let wanted = match only {
            Some(only) => format!("{} {only}", when.as_str()),
            None => when.as_str().to_owned(),
        };
        let mut changes = vec![approvals::change("rotation", serde_json::Value::Null, wanted)];
        for (field, keys) in standing(admin, &mut tx, when, &policy).await? {
            changes.push(approvals::change(&field, keys, serde_json::Value::Null));
        }
        return approvals::ask(admin, tx, Matter::KeyRotation, act, changes).await;
    }
    let rotated = carry_out(admin, &mut tx, when, only).await?;
    tx.commit().await?;
    Ok(rotated)
}

/// What would be in the place of what: of each algorithm the key that signs, where it is to be another one from this moment on; and
/// every key there is, where the next one is to be announced, so that what was approved is one change-over and no second.
async fn standing(
    admin: &Administrator,
    tx: &mut Transaction,
    when: When,
    policy: &RotationPolicy,
) -> Result<Vec<(String, String)>, AdminError> {
    let keys: Vec<KeyPair> = tx.key_pairs().load_to_change().await?.into_iter().map(|stored| stored.key).collect();
    let now = admin.clock.now();
    let of = |algorithm: KeyAlgorithm| match when {
        When::Now | When::Withdrawing => {
            current(&keys, algorithm, now).map(|key| key.kid.to_string()).unwrap_or_default()
        }
        When::Announced | When::Moving => {
            let there =
                keys.iter().filter(|key| key.algorithm == algorithm && key.state(&keys, now) != KeyState::Removed);
            let mut kids: Vec<String> = there.map(|key| key.kid.to_string()).collect();
            kids.sort_unstable();
            kids.join(" ")
        }
    };
    Ok(policy.all().map(|algorithm| (format!("keys.{}", algorithm.name()), of(algorithm))).collect())
}

/// Whether the keys are those that were shown when it was asked for.
pub(super) async fn is_as_asked(
    admin: &Administrator,
    tx: &mut Transaction,
    (when, only): (When, Option<KeyAlgorithm>),
    as_it_was: impl Fn(&str, &serde_json::Value) -> bool,
) -> Result<bool, AdminError> {
    let standing = standing(admin, tx, when, &policy(admin, only)?).await?;
    Ok(standing.into_iter().all(|(field, keys)| as_it_was(&field, &keys.into())))
}

/// What the settings say of the keys that are meant.
fn policy(admin: &Administrator, only: Option<KeyAlgorithm>) -> Result<RotationPolicy, AdminError> {
    let offered = &admin.settings.keys.rotation;
    Ok(match only {
        None => offered.clone(),
        Some(KeyAlgorithm::Signature(algorithm)) if offered.algorithms.contains(&algorithm) => {
            RotationPolicy { algorithms: vec![algorithm], encryption: Vec::new(), ..offered.clone() }
        }
        Some(KeyAlgorithm::Encryption(key_type)) if offered.encryption.contains(&key_type) => {
            RotationPolicy { algorithms: Vec::new(), encryption: vec![key_type], ..offered.clone() }
        }
        Some(other) => {
            let names: Vec<&str> = offered.algorithms.iter().map(|algorithm| algorithm.name()).collect();
            let sentence = format!("{other} is not among keys.algorithms, which are {}", names.join(", "));
            return Err(AdminError::invalid("alg", sentence));
        }
    })
}

/// Takes the steps, once nobody else has to be asked, in the transaction of whatever allows it.
pub(super) async fn carry_out(
    admin: &Administrator,
    tx: &mut Transaction,
    when: When,
    only: Option<KeyAlgorithm>,
) -> Result<Rotated, AdminError> {
    let policy = policy(admin, only)?;
    let policy = match when {
        When::Withdrawing => RotationPolicy { retire_after: Duration::ZERO, ..policy },
        When::Announced | When::Now | When::Moving => policy,
    };
    let mut surprises = Vec::new();
    let plan = |keys: &[KeyPair], elsewhere: &BTreeSet<KeyId>, now| {
        let steps = match when {
            When::Announced => plan_change_over(keys, now, &policy),
            When::Moving => plan_move(keys, elsewhere, now, &policy),
            When::Now | When::Withdrawing => plan_rotation_now(keys, now, &policy),
        };
        surprises = unannounced(keys, &steps, now);
        steps
    };
    let (clock, random) = (&*admin.clock, &*admin.random);
    let steps = key_pairs::rotate_within(tx, plan, admin.actor.clone(), admin.makers(), clock, random).await?;
    Ok(Rotated { steps, unannounced: surprises })
}
