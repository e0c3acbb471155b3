//! `response_types`, `grant_types` and how they go together: Registration §2, RFC 7591 §2.1.

use std::collections::BTreeSet;

use super::fault::Faults;
use super::{Metadata, Policy};
use crate::domain::client::{Client, GrantType};
use crate::protocol::registration::{response_types_of, standing_on};

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    let named = metadata.grant_types.as_ref();
    let response_types = metadata.response_types.clone().unwrap_or_else(|| response_types_of(named));
    let allowed: Vec<&str> = policy.response_types.iter().map(|allowed| allowed.as_str()).collect();
    let sends_people =
        named.is_none_or(|named| named.contains(&GrantType::AuthorizationCode) || named.contains(&GrantType::Implicit));
    if response_types.is_empty() && sends_people {
        faults.add("response_types", format!("expected at least one of {}", allowed.join(", ")));
    }
    for response_type in response_types.difference(&policy.response_types) {
        faults.add(
            "response_types",
            format!("{} may not be registered here, only {}", response_type.as_str(), allowed.join(", ")),
        );
    }

    // Whoever names none means those that the response types stand on; for code alone that is the standard's default.
    let grant_types = metadata.grant_types.clone().unwrap_or_else(|| match response_types.is_empty() {
        true => BTreeSet::from([GrantType::AuthorizationCode]),
        false => standing_on(&response_types),
    });
    for refused in grant_types.difference(&policy.grant_types).filter(|grant| **grant != GrantType::Implicit) {
        let allowed: Vec<&str> = policy.grant_types.iter().map(|allowed| allowed.as_str()).collect();
        let sentence = format!("{} may not be registered here, only {}", refused.as_str(), allowed.join(", "));
        faults.add("grant_types", sentence);
    }

    client.policy.front_channel_access_tokens = response_types
        .iter()
        .any(|response_type| response_type.issues_access_token())
        .then(|| policy.front_channel_access_tokens.clone())
        .flatten();
    client.policy.pkce = policy.pkce;
    client.policy.set = policy.set.clone();
    client.response_types = response_types;
    client.grant_types = grant_types;
}
