//! Key pairs in the identity store: changed as `domain::keys` plans it, by one server at a time.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::crypto::keyring::{KeyRing, KeyRingError};
use crate::crypto::seal::KeyEncryptionKeys;
use crate::domain::audit::{Actor, Event, EventKind, Outcome};
use crate::domain::ids::EventId;
use crate::domain::keys::{KeyAlgorithm, KeyPair, RotationPolicy, RotationStep, SealedKeyPair, current, plan_rotation};
use crate::domain::random::Random;
use crate::domain::time::{Clock, Timestamp};
use crate::storage::{self, Store, Transaction};

#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    #[error(transparent)]
    Store(#[from] storage::Error),
    #[error(transparent)]
    Key(#[from] KeyRingError),
}

/// How far the clocks of servers that start together may be apart.
const TOLERATED_SKEW: Duration = Duration::from_secs(60);

/// The stored keys, once every algorithm of the policy has one in use: a first start makes them.
pub async fn supplied(
    store: &Store,
    policy: &RotationPolicy,
    sealing: &KeyEncryptionKeys,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Vec<SealedKeyPair>, RotationError> {
    let stored = store.read().await?.key_pairs().load().await?;
    let now = clock.now();
    let in_use = |algorithm: KeyAlgorithm| current(stored.iter().map(|stored| &stored.key), algorithm, now).is_some();
    if policy.all().all(in_use) {
        return Ok(stored);
    }
    // A first key is used from a little while ago on: a server whose clock is behind would otherwise see none, and make
    // another.
    let plan = |keys: &[KeyPair], now| plan_rotation(keys, now - TOLERATED_SKEW, policy);
    rotate(store, plan, Actor::System, sealing, clock, random).await?;
    Ok(store.read().await?.key_pairs().load().await?)
}

/// Looks at the stored keys, plans, and does what was planned, in one transaction that no other server's can overlap.
/// Returns the steps that were taken.
pub async fn rotate(
    store: &Store,
    plan: impl FnOnce(&[KeyPair], Timestamp) -> Vec<RotationStep>,
    actor: Actor,
    sealing: &KeyEncryptionKeys,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Vec<RotationStep>, RotationError> {
    let mut tx = store.begin().await?;
    let steps = rotate_within(&mut tx, plan, actor, sealing, clock, random).await?;
    if !steps.is_empty() {
        tx.commit().await?;
    }
    Ok(steps)
}

/// As [`rotate`], in a transaction that does more than this: nothing is done where that is not committed.
pub async fn rotate_within(
    tx: &mut Transaction,
    plan: impl FnOnce(&[KeyPair], Timestamp) -> Vec<RotationStep>,
    actor: Actor,
    sealing: &KeyEncryptionKeys,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Vec<RotationStep>, RotationError> {
    let stored: Vec<KeyPair> = tx.key_pairs().load_to_change().await?.into_iter().map(|stored| stored.key).collect();
    // Not before: while this waited for its turn, another server may have made keys that sign since.
    let now = clock.now();
    let steps = plan(&stored, now);
    if steps.is_empty() {
        return Ok(steps);
    }
    for step in &steps {
        take(tx, step, sealing, random, now).await?;
    }
    tx.audit().record(&event(&steps, actor, random, now)).await?;
    Ok(steps)
}

async fn take(
    tx: &mut Transaction,
    step: &RotationStep,
    sealing: &KeyEncryptionKeys,
    random: &dyn Random,
    now: Timestamp,
) -> Result<(), RotationError> {
    let mut keys = tx.key_pairs();
    match step {
        RotationStep::Create { algorithm, active_from } => {
            keys.insert(&KeyRing::create(*algorithm, now, *active_from, sealing, random)?).await?;
        }
        RotationStep::Activate { kid, active_from } => keys.activate(kid, *active_from).await?,
        RotationStep::Retire { kid, retired_at, removed_at } => keys.retire(kid, *retired_at, *removed_at).await?,
        RotationStep::Delete { kid } => keys.delete(kid).await?,
    }
    Ok(())
}

fn event(steps: &[RotationStep], actor: Actor, random: &dyn Random, now: Timestamp) -> Event {
    let mut details: BTreeMap<&'static str, String> = BTreeMap::new();
    for step in steps {
        let (name, what) = match step {
            RotationStep::Create { algorithm, .. } => ("created", algorithm.name()),
            RotationStep::Activate { kid, .. } => ("activated", kid.as_str()),
            RotationStep::Retire { kid, .. } => ("retired", kid.as_str()),
            RotationStep::Delete { kid } => ("deleted", kid.as_str()),
        };
        let list = details.entry(name).or_default();
        if !list.is_empty() {
            list.push(' ');
        }
        list.push_str(what);
    }
    Event {
        id: EventId::new(now, random),
        at: now,
        kind: EventKind::KeysRotated,
        outcome: Outcome::Success,
        actor,
        citizen: None,
        client: None,
        request: None,
        address: None,
        details,
    }
}
