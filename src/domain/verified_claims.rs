//! What is asked for of verified claims: OpenID Connect for Identity Assurance 1.0 §6.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::citizen::Citizen;
use super::claims;
use super::claims_request::ClaimRequest;
use super::client::Client;
use super::verification::Verification;

/// The member of the claims parameter, of ID tokens and of userinfo.
pub const VERIFIED_CLAIMS: &str = "verified_claims";

/// What can be told as verified (`claims_in_verified_claims_supported`).
pub const SUPPORTED: &[&str] = &[
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "birthdate",
    "gender",
    "email",
    "phone_number",
    "address",
    "national_id",
    "national_id_scheme",
];

/// What stands beside them in approvals and permissions: the evidence.
pub const EVIDENCE: &str = "evidence";

/// The number of the file: every portal that is told it is told the same, so it is told as the evidence is.
pub const PROCESS: &str = "verification_process";

const PREFIX: &str = "verified_claims.";

/// The name by which approvals, permissions and records know the verified claim `claim`, or the evidence.
pub fn name_of(claim: &str) -> String {
    format!("{PREFIX}{claim}")
}

/// The claim that `name` is the verified one of.
pub fn inner(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)
}

/// Whether `claim` can be told as verified, or is the evidence.
pub fn is_supported(claim: &str) -> bool {
    claim == EVIDENCE || SUPPORTED.contains(&claim)
}

/// What is asked for of both, in the order in which it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedRequests {
    pub userinfo: Vec<VerifiedRequest>,
    pub id_token: Vec<VerifiedRequest>,
}

/// One element of `verified_claims` in a request: which claims, verified how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifiedRequest {
    /// `verification`: what is to be told of it, and what it must be like.
    pub verification: Element,
    pub claims: BTreeMap<String, ClaimRequest>,
}

/// A member of `verification`, or what is inside one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Element {
    /// `null`, or an object without a filter: to be told, whatever it is.
    Any,
    /// To be told, and one of these (`value`, `values`).
    One(Vec<String>),
    /// To be told, and no older than so many seconds (`max_age`).
    Age(u64),
    /// Some filter of something that nothing here has: never met.
    Unknown,
    Object(BTreeMap<String, Element>),
    /// Filters that are alternatives, each also what is to be told.
    Either(Vec<Element>),
}

impl VerifiedRequest {
    /// The names by which its claims, and its evidence where that is to be told, are approved and allowed.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let evidence = self.asks_for_evidence().then(|| name_of(EVIDENCE));
        self.claims.keys().map(|claim| name_of(claim)).chain(evidence)
    }

    pub fn asks_for_evidence(&self) -> bool {
        let asks =
            |members: &BTreeMap<String, Element>| [EVIDENCE, PROCESS].iter().any(|name| members.contains_key(*name));
        matches!(&self.verification, Element::Object(members) if asks(members))
    }
}

impl VerifiedRequests {
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// Without what `client` is not told.
    #[must_use]
    pub fn limited_to(mut self, client: &Client) -> Self {
        for requests in [&mut self.userinfo, &mut self.id_token] {
            for request in requests.iter_mut() {
                request.claims.retain(|claim, _| client.may_be_told(&name_of(claim)));
            }
            requests.retain(|request| !request.claims.is_empty());
        }
        self
    }

    /// The names of all that is asked for.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.all().flat_map(VerifiedRequest::names)
    }

    /// Those without which the client cannot serve the person.
    pub fn essential(&self) -> impl Iterator<Item = String> {
        let claims = self.all().flat_map(|request| &request.claims);
        claims.filter(|(_, asked)| asked.essential).map(|(claim, _)| name_of(claim))
    }

    /// Whether what is granted depends on what was verified.
    pub fn asks_for_values(&self) -> bool {
        self.all().flat_map(|request| request.claims.values()).any(|asked| !asked.values.is_empty())
    }

    /// What of it is granted. Values that were asked for are compared now, once, and not kept: they may be somebody's name.
    #[must_use]
    pub fn grant(mut self, citizen: Option<&Citizen>, standing: &[Verification]) -> Self {
        let is_right = |claim: &str, asked: &ClaimRequest| {
            let known = citizen.into_iter().flat_map(|citizen| {
                standing.iter().filter_map(move |verification| value(citizen, verification, claim))
            });
            asked.values.is_empty() || known.into_iter().any(|value| asked.accepts(&value))
        };
        for requests in [&mut self.userinfo, &mut self.id_token] {
            for request in requests.iter_mut() {
                request.claims.retain(|claim, asked| is_right(claim, asked));
                request.claims.values_mut().for_each(|asked| *asked = ClaimRequest::default());
            }
            requests.retain(|request| !request.claims.is_empty());
        }
        self
    }

    fn all(&self) -> impl Iterator<Item = &VerifiedRequest> {
        self.userinfo.iter().chain(&self.id_token)
    }
}

/// What was verified as `claim` of `citizen`. A number that is not theirs any more is never told.
pub fn value(citizen: &Citizen, verification: &Verification, claim: &str) -> Option<Value> {
    let statement = &verification.statement;
    if !SUPPORTED.contains(&claim) {
        return None;
    }
    if claims::belongs_to(claim) == claims::NATIONAL_ID && statement.national_id.as_ref() != Some(&citizen.national_id)
    {
        return None;
    }
    claims::value(&Citizen { profile: statement.verified.clone(), ..citizen.clone() }, claim)
}

/// The claim that `claim`, the name of a verified claim or of a plain one, belongs to.
pub(super) fn belongs_to(name: &str) -> Option<&'static str> {
    // The one verified claim that only says something of another.
    (inner(name)? == "national_id_scheme").then_some("verified_claims.national_id")
}

/// Whether `name` is, verified or not, of the national identifier.
pub fn identifies(name: &str) -> bool {
    claims::belongs_to(inner(name).unwrap_or(name)) == claims::NATIONAL_ID
}
