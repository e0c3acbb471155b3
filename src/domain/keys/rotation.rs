//! Which key pairs are made, taken into use, retired and deleted, and when.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{JWKS_KEPT_FOR, KeyAlgorithm, KeyId, KeyPair, SignatureAlgorithm, current};
use crate::domain::encryption::EncryptionKeyType;
use crate::domain::time::Timestamp;

/// How long keys live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationPolicy {
    /// Which algorithms there are signing keys for.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// Which keys there are for others to encrypt to.
    pub encryption: Vec<EncryptionKeyType>,
    /// How long at least a key is published before it signs: longer than portals keep the JWKS.
    pub publish_before: Duration,
    /// How long a key signs, or is to be encrypted to.
    pub rotate_every: Duration,
    /// How long a key is accepted after that: longer than any token it signed is valid, and than anybody keeps the JWKS.
    pub retire_after: Duration,
}

impl RotationPolicy {
    /// Everything that there is a key for.
    pub fn all(&self) -> impl Iterator<Item = KeyAlgorithm> {
        let signing = self.algorithms.iter().copied().map(KeyAlgorithm::Signature);
        signing.chain(self.encryption.iter().copied().map(KeyAlgorithm::Encryption))
    }
}

/// How long before it is published a new encryption key is made: every server has read it by then.
pub(super) const READ_BY_ALL: Duration = Duration::from_secs(60);

impl RotationPolicy {
    /// How long a key must be there before it is used.
    const fn known_before(&self, algorithm: KeyAlgorithm) -> Duration {
        match algorithm {
            KeyAlgorithm::Signature(_) => self.publish_before,
            KeyAlgorithm::Encryption(_) => READ_BY_ALL,
        }
    }
}

/// One change to the stored keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RotationStep {
    /// Make a key; a signing key is published at once.
    Create { algorithm: KeyAlgorithm, active_from: Timestamp },
    /// Let a key that was made be used from another moment than was planned.
    Activate { kid: KeyId, active_from: Timestamp },
    /// Write down when a key was used last and when it will be removed.
    Retire { kid: KeyId, retired_at: Timestamp, removed_at: Timestamp },
    /// Delete a key that is no longer accepted.
    Delete { kid: KeyId },
}

/// What to change so that every algorithm has a current key, and a next one to sign with, and none that is too old.
/// Nothing to do is the usual answer; asking again after the steps were taken gives none.
pub fn plan_rotation(keys: &[KeyPair], now: Timestamp, policy: &RotationPolicy) -> Vec<RotationStep> {
    let mut steps = deletions(keys, now);
    steps.extend(retirements(keys, now, policy));
    for algorithm in policy.all() {
        steps.extend(supply(keys, algorithm, now, policy));
    }
    steps
}

/// What to change so that every algorithm's next key is used as soon as it may: `keys rotate`.
///
/// A signing key may once it has been published for `publish_before`, so that every portal has read the JWKS that names
/// it. Where that is not yet, its moment is written down, and every server takes it into use then.
pub fn plan_change_over(keys: &[KeyPair], now: Timestamp, policy: &RotationPolicy) -> Vec<RotationStep> {
    let mut steps = deletions(keys, now);
    steps.extend(retirements(keys, now, policy));
    for algorithm in policy.all() {
        let Some(next) = next(keys, algorithm, now) else {
            let create = |active_from| RotationStep::Create { algorithm, active_from };
            match current(keys, algorithm, now) {
                Some(_) => steps.push(create(now + policy.known_before(algorithm))),
                None => steps.extend(supply(keys, algorithm, now, policy)),
            }
            continue;
        };
        let announced = next.created_at + policy.known_before(algorithm);
        if announced <= now {
            steps.extend(change_over(keys, algorithm, now, policy));
        } else if announced < next.active_from {
            steps.push(RotationStep::Activate { kid: next.kid.clone(), active_from: announced });
        }
    }
    steps
}

/// What to change so that every algorithm's next key is used at once, whoever has heard of it: `keys rotate --now`.
///
/// A policy with a `retire_after` of zero also withdraws the present key at once: right if it has leaked, since every
/// token it signed is then refused.
pub fn plan_rotation_now(keys: &[KeyPair], now: Timestamp, policy: &RotationPolicy) -> Vec<RotationStep> {
    let mut steps = deletions(keys, now);
    for algorithm in policy.all() {
        steps.extend(change_over(keys, algorithm, now, policy));
    }
    steps
}

/// What to change so that the signing keys that are `elsewhere` (in the identity store, where new ones are made in a hardware module,
/// or the other way round) are succeeded as soon as may be: `keys rotate --move`.
///
/// A next key that is elsewhere has signed nothing, so it goes; one that is not is announced and takes over. Whatever signs now does so
/// until then, and is accepted for as long after as ever.
pub fn plan_move(
    keys: &[KeyPair],
    elsewhere: &BTreeSet<KeyId>,
    now: Timestamp,
    policy: &RotationPolicy,
) -> Vec<RotationStep> {
    let (gone, stay): (Vec<&KeyPair>, Vec<&KeyPair>) =
        keys.iter().partition(|key| now < key.active_from && key.is_accepted(now) && elsewhere.contains(&key.kid));
    let stay: Vec<KeyPair> = stay.into_iter().cloned().collect();
    let mut steps = Vec::new();
    for algorithm in policy.algorithms.iter().copied().map(KeyAlgorithm::Signature) {
        let superseded: Vec<&&KeyPair> = gone.iter().filter(|key| key.algorithm == algorithm).collect();
        let signs_elsewhere = current(&stay, algorithm, now).is_some_and(|current| elsewhere.contains(&current.kid));
        if superseded.is_empty() && !signs_elsewhere {
            continue;
        }
        steps.extend(superseded.into_iter().map(|key| RotationStep::Delete { kid: key.kid.clone() }));
        let only = RotationPolicy { algorithms: Vec::new(), encryption: Vec::new(), ..policy.clone() };
        match algorithm {
            KeyAlgorithm::Signature(signature) if signs_elsewhere => {
                let only = RotationPolicy { algorithms: vec![signature], ..only };
                // What is due for the others is not this one's affair.
                steps.extend(
                    plan_change_over(&stay, now, &only).into_iter().filter(|step| is_of(step, algorithm, &stay)),
                );
            }
            _ => steps.extend(supply(&stay, algorithm, now, policy)),
        }
    }
    steps
}

fn is_of(step: &RotationStep, algorithm: KeyAlgorithm, keys: &[KeyPair]) -> bool {
    match step {
        RotationStep::Create { algorithm: created, .. } => *created == algorithm,
        RotationStep::Activate { kid, .. } | RotationStep::Retire { kid, .. } | RotationStep::Delete { kid } => {
            keys.iter().any(|key| key.kid == *kid && key.algorithm == algorithm)
        }
    }
}

/// The next key is used from now on, and those that were until now are not.
fn change_over(
    keys: &[KeyPair],
    algorithm: KeyAlgorithm,
    now: Timestamp,
    policy: &RotationPolicy,
) -> Vec<RotationStep> {
    let first = match next(keys, algorithm, now) {
        Some(next) => RotationStep::Activate { kid: next.kid.clone(), active_from: now },
        None => RotationStep::Create { algorithm, active_from: now },
    };
    let used = keys.iter().filter(|key| key.algorithm == algorithm && key.is_active(now));
    let mut steps = vec![first];
    steps.extend(used.map(|key| retire(key, now, policy)));
    if let KeyAlgorithm::Signature(_) = algorithm {
        steps.push(RotationStep::Create { algorithm, active_from: following(now, now, policy) });
    }
    steps
}

/// Keys that sign after `steps` although some portals cannot know them yet, and for how long they have been published.
/// A key to encrypt to surprises nobody: whoever finds it may use it.
pub fn unannounced(keys: &[KeyPair], steps: &[RotationStep], now: Timestamp) -> Vec<(SignatureAlgorithm, Duration)> {
    let used_now = steps.iter().filter_map(|step| match step {
        RotationStep::Activate { kid, active_from } if *active_from <= now => {
            let key = keys.iter().find(|key| key.kid == *kid)?;
            Some((key.algorithm, now.since(key.created_at)))
        }
        // The first key of an algorithm is nobody's surprise: nobody has used it.
        RotationStep::Create { algorithm, active_from } if *active_from <= now => {
            keys.iter().any(|key| key.algorithm == *algorithm).then_some((*algorithm, Duration::ZERO))
        }
        _ => None,
    });
    let surprising = used_now.filter(|(_, published)| *published < JWKS_KEPT_FOR);
    surprising
        .filter_map(|(algorithm, published)| match algorithm {
            KeyAlgorithm::Signature(algorithm) => Some((algorithm, published)),
            KeyAlgorithm::Encryption(_) => None,
        })
        .collect()
}

fn deletions(keys: &[KeyPair], now: Timestamp) -> Vec<RotationStep> {
    let removed = keys.iter().filter(|key| !key.is_accepted(now));
    removed.map(|key| RotationStep::Delete { kid: key.kid.clone() }).collect()
}

/// Every key that a younger one has taken over from, retired as of the moment that it did.
fn retirements(keys: &[KeyPair], now: Timestamp, policy: &RotationPolicy) -> Vec<RotationStep> {
    let taken_over = |key: &KeyPair| {
        keys.iter()
            .filter(|younger| younger.algorithm == key.algorithm && younger.is_active(now))
            .filter(|younger| younger.precedence() > key.precedence())
            .map(|younger| younger.active_from)
            .min()
    };
    keys.iter()
        .filter(|key| key.is_active(now))
        .filter_map(|key| taken_over(key).map(|at| retire(key, at, policy)))
        .collect()
}

fn retire(key: &KeyPair, retired_at: Timestamp, policy: &RotationPolicy) -> RotationStep {
    RotationStep::Retire { kid: key.kid.clone(), retired_at, removed_at: retired_at + policy.retire_after }
}

/// A current and a next key, where they are missing and due.
fn supply(keys: &[KeyPair], algorithm: KeyAlgorithm, now: Timestamp, policy: &RotationPolicy) -> Vec<RotationStep> {
    let create = |active_from| RotationStep::Create { algorithm, active_from };
    let (current, next) = (current(keys, algorithm, now), next(keys, algorithm, now));
    if let KeyAlgorithm::Encryption(_) = algorithm {
        // Nobody has to know it beforehand, so it is made when it is wanted.
        return match (current, next) {
            (None, None) => vec![create(now)],
            (Some(current), None) if current.active_from + policy.rotate_every <= now => {
                vec![create(now + READ_BY_ALL)]
            }
            _ => Vec::new(),
        };
    }
    match (current, next) {
        (Some(_), Some(_)) => Vec::new(),
        (Some(current), None) => vec![create(following(current.active_from, now, policy))],
        // Nobody has used this algorithm yet, so nobody holds a JWKS that ought to have named the key before.
        (None, None) => vec![create(now), create(following(now, now, policy))],
        // Somebody took the current key away: signing at once is better than not at all.
        (None, Some(next)) => {
            let activate = RotationStep::Activate { kid: next.kid.clone(), active_from: now };
            vec![activate, create(following(now, now, policy))]
        }
    }
}

/// When the successor of a key that signs since `active_from` takes over.
fn following(active_from: Timestamp, now: Timestamp, policy: &RotationPolicy) -> Timestamp {
    (active_from + policy.rotate_every).max(now + policy.publish_before)
}

/// The key that will be used first.
fn next(keys: &[KeyPair], algorithm: KeyAlgorithm, now: Timestamp) -> Option<&KeyPair> {
    keys.iter()
        .filter(|key| key.algorithm == algorithm && now < key.active_from && key.is_accepted(now))
        .min_by(|left, right| left.precedence().cmp(&right.precedence()))
}
