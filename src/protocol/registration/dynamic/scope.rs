//! `scope`: RFC 7591 §2.

use super::approvals::stands_as_it_was;
use super::fault::Faults;
use super::quoted;
use super::{Metadata, Policy};
use crate::domain::claims;
use crate::domain::client::{Client, GrantType};
use crate::domain::scope::ScopeSet;
use crate::protocol::policy::sensitive::Sensitive;

const OFFLINE_ACCESS: &str = "offline_access";

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    let refreshes = client.grant_types.contains(&GrantType::RefreshToken);
    let Some(asked) = &metadata.scope else {
        // RFC 7591 §2: whoever names none has the server's default; without the grant type, one of them is of no use.
        let serves_people = client.serves_people();
        let is_of_use = |scope: &str| match scope {
            OFFLINE_ACCESS => refreshes,
            other => serves_people || !claims::is_known_scope(other),
        };
        let offered: ScopeSet = policy.scopes.iter().filter(|scope| is_of_use(scope.as_str())).cloned().collect();
        // Nor what its policy is not enough for.
        let sensitive = Sensitive { policies: policy.policies, scopes: policy.registry.sensitive() };
        client.scopes = offered.difference(&sensitive.withheld(client, &offered));
        return;
    };
    // What the authority has approved beyond those is kept where it is named again.
    let approved = policy.existing.filter(|existing| stands_as_it_was(existing, client));
    let allowed = approved.map_or_else(|| policy.scopes.clone(), |existing| policy.scopes.union(&existing.scopes));
    for scope in asked.difference(&allowed).iter() {
        let sentence = match scope.as_str() {
            own if claims::is_approved_singly(own) => format!("{own} is given by the authority's approval alone"),
            other => format!("{} may not be registered here, only {}", quoted(other), policy.scopes),
        };
        faults.add("scope", sentence);
    }
    if asked.contains(OFFLINE_ACCESS) && !refreshes {
        faults.add("scope", "offline_access is of no use without the grant type refresh_token");
    }
    client.scopes = asked.clone();
    // Nothing of the metadata says so: whoever may ask for a scope may have tokens for whom it belongs to.
}
