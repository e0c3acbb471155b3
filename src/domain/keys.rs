//! Signing keys and their life: each is published before it is used and after it is retired.
//!
//! A key's whole life is in its row as instants, so every server takes the next key into use at the same moment without
//! asking the others, and whether or not the job that plans ahead is running just then:
//!
//! ```text
//! created ── next ──▶ active_from ── current ──▶ retired_at ── previous ──▶ removed_at
//! └────────────────────────────── published ───────────────────────────────┘
//! ```

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::encryption::UnknownAlgorithm;
use super::time::Timestamp;

/// A JWS signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1). Neither `none` nor a shared-secret algorithm is among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SignatureAlgorithm {
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "ES384")]
    Es384,
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "PS256")]
    Ps256,
    #[serde(rename = "RS256")]
    Rs256,
}

impl SignatureAlgorithm {
    pub const ALL: [Self; 5] = [Self::Es256, Self::Es384, Self::EdDsa, Self::Ps256, Self::Rs256];

    /// The name as the standards spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of that name, letter case included.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SignatureAlgorithm {
    type Err = UnknownAlgorithm;
    fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
        Self::from_name(text).ok_or_else(|| UnknownAlgorithm(Self::ALL.map(Self::name).join(", ")))
    }
}

/// A `kid`: the key's JWK thumbprint (RFC 7638).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    pub fn new(kid: impl Into<String>) -> Self {
        Self(kid.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of a signing key without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    pub kid: KeyId,
    pub algorithm: SignatureAlgorithm,
    /// Published from here on.
    pub created_at: Timestamp,
    /// Signs from here on, unless a younger key does.
    pub active_from: Timestamp,
    /// Signs no more from here on.
    pub retired_at: Option<Timestamp>,
    /// Not published, and not accepted, from here on.
    pub removed_at: Option<Timestamp>,
}

/// A signing key as it is stored: the private part is a PKCS#8 document sealed under the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedSigningKey {
    pub key: SigningKey,
    pub sealed: Vec<u8>,
}

/// How long whoever fetched the JWKS may keep it, as its `Cache-Control` says.
pub const JWKS_KEPT_FOR: Duration = Duration::from_secs(300);

/// Where in its life a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    Next,
    Current,
    Previous,
    Removed,
}

impl SigningKey {
    /// Whether it is in the JWKS and what it signed is accepted.
    pub fn is_published(&self, now: Timestamp) -> bool {
        self.removed_at.is_none_or(|removed| now < removed)
    }

    /// Where it stands among `keys`.
    pub fn state(&self, keys: &[Self], now: Timestamp) -> KeyState {
        if !self.is_published(now) {
            KeyState::Removed
        } else if now < self.active_from {
            KeyState::Next
        } else if current(keys, self.algorithm, now).is_some_and(|current| current.kid == self.kid) {
            KeyState::Current
        } else {
            KeyState::Previous
        }
    }

    fn may_sign(&self, now: Timestamp) -> bool {
        self.active_from <= now && self.retired_at.is_none_or(|retired| now < retired) && self.is_published(now)
    }

    /// The younger of two signs; the `kid` settles a tie the same way on every server.
    fn precedence(&self) -> (Timestamp, &KeyId) {
        (self.active_from, &self.kid)
    }
}

/// The key that signs with `algorithm` at `now`.
pub fn current<'k>(
    keys: impl IntoIterator<Item = &'k SigningKey>,
    algorithm: SignatureAlgorithm,
    now: Timestamp,
) -> Option<&'k SigningKey> {
    keys.into_iter()
        .filter(|key| key.algorithm == algorithm && key.may_sign(now))
        .max_by(|left, right| left.precedence().cmp(&right.precedence()))
}

/// How long keys live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationPolicy {
    /// Which algorithms there are keys for.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// How long at least a key is published before it signs: longer than portals keep the JWKS.
    pub publish_before: Duration,
    /// How long a key signs.
    pub rotate_every: Duration,
    /// How long a key is published after it last signed: longer than any token it signed is valid.
    pub retire_after: Duration,
}

/// One change to the stored keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RotationStep {
    /// Make a key and publish it.
    Create { algorithm: SignatureAlgorithm, active_from: Timestamp },
    /// Let a published key sign from another moment than was planned.
    Activate { kid: KeyId, active_from: Timestamp },
    /// Write down when a key signed last and when it will be removed.
    Retire { kid: KeyId, retired_at: Timestamp, removed_at: Timestamp },
    /// Delete a key that is no longer published.
    Delete { kid: KeyId },
}

/// What to change so that every algorithm has a current and a next key and none that is too old. Nothing to do is the
/// usual answer; asking again after the steps were taken gives none.
pub fn plan_rotation(keys: &[SigningKey], now: Timestamp, policy: &RotationPolicy) -> Vec<RotationStep> {
    let mut steps = deletions(keys, now);
    steps.extend(retirements(keys, now, policy));
    for algorithm in &policy.algorithms {
        steps.extend(supply(keys, *algorithm, now, policy));
    }
    steps
}

/// What to change so that every algorithm's next key signs as soon as it may: `keys rotate`.
///
/// It may once it has been published for `publish_before`, so that every portal has read the JWKS that names it. Where
/// that is not yet, its moment is written down, and every server takes it into use then.
pub fn plan_change_over(keys: &[SigningKey], now: Timestamp, policy: &RotationPolicy) -> Vec<RotationStep> {
    let mut steps = deletions(keys, now);
    steps.extend(retirements(keys, now, policy));
    for algorithm in policy.algorithms.iter().copied() {
        let Some(next) = next(keys, algorithm, now) else {
            let create = |active_from| RotationStep::Create { algorithm, active_from };
            match current(keys, algorithm, now) {
                Some(_) => steps.push(create(now + policy.publish_before)),
                None => steps.extend(supply(keys, algorithm, now, policy)),
            }
            continue;
        };
        let announced = next.created_at + policy.publish_before;
        if announced <= now {
            steps.extend(change_over(keys, algorithm, now, policy));
        } else if announced < next.active_from {
            steps.push(RotationStep::Activate { kid: next.kid.clone(), active_from: announced });
        }
    }
    steps
}

/// What to change so that every algorithm's next key signs at once, whoever has heard of it: `keys rotate --now`.
///
/// A policy with a `retire_after` of zero also withdraws the present key at once: right if it has leaked, since every
/// token it signed is then refused.
pub fn plan_rotation_now(keys: &[SigningKey], now: Timestamp, policy: &RotationPolicy) -> Vec<RotationStep> {
    let mut steps = deletions(keys, now);
    for algorithm in policy.algorithms.iter().copied() {
        steps.extend(change_over(keys, algorithm, now, policy));
    }
    steps
}

/// The next key signs from now on, and those that signed until now do not.
fn change_over(
    keys: &[SigningKey],
    algorithm: SignatureAlgorithm,
    now: Timestamp,
    policy: &RotationPolicy,
) -> Vec<RotationStep> {
    let first = match next(keys, algorithm, now) {
        Some(next) => RotationStep::Activate { kid: next.kid.clone(), active_from: now },
        None => RotationStep::Create { algorithm, active_from: now },
    };
    let signing = keys.iter().filter(|key| key.algorithm == algorithm && key.may_sign(now));
    let mut steps = vec![first];
    steps.extend(signing.map(|key| retire(key, now, policy)));
    steps.push(RotationStep::Create { algorithm, active_from: following(now, now, policy) });
    steps
}

/// Keys that sign after `steps` although some portals cannot know them yet, and for how long they have been published.
pub fn unannounced(keys: &[SigningKey], steps: &[RotationStep], now: Timestamp) -> Vec<(SignatureAlgorithm, Duration)> {
    let sign_now = steps.iter().filter_map(|step| match step {
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
    sign_now.filter(|(_, published)| *published < JWKS_KEPT_FOR).collect()
}

fn deletions(keys: &[SigningKey], now: Timestamp) -> Vec<RotationStep> {
    let removed = keys.iter().filter(|key| !key.is_published(now));
    removed.map(|key| RotationStep::Delete { kid: key.kid.clone() }).collect()
}

/// Every key that a younger one has taken over from, retired as of the moment that it did.
fn retirements(keys: &[SigningKey], now: Timestamp, policy: &RotationPolicy) -> Vec<RotationStep> {
    let taken_over = |key: &SigningKey| {
        keys.iter()
            .filter(|younger| younger.algorithm == key.algorithm && younger.may_sign(now))
            .filter(|younger| younger.precedence() > key.precedence())
            .map(|younger| younger.active_from)
            .min()
    };
    keys.iter()
        .filter(|key| key.may_sign(now))
        .filter_map(|key| taken_over(key).map(|at| retire(key, at, policy)))
        .collect()
}

fn retire(key: &SigningKey, retired_at: Timestamp, policy: &RotationPolicy) -> RotationStep {
    RotationStep::Retire { kid: key.kid.clone(), retired_at, removed_at: retired_at + policy.retire_after }
}

/// A current and a next key, where they are missing.
fn supply(
    keys: &[SigningKey],
    algorithm: SignatureAlgorithm,
    now: Timestamp,
    policy: &RotationPolicy,
) -> Vec<RotationStep> {
    let create = |active_from| RotationStep::Create { algorithm, active_from };
    match (current(keys, algorithm, now), next(keys, algorithm, now)) {
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

/// The published key that will sign first.
fn next(keys: &[SigningKey], algorithm: SignatureAlgorithm, now: Timestamp) -> Option<&SigningKey> {
    keys.iter()
        .filter(|key| key.algorithm == algorithm && now < key.active_from && key.is_published(now))
        .min_by(|left, right| left.precedence().cmp(&right.precedence()))
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
