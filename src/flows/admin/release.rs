//! What an operator approves that a client is told, what for, and how protected.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};

use crate::domain::claims;
use crate::domain::client::{Client, EncryptedRelease, LegalBasis, Terms};
use crate::domain::national_id::Scheme;
use crate::domain::verified_claims;
use crate::protocol::registration::Fault;

use super::further::OrNone;

/// What is not said stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReleaseChange {
    /// Of what its scopes release.
    pub claims: Option<Approved>,
    /// The schemes of national identifiers.
    pub identifiers: Option<Approved>,
    pub verified_claims: Option<BTreeSet<String>>,
    pub basis: Option<OrNone<LegalBasis>>,
    /// By claim. Terms that say nothing take away what was said.
    pub terms: BTreeMap<String, Terms>,
    pub encrypted: Option<EncryptedRelease>,
}

/// Everything there is, or what is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approved {
    All,
    Only(BTreeSet<String>),
}

impl From<BTreeSet<String>> for Approved {
    fn from(names: BTreeSet<String>) -> Self {
        if names.contains("all") { Self::All } else { Self::Only(names) }
    }
}

impl<'de> Deserialize<'de> for Approved {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeSet::deserialize(deserializer).map(Self::from)
    }
}

impl Approved {
    fn only(&self) -> Option<BTreeSet<String>> {
        match self {
            Self::All => None,
            Self::Only(names) => Some(names.clone()),
        }
    }
}

impl ReleaseChange {
    /// Whether it approves that national identifiers are told at all.
    pub(super) fn approves_identifiers(&self) -> bool {
        self.identifiers.as_ref().is_some_and(|approved| *approved != Approved::Only(BTreeSet::new()))
    }

    /// Writes all that is said into `client`, whose scopes are what they are to be.
    pub(super) fn apply(&self, client: &mut Client, faults: &mut Vec<Fault>) {
        let mut wrong = |member, sentence: String| faults.push(Fault::new(member, sentence));
        for name in self.claims.iter().filter_map(Approved::only).flatten() {
            match claims::rule(&name) {
                Some(rule) if claims::belongs_to(&name) != name => {
                    wrong("approve_claim", format!("{name} is told with {}", claims::belongs_to(rule.claim)));
                }
                Some(rule) if !client.scopes.contains(rule.scope) => {
                    let scope = rule.scope;
                    wrong(
                        "approve_claim",
                        format!("{name} is released by the scope {scope}, which this client has not"),
                    );
                }
                Some(_) => {}
                None => wrong("approve_claim", unknown_claim(&name)),
            }
        }
        for name in self.identifiers.iter().filter_map(Approved::only).flatten() {
            if name.parse::<Scheme>().is_err() {
                let known: Vec<&str> = Scheme::ALL.iter().map(|scheme| scheme.as_str()).collect();
                wrong("approve_identifier", format!("there is no scheme {name:?}; there are {}", known.join(", ")));
            }
        }
        if self.identifiers.is_some() && !client.scopes.contains(claims::NATIONAL_ID) {
            let sentence = format!("there is nothing to approve: {} is not among the scopes", claims::NATIONAL_ID);
            wrong("approve_identifier", sentence);
        }
        for name in self.verified_claims.iter().flatten() {
            if !verified_claims::is_supported(name) || claims::belongs_to(name) != name {
                let supported = verified_claims::SUPPORTED.iter().filter(|claim| claims::belongs_to(claim) == **claim);
                let known: Vec<&str> = supported.copied().chain([verified_claims::EVIDENCE]).collect();
                let sentence = format!("{name:?} is not told as verified; there are {}", known.join(", "));
                wrong("approve_verified_claim", sentence);
            }
        }
        for name in self.terms.keys() {
            let inner = verified_claims::inner(name);
            let is_known = inner.map_or_else(|| claims::rule(name).is_some(), verified_claims::is_supported);
            if !is_known || claims::belongs_to(name) != name {
                wrong("claim_basis", unknown_claim(name));
            }
        }
        self.write(client);
    }

    fn write(&self, client: &mut Client) {
        let release = &mut client.release;
        if let Some(claims) = &self.claims {
            release.claims = claims.only();
        }
        if let Some(identifiers) = &self.identifiers {
            release.identifiers = identifiers.only();
        }
        if let Some(verified) = &self.verified_claims {
            release.verified_claims.clone_from(verified);
        }
        if let Some(basis) = self.basis {
            release.basis = match basis {
                OrNone::None => None,
                OrNone::Some(basis) => Some(basis),
            };
        }
        if let Some(encrypted) = self.encrypted {
            release.encrypted = encrypted;
        }
        for (claim, terms) in &self.terms {
            let own = release.terms.entry(claim.clone()).or_default();
            if terms.purpose.0.is_empty() && terms.basis.is_none() {
                *own = Terms::default();
            }
            own.purpose.0.extend(terms.purpose.0.clone());
            own.basis = terms.basis.or(own.basis);
        }
        release.terms.retain(|_, terms| *terms != Terms::default());
    }
}

fn unknown_claim(name: &str) -> String {
    let known: Vec<&str> =
        claims::CLAIMS.iter().map(|rule| rule.claim).filter(|claim| claims::belongs_to(claim) == *claim).collect();
    format!("there is no claim {name:?} to say this of; there are {}", known.join(", "))
}
