//! What a citizen allowed a client to receive, remembered until withdrawn.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ids::{CitizenId, ClientId};
use super::scope::ScopeSet;
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub citizen: CitizenId,
    pub client: ClientId,
    pub scope: ScopeSet,
    /// The claims that were shown and allowed: a scope that grows is asked about again.
    pub claims: BTreeSet<String>,
    pub granted_at: Timestamp,
    pub updated_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

impl Consent {
    /// Whether everything in `scope` and `claims` was allowed and still is at `now`.
    pub fn covers(&self, scope: &ScopeSet, claims: &BTreeSet<String>, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end) && scope.is_subset(&self.scope) && claims.is_subset(&self.claims)
    }
}
