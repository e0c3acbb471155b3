//! Claims that are asked for one by one (`claims`, `claims_locales`: OpenID Connect Core §5.5, §5.2), and what of them was
//! granted.
//!
//! | decision | why |
//! |---|---|
//! | a claim may be asked for singly where the client is registered for a scope that releases it, and was approved for it; others are left out | Core §5.5: a claim that is not given is no error; an identifier stays with clients that were approved for it |
//! | the person is asked about single claims as about scopes, by the claim's plain name | a name in another script is the same person's same name |
//! | a claim that is asked for with `value` or `values`, and has another value, is left out, also where a scope would release it | Core §5.5.1: "be returned with a particular value"; the narrower wish holds |
//! | that is decided once, when the grant is written, which then keeps names only | a value that a client asks for may be someone's name; the grant is stored in clear |

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::authorization::ResponseType;
use super::citizen::Citizen;
use super::claims;
use super::client::Client;
use super::language_tag::LanguageTag;
use super::verification::Verification;
use super::verified_claims::VerifiedRequests;

/// What the request asks for, by claim name; a name may carry a language tag, `name#ru`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    pub userinfo: BTreeMap<String, ClaimRequest>,
    pub id_token: BTreeMap<String, ClaimRequest>,
    /// `claims_locales`, best first.
    pub locales: Vec<LanguageTag>,
    /// `verified_claims` (Identity Assurance §6).
    pub verified: VerifiedRequests,
}

/// How one claim is asked for. Without anything said, voluntarily and with whatever value it has (`null`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRequest {
    pub essential: bool,
    /// `value`, or `values` in their order, as JSON; none: any will do.
    pub values: Vec<String>,
}

impl ClaimRequest {
    /// Whether `value` is one of those that were asked for.
    pub fn accepts(&self, value: &Value) -> bool {
        self.values.is_empty() || self.wanted().any(|wanted| wanted == *value)
    }

    /// The values that were asked for and are texts.
    pub fn texts(&self) -> Vec<String> {
        let text = |value| if let Value::String(text) = value { Some(text) } else { None };
        self.wanted().filter_map(text).collect()
    }

    fn wanted(&self) -> impl Iterator<Item = Value> {
        self.values.iter().filter_map(|value| serde_json::from_str(value).ok())
    }
}

/// Claims of a request that no scope releases, because they say how it may be answered.
const OF_THE_ANSWER: &[&str] = &["sub", "acr"];

impl ClaimsRequest {
    /// Without what `client` is not told, and what nobody here knows.
    #[must_use]
    pub fn limited_to(mut self, client: &Client) -> Self {
        for members in [&mut self.userinfo, &mut self.id_token] {
            members.retain(|name, _| OF_THE_ANSWER.contains(&name.as_str()) || is_released(name, client));
        }
        self.verified = self.verified.limited_to(client);
        self
    }

    /// Without what no answer of this type tells: userinfo is asked with an access token, which some never come to.
    #[must_use]
    pub fn told_by(mut self, response_type: ResponseType) -> Self {
        let exchanges = response_type.issues_code();
        let verified = &mut self.verified;
        for (members, verified, is_told) in [
            (&mut self.userinfo, &mut verified.userinfo, exchanges || response_type.issues_access_token()),
            (&mut self.id_token, &mut verified.id_token, exchanges || response_type.issues_id_token()),
        ] {
            members.retain(|name, _| is_told || OF_THE_ANSWER.contains(&name.as_str()));
            verified.retain(|_| is_told);
        }
        self
    }

    /// The plain names of the claims that are asked for, which the person is asked about.
    pub fn names(&self) -> BTreeSet<String> {
        let names = self.userinfo.keys().chain(self.id_token.keys()).map(|name| claims::untagged(name).0);
        names.filter(|name| claims::rule(name).is_some()).map(str::to_owned).chain(self.verified.names()).collect()
    }

    /// Those of them without which the client cannot serve the person.
    pub fn essential(&self) -> BTreeSet<String> {
        let members = self.userinfo.iter().chain(&self.id_token);
        let plain = members.filter(|(_, asked)| asked.essential).map(|(name, _)| claims::untagged(name).0.to_owned());
        plain.chain(self.verified.essential()).collect()
    }

    /// Whether the person whom the client knows as `subject` may answer, by the value asked for `sub`.
    pub fn is_for(&self, subject: &str) -> bool {
        self.subjects().all(|asked| asked.accepts(&subject.into()))
    }

    pub fn names_subjects(&self) -> bool {
        self.subjects().any(|asked| !asked.values.is_empty())
    }

    fn subjects(&self) -> impl Iterator<Item = &ClaimRequest> {
        [&self.userinfo, &self.id_token].into_iter().filter_map(|members| members.get("sub"))
    }

    /// Whether what is granted depends on what is known of the person.
    pub fn asks_for_values(&self) -> bool {
        let mut members = self.userinfo.iter().chain(&self.id_token);
        members.any(|(name, asked)| !asked.values.is_empty() && !OF_THE_ANSWER.contains(&name.as_str()))
            || self.verified.asks_for_values()
    }

    /// What of it is granted. `citizen` may be absent where it [asks for no values](Self::asks_for_values); where it does,
    /// none is found to be right. `standing` are the verifications that hold, where [values of verified
    /// claims](VerifiedRequests::asks_for_values) are asked for.
    pub fn grant(&self, citizen: Option<&Citizen>, standing: &[Verification]) -> GrantedClaims {
        GrantedClaims {
            userinfo: grant(&self.userinfo, citizen),
            id_token: grant(&self.id_token, citizen),
            locales: self.locales.clone(),
            verified: self.verified.clone().grant(citizen, standing),
        }
    }
}

fn grant(members: &BTreeMap<String, ClaimRequest>, citizen: Option<&Citizen>) -> SingleClaims {
    let mut granted = SingleClaims::default();
    for (name, asked) in members.iter().filter(|(name, _)| claims::rule(claims::untagged(name).0).is_some()) {
        let known = citizen.and_then(|citizen| claims::named(citizen, name));
        match (asked.values.is_empty(), known) {
            (true, _) => granted.released.insert(name.clone()),
            (false, Some((_, value))) if asked.accepts(&value) => granted.released.insert(name.clone()),
            (false, Some((own_name, _))) => granted.withheld.insert(own_name),
            (false, None) => granted.withheld.insert(name.clone()),
        };
    }
    granted
}

/// What of a [`ClaimsRequest`] was granted, beside the scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantedClaims {
    pub userinfo: SingleClaims,
    pub id_token: SingleClaims,
    pub locales: Vec<LanguageTag>,
    #[serde(default)]
    pub verified: VerifiedRequests,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SingleClaims {
    pub released: BTreeSet<String>,
    /// Asked for with another value than it has: left out, whatever the scopes release.
    pub withheld: BTreeSet<String>,
}

impl GrantedClaims {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn is_released(name: &str, client: &Client) -> bool {
    client.may_be_told(claims::untagged(name).0)
}
