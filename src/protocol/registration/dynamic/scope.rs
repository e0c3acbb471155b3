//! `scope`: RFC 7591 §2.

use super::approvals::stands_as_it_was;
use super::fault::Faults;
use super::quoted;
use super::{Metadata, Policy};
use crate::domain::claims;
use crate::domain::client::{Client, GrantType};

const OFFLINE_ACCESS: &str = "offline_access";

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    let refreshes = client.grant_types.contains(&GrantType::RefreshToken);
    let Some(asked) = &metadata.scope else {
        // RFC 7591 §2: whoever names none has the server's default; without the grant type, one of them is of no use.
        let offered = policy.scopes.iter();
        client.scopes = offered.filter(|scope| refreshes || scope.as_str() != OFFLINE_ACCESS).cloned().collect();
        client.resources = policy.registry.owners(&client.scopes, &client.authorization_details_types);
        return;
    };
    // What the authority has approved beyond those is kept where it is named again.
    let approved = policy.existing.filter(|existing| stands_as_it_was(existing, client));
    let allowed = approved.map_or_else(|| policy.scopes.clone(), |existing| policy.scopes.union(&existing.scopes));
    for scope in asked.difference(&allowed).iter() {
        let sentence = match scope.as_str() {
            claims::NATIONAL_ID => "national_id is given by the authority's approval alone".to_owned(),
            other => format!("{} may not be registered here, only {}", quoted(other), policy.scopes),
        };
        faults.add("scope", sentence);
    }
    if !asked.contains("openid") {
        faults.add("scope", "expected openid among them");
    }
    if asked.contains(OFFLINE_ACCESS) && !refreshes {
        faults.add("scope", "offline_access is of no use without the grant type refresh_token");
    }
    client.scopes = asked.clone();
    // Nothing of the metadata says so: whoever may ask for a scope may have tokens for whom it belongs to.
    client.resources = policy.registry.owners(&client.scopes, &client.authorization_details_types);
}
