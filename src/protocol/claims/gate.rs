//! What stands between a citizen's data and a client. Every door goes through it: ID tokens wherever they are issued, and
//! userinfo, whichever grant they stand on.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::domain::citizen::Citizen;
use crate::domain::claims;
use crate::domain::client::{Client, ConsentPolicy};
use crate::domain::release::Door;
use crate::domain::verified_claims::identifies;

/// Lets a claim through that the client is approved for, over a door that protects it as was demanded, if the person allowed
/// it where the person was asked. All three as they are now, and not as they were when something was granted.
#[derive(Clone, Copy, Debug)]
pub struct Gate<'a> {
    pub client: &'a Client,
    pub citizen: &'a Citizen,
    /// What they allowed this client, by name.
    pub allowed: &'a BTreeSet<String>,
    pub door: Door,
}

impl Gate<'_> {
    /// Whether the claim of this plain name, or the verified claim of this name, goes through.
    pub fn lets(&self, claim: &str) -> bool {
        self.is_approved(claim) && self.is_protected(claim) && self.is_allowed(claim)
    }

    /// Takes out what does not go through.
    pub(super) fn hold(&self, told: &mut Map<String, Value>) {
        told.retain(|name, _| self.lets(claims::untagged(name).0));
    }

    fn is_approved(&self, claim: &str) -> bool {
        let release = &self.client.release;
        self.client.may_be_told(claim)
            && (!identifies(claim) || release.approves_scheme(self.citizen.national_id.scheme()))
    }

    fn is_protected(&self, claim: &str) -> bool {
        !self.client.release.demands_encryption(claim) || self.door.is_encrypted(self.client)
    }

    fn is_allowed(&self, claim: &str) -> bool {
        match self.client.policy.consent {
            // A scope may release more than when the person was asked: a grant is good for what they read then.
            ConsentPolicy::Ask => self.allowed.contains(claim),
            ConsentPolicy::Implied => true,
        }
    }
}
