//! What a citizen allowed a client to receive, and what they would not have it receive, remembered until withdrawn.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::claims;
use super::claims_request::ClaimsRequest;
use super::client::{Client, LegalBasis};
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
    /// Those that were shown and not allowed, which is an answer as well: they are not asked about again for their own sake.
    pub declined: BTreeSet<String>,
    pub granted_at: Timestamp,
    pub updated_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

impl Consent {
    /// Whether everything in `scope` and `asked` was answered and still is at `now`.
    pub fn covers(&self, scope: &ScopeSet, asked: &Asked, now: Timestamp) -> bool {
        let answered = |claim: &String| {
            let was_left_out = || self.declined.contains(claim) && asked.required(claim).is_none();
            self.claims.contains(claim) || was_left_out()
        };
        self.expires_at.is_none_or(|end| now < end) && scope.is_subset(&self.scope) && asked.names.iter().all(answered)
    }
}

/// What a request asks a person to let a client know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The plain names of the claims.
    pub names: BTreeSet<String>,
    /// Those that are no matter of choice.
    required: BTreeMap<String, Required>,
}

/// Why a claim cannot be left out, other than by refusing all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Required {
    /// The law, and not the person, decides.
    Basis(LegalBasis),
    /// The client cannot serve them without it (`essential`, Core §5.5.1).
    Essential,
}

/// What a person answered, claim by claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub allowed: BTreeSet<String>,
    pub declined: BTreeSet<String>,
}

/// What somebody's form says of the claims that its page showed them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub shown: BTreeSet<String>,
    pub kept: BTreeSet<String>,
}

impl Answer {
    /// Their choice of what is asked. `None` where something is asked that the page did not show: approvals and requests may
    /// have changed since, and nobody allows what they have not read.
    pub fn choice(&self, asked: &Asked) -> Option<Choice> {
        asked.rows().all(|row| self.shown.contains(row)).then(|| asked.choose(&self.kept))
    }
}

impl Asked {
    /// What `client` asks for with `scope` and single `claims`, as far as it may have it.
    pub fn of(client: &Client, scope: &ScopeSet, claims: &ClaimsRequest) -> Self {
        let mut names = claims::released_by(scope);
        names.append(&mut claims.names());
        // In whose name they act they say each time, on a page of its own.
        names.retain(|name| name != claims::ORGANISATION && client.may_be_told(name));
        Self::new(client, names, &claims.essential())
    }

    /// What was asked before and stands, for somebody who looks at it again: nobody waits for it.
    pub fn before(client: &Client, consent: &Consent) -> Self {
        let names = consent.claims.union(&consent.declined).filter(|name| client.may_be_told(name)).cloned().collect();
        Self::new(client, names, &BTreeSet::new())
    }

    fn new(client: &Client, names: BTreeSet<String>, essential: &BTreeSet<String>) -> Self {
        let required = names.iter().filter_map(|name| {
            let why = match client.basis(name) {
                LegalBasis::Consent => essential.contains(name).then_some(Required::Essential),
                other => Some(Required::Basis(other)),
            };
            Some((claims::belongs_to(name).to_owned(), why?))
        });
        Self { required: required.collect(), names }
    }

    /// Why the person cannot leave `claim` out, if they cannot.
    pub fn required(&self, claim: &str) -> Option<Required> {
        self.required.get(claims::belongs_to(claim)).copied()
    }

    /// The choice of somebody who leaves all out that they may leave out, but the claims `kept`. What only says something of
    /// another claim goes with that; a part of the name goes with the name, which holds it.
    fn choose(&self, kept: &BTreeSet<String>) -> Choice {
        let is_allowed = |name: &String| {
            let shown = self.shown_with(name);
            self.required(name).is_some()
                || shown.is_none_or(|shown| kept.contains(shown) || self.required(shown).is_some())
        };
        let (allowed, declined) = self.names.iter().cloned().partition(is_allowed);
        Choice { allowed, declined }
    }

    /// The claims that are shown each in a row of its own, which a person decides about.
    pub fn rows(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).filter(|name| self.shown_with(name) == Some(*name))
    }

    /// The claim that a person decides about who decides about `name`; none where it is no decision of its own.
    fn shown_with<'n>(&self, name: &'n str) -> Option<&'n str> {
        match name {
            "given_name" | "family_name" | "middle_name" if self.names.contains("name") => Some("name"),
            "verified_claims.given_name" | "verified_claims.family_name" | "verified_claims.middle_name"
                if self.names.contains("verified_claims.name") =>
            {
                Some("verified_claims.name")
            }
            // When what is told was last changed.
            "updated_at" if self.names.len() > 1 => None,
            _ => match claims::belongs_to(name) {
                whole if self.names.contains(whole) => Some(whole),
                _ => Some(name),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::client::{ClientAuthentication, ConsentPolicy};

    fn client(scopes: &str) -> Client {
        let now = Timestamp::from_seconds(1_700_000_000);
        let mut client = Client::new("portal".parse().unwrap(), ClientAuthentication::None, now);
        client.scopes = scopes.parse().unwrap();
        client
    }

    fn names(text: &str) -> BTreeSet<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn asked(client: &Client, scope: &str, essential: &[&str]) -> Asked {
        let mut claims = ClaimsRequest::default();
        for claim in essential {
            let how = crate::domain::claims_request::ClaimRequest { essential: true, values: Vec::new() };
            claims.userinfo.insert((*claim).to_owned(), how);
        }
        Asked::of(client, &scope.parse().unwrap(), &claims)
    }

    fn answered(shown: &str, kept: &str) -> Answer {
        Answer { shown: names(shown), kept: names(kept) }
    }

    #[test]
    fn whoever_keeps_a_claim_keeps_what_says_something_of_it() {
        let asked = asked(&client("email phone"), "email phone", &[]);
        assert_eq!(asked.rows().collect::<Vec<_>>(), ["email", "phone_number"]);
        let choice = answered("email phone_number", "email").choice(&asked).unwrap();
        assert_eq!(choice.allowed, names("email email_verified"));
        assert_eq!(choice.declined, names("phone_number phone_number_verified"));
    }

    #[test]
    fn a_part_of_the_name_goes_with_the_name() {
        let asked = asked(&client("profile"), "profile", &[]);
        let rows: BTreeSet<&str> = asked.rows().collect();
        assert!(rows.contains("name") && !rows.contains("given_name") && !rows.contains("updated_at"));
        let all: Vec<&str> = asked.rows().collect();
        let choice = answered(&all.join(" "), "name").choice(&asked).unwrap();
        assert_eq!(choice.allowed, names("name given_name family_name middle_name updated_at"));
    }

    #[test]
    fn what_is_required_is_not_left_out_and_says_why() {
        let mut client = client("email phone address");
        let essential = asked(&client, "email phone", &["email"]);
        assert_eq!(essential.required("email_verified"), Some(Required::Essential));
        let choice = answered("email phone_number", "").choice(&essential).unwrap();
        assert_eq!(choice.allowed, names("email email_verified"));
        client.release.basis = Some(LegalBasis::LegalObligation);
        let demanded = asked(&client, "address", &[]);
        assert_eq!(demanded.required("address"), Some(Required::Basis(LegalBasis::LegalObligation)));
        assert_eq!(answered("address", "").choice(&demanded).unwrap().allowed, names("address"));
    }

    #[test]
    fn nobody_allows_what_they_were_not_shown() {
        let asked = asked(&client("email phone"), "email phone", &[]);
        assert_eq!(answered("email", "email phone_number").choice(&asked), None);
        assert_eq!(answered("", "").choice(&asked), None);
    }

    #[test]
    fn a_claim_that_the_client_is_not_approved_for_is_not_asked_for() {
        let mut client = client("email phone");
        client.release.claims = Some(names("email"));
        assert_eq!(asked(&client, "email phone address", &["phone_number"]).names, names("email email_verified"));
        client.policy.consent = ConsentPolicy::Implied;
        assert_eq!(asked(&client, "email", &[]).required("email"), Some(Required::Basis(LegalBasis::PublicTask)));
    }

    #[test]
    fn what_was_left_out_is_an_answer_until_it_is_required() {
        let now = Timestamp::from_seconds(1_700_000_000);
        let client = client("email phone");
        let consent = Consent {
            citizen: CitizenId::from_uuid(uuid::Uuid::nil()),
            client: client.id.clone(),
            scope: client.scopes.clone(),
            claims: names("email email_verified"),
            declined: names("phone_number phone_number_verified"),
            granted_at: now,
            updated_at: now,
            expires_at: None,
        };
        let covers = |asked: &Asked| consent.covers(&client.scopes, asked, now);
        assert!(covers(&asked(&client, "email phone", &[])));
        assert!(covers(&asked(&client, "email phone", &["email"])));
        assert!(!covers(&asked(&client, "email phone", &["phone_number"])));
    }
}
