//! What of a citizen went to a client, as it is remembered for them to read. Names of claims, never a value.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::claims;
use super::client::{Client, LegalBasis, Localised, Terms};
use super::ids::{CitizenId, ClientId, GrantId, OrganisationId, ReleaseId};
use super::time::Timestamp;

/// How a client was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Door {
    IdToken,
    Userinfo,
}

impl Door {
    pub const ALL: [Self; 2] = [Self::IdToken, Self::Userinfo];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdToken => "id_token",
            Self::Userinfo => "userinfo",
        }
    }

    /// Whether what `client` is told here can be read by nobody else.
    pub const fn is_encrypted(self, client: &Client) -> bool {
        match self {
            Self::IdToken => client.policy.id_token_encryption.is_some(),
            Self::Userinfo => client.policy.userinfo_encryption.is_some(),
        }
    }
}

impl FromStr for Door {
    type Err = UnknownDoor;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|door| door.as_str() == text).ok_or(UnknownDoor)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known way to tell a client")]
pub struct UnknownDoor;

/// The same claims of one grant over one door on one day, however often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub id: ReleaseId,
    pub citizen: CitizenId,
    pub client: ClientId,
    pub grant: GrantId,
    /// In whose name the citizen acted, where it was not their own.
    pub organisation: Option<OrganisationId>,
    pub door: Door,
    pub claims: BTreeSet<String>,
    /// What is found of [`StatedTerms`] under this.
    pub terms: TermsId,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub times: u64,
}

/// What stated terms are found by: the beginning of their own hash.
pub type TermsId = [u8; 16];

/// What a client said that it is told claims for, and on which basis it was, when it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedTerms {
    pub client: ClientId,
    pub basis: LegalBasis,
    pub purpose: Localised,
    /// Where single claims have their own.
    #[serde(default)]
    pub claims: BTreeMap<String, Terms>,
}

impl StatedTerms {
    pub fn of(client: &Client) -> Self {
        Self {
            client: client.id.clone(),
            // Of no claim in particular: the client's own.
            basis: client.basis(""),
            purpose: client.display.purpose.clone(),
            claims: client.release.terms.clone(),
        }
    }

    pub fn basis(&self, claim: &str) -> LegalBasis {
        self.claims.get(claims::belongs_to(claim)).and_then(|own| own.basis).unwrap_or(self.basis)
    }

    pub fn purpose(&self, claim: &str) -> &Localised {
        let own = self.claims.get(claims::belongs_to(claim)).map(|own| &own.purpose);
        own.filter(|purpose| !purpose.0.is_empty()).unwrap_or(&self.purpose)
    }
}

const DAY: i64 = 86_400_000_000;

/// The id of what is released at `at` under `grant`, with `digest` of all that tells it from others: UUIDv7 of the day, or of
/// the grant where that came later.
pub fn release_id(grant: GrantId, digest: &[u8; 32], at: Timestamp) -> ReleaseId {
    let day = at.micros().div_euclid(DAY).saturating_mul(DAY).div_euclid(1000);
    let granted = grant.uuid().as_u128() >> 80;
    let millis = u64::try_from(day).unwrap_or(0).max(u64::try_from(granted).unwrap_or(0));
    let rest: [u8; 10] = std::array::from_fn(|at| digest[at]);
    ReleaseId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid())
}

/// The day that a release is counted with, as it enters its digest.
pub fn day_of(at: Timestamp) -> i64 {
    at.micros().div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant_of(millis: u64) -> GrantId {
        GrantId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &[7; 10]).into_uuid())
    }

    #[test]
    fn what_is_the_same_on_one_day_has_one_id_and_days_sort() {
        let grant = grant_of(1_700_000_000_123);
        let at = |seconds: i64| Timestamp::from_seconds(1_700_000_000 + seconds);
        let (same, other) = ([1; 32], [2; 32]);
        assert_eq!(release_id(grant, &same, at(1)), release_id(grant, &same, at(99)));
        assert_ne!(release_id(grant, &same, at(1)), release_id(grant, &other, at(1)));
        assert!(release_id(grant, &same, at(1)) < release_id(grant, &same, at(86_400)));
        assert_eq!(release_id(grant, &same, at(1)).uuid().get_version_num(), 7);
        // Not before the person granted it.
        let began = |id: ReleaseId| id.uuid().as_u128() >> 80;
        assert_eq!(began(release_id(grant, &same, at(1))), grant.uuid().as_u128() >> 80);
    }
}
