//! `response_types`, `grant_types` and how they go together: Registration §2, RFC 7591 §2.1.

use std::collections::BTreeSet;

use super::fault::Faults;
use super::{Metadata, Policy};
use crate::domain::client::{Client, GrantType, only_code};

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    let response_types = metadata.response_types.clone().unwrap_or_else(only_code);
    let allowed: Vec<&str> = policy.response_types.iter().map(|allowed| allowed.as_str()).collect();
    if response_types.is_empty() {
        faults.add("response_types", format!("expected at least one of {}", allowed.join(", ")));
    }
    for response_type in response_types.difference(&policy.response_types) {
        faults.add(
            "response_types",
            format!("{} may not be registered here, only {}", response_type.as_str(), allowed.join(", ")),
        );
    }

    let needed: BTreeSet<GrantType> = response_types.iter().copied().flat_map(GrantType::needed_by).collect();
    // Whoever names none means those that the response types stand on; for code alone that is the standard's default.
    let grant_types = metadata.grant_types.clone().unwrap_or_else(|| needed.clone());
    for missing in needed.difference(&grant_types) {
        let of = response_types.iter().find(|one| GrantType::needed_by(**one).any(|grant| grant == *missing));
        let of = of.map_or("", |response_type| response_type.as_str());
        faults.add("grant_types", format!("{} is missing, which the response type {of} stands on", missing.as_str()));
    }
    if grant_types.contains(&GrantType::Implicit) && !needed.contains(&GrantType::Implicit) {
        faults.add("grant_types", "implicit is of no use without a response type that contains id_token or token");
    }
    if grant_types.contains(&GrantType::RefreshToken) && !needed.contains(&GrantType::AuthorizationCode) {
        faults.add("grant_types", "refresh_token is of no use without a response type that contains code");
    }

    client.policy.front_channel_access_tokens = response_types
        .iter()
        .any(|response_type| response_type.issues_access_token())
        .then(|| policy.front_channel_access_tokens.clone())
        .flatten();
    client.policy.pkce = policy.pkce;
    client.response_types = response_types;
    client.grant_types = grant_types;
}
