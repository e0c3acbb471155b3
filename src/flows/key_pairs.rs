//! Key pairs in the identity store: changed as `domain::keys` plans it, by one server at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::crypto::hardware::{KeyReference, ModuleError};
use crate::crypto::keyring::{KeyRing, KeyRingError};
use crate::crypto::seal::KeyEncryptionKeys;
use crate::domain::audit::{Actor, Event, EventKind, Outcome};
use crate::domain::ids::EventId;
use crate::domain::keys::{
    KeyAlgorithm, KeyId, KeyPair, KeyPlace, RotationPolicy, RotationStep, SealedKeyPair, current, plan_rotation,
};
use crate::domain::random::Random;
use crate::domain::time::{Clock, Timestamp};
use crate::storage::{self, Store, Transaction};

use super::hardware::Hardware;

#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    #[error(transparent)]
    Store(#[from] storage::Error),
    #[error(transparent)]
    Key(#[from] KeyRingError),
    #[error("the hardware module: {0}")]
    Module(#[from] ModuleError),
}

/// What key pairs are made with: what seals them, and the hardware module where the settings name one.
#[derive(Clone, Copy, Debug)]
pub struct Makers<'a> {
    pub sealing: &'a KeyEncryptionKeys,
    pub hardware: Option<&'a Hardware>,
}

impl Makers<'_> {
    /// Where new signing keys are made.
    pub fn place(&self) -> KeyPlace {
        self.hardware.filter(|hardware| hardware.makes_signing_keys()).map_or(KeyPlace::Store, |_| KeyPlace::Module)
    }

    /// Where a stored key is.
    ///
    /// # Errors
    /// Where it does not open.
    pub fn place_of(&self, stored: &SealedKeyPair) -> Result<KeyPlace, KeyRingError> {
        let reference = KeyRing::reference(stored, self.sealing)?;
        Ok(reference.map_or(KeyPlace::Store, |_| KeyPlace::Module))
    }

    /// The signing keys that are not where new ones are made.
    ///
    /// # Errors
    /// Where one does not open.
    pub fn elsewhere(&self, stored: &[SealedKeyPair]) -> Result<BTreeSet<KeyId>, KeyRingError> {
        let mut elsewhere = BTreeSet::new();
        for key in stored.iter().filter(|stored| matches!(stored.key.algorithm, KeyAlgorithm::Signature(_))) {
            if self.place_of(key)? != self.place() {
                elsewhere.insert(key.key.kid.clone());
            }
        }
        Ok(elsewhere)
    }
}

/// How far the clocks of servers that start together may be apart.
const TOLERATED_SKEW: Duration = Duration::from_secs(60);

/// The stored keys, once every algorithm of the policy has one in use: a first start makes them.
pub async fn supplied(
    store: &Store,
    policy: &RotationPolicy,
    makers: Makers<'_>,
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
    let plan = |keys: &[KeyPair], _: &BTreeSet<KeyId>, now| plan_rotation(keys, now - TOLERATED_SKEW, policy);
    rotate(store, plan, Actor::System, makers, clock, random).await?;
    Ok(store.read().await?.key_pairs().load().await?)
}

/// Looks at the stored keys, plans, and does what was planned, in one transaction that no other server's can overlap: of servers
/// that share a hardware module, one makes the next key in it. `plan` is also told which signing keys are not where new ones are made.
/// Returns the steps that were taken.
///
/// A key that is removed is destroyed in the module first: where that cannot be done now, its row stays, and so is planned again.
pub async fn rotate(
    store: &Store,
    plan: impl FnOnce(&[KeyPair], &BTreeSet<KeyId>, Timestamp) -> Vec<RotationStep>,
    actor: Actor,
    makers: Makers<'_>,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Vec<RotationStep>, RotationError> {
    let mut tx = store.begin().await?;
    let steps = rotate_within(&mut tx, plan, actor, makers, clock, random).await?;
    if !steps.is_empty() {
        // A commit that fails may have been done: what was made in the module stays there, as a row may speak of it.
        tx.commit().await?;
    }
    Ok(steps)
}

/// As [`rotate`], in a transaction that does more than this and is committed by the caller, who does nothing but that with it afterwards.
pub async fn rotate_within(
    tx: &mut Transaction,
    plan: impl FnOnce(&[KeyPair], &BTreeSet<KeyId>, Timestamp) -> Vec<RotationStep>,
    actor: Actor,
    makers: Makers<'_>,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Vec<RotationStep>, RotationError> {
    let stored = tx.key_pairs().load_to_change().await?;
    // Not before: while this waited for its turn, another server may have made keys that sign since.
    let now = clock.now();
    let keys: Vec<KeyPair> = stored.iter().map(|stored| stored.key.clone()).collect();
    let steps = plan(&keys, &makers.elsewhere(&stored)?, now);
    let mut made = Vec::new();
    let taken = match take_all(tx, steps, &stored, makers, random, now, &mut made).await {
        Ok(steps) if steps.is_empty() => return Ok(steps),
        Ok(steps) => tx.audit().record(&event(&steps, actor, random, now)).await.map(|()| steps).map_err(Into::into),
        Err(error) => Err(error),
    };
    if taken.is_err() {
        // No row will speak of them.
        for reference in made {
            destroy(makers, &reference).await;
        }
    }
    taken
}

/// `made`: what was made in the hardware module by then.
async fn take_all(
    tx: &mut Transaction,
    steps: Vec<RotationStep>,
    stored: &[SealedKeyPair],
    makers: Makers<'_>,
    random: &dyn Random,
    now: Timestamp,
    made: &mut Vec<KeyReference>,
) -> Result<Vec<RotationStep>, RotationError> {
    let mut taken = Vec::with_capacity(steps.len());
    for step in steps {
        match &step {
            RotationStep::Create { algorithm, active_from } => {
                let key = create(*algorithm, *active_from, makers, random, now, made).await?;
                tx.key_pairs().insert(&key).await?;
            }
            RotationStep::Activate { kid, active_from } => tx.key_pairs().activate(kid, *active_from).await?,
            RotationStep::Retire { kid, retired_at, removed_at } => {
                tx.key_pairs().retire(kid, *retired_at, *removed_at).await?;
            }
            RotationStep::Delete { kid } => {
                let reference = match stored.iter().find(|stored| stored.key.kid == *kid) {
                    Some(stored) => KeyRing::reference(stored, makers.sealing)?,
                    None => None,
                };
                if let Some(reference) = reference
                    && !destroy(makers, &reference).await
                {
                    continue;
                }
                tx.key_pairs().delete(kid).await?;
            }
        }
        taken.push(step);
    }
    Ok(taken)
}

async fn create(
    algorithm: KeyAlgorithm,
    active_from: Timestamp,
    makers: Makers<'_>,
    random: &dyn Random,
    now: Timestamp,
    made: &mut Vec<KeyReference>,
) -> Result<SealedKeyPair, RotationError> {
    let hardware = makers.hardware.filter(|hardware| hardware.makes_signing_keys());
    let (KeyAlgorithm::Signature(signature), Some(hardware)) = (algorithm, hardware) else {
        return Ok(KeyRing::create(algorithm, now, active_from, makers.sealing, random)?);
    };
    let reference = hardware.make(signature, random).await?;
    let key = KeyRing::refer(&reference, signature, now, active_from, makers.sealing, random);
    made.push(reference);
    Ok(key?)
}

/// Whether the key is in the module no more. What is in a module that the settings do not name any more is its owner's to destroy.
async fn destroy(makers: Makers<'_>, reference: &KeyReference) -> bool {
    let (id, token) = (&reference.id, &reference.token);
    let Some(hardware) = makers.hardware else {
        tracing::warn!(%id, token, "a key stays in a hardware module that the settings do not name: destroy it there");
        return true;
    };
    match hardware.destroy(id).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(%error, %id, token, "a key that is used no more could not be destroyed in the hardware module yet");
            false
        }
    }
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
