//! The most that a client may ask for.

use std::str::FromStr;

use super::{Allowed, Fault};
use crate::domain::claims;
use crate::domain::client::{Client, GrantType};
use crate::domain::resource::ResourceRegistry;
use crate::domain::scope::{Scope, ScopeSet};

/// The scopes of a text that separates them by spaces. Each word that is no scope of this server, nor of a resource server,
/// is a fault.
pub fn parse_scopes(text: &str, registry: &ResourceRegistry, faults: &mut Vec<Fault>) -> ScopeSet {
    let mut scopes = Vec::new();
    let more = if registry.servers().next().is_some() { ", and those of resource servers" } else { "" };
    for word in text.split_ascii_whitespace() {
        match Scope::from_str(word) {
            Ok(scope) if is_known(&scope, registry) => scopes.push(scope),
            _ => {
                let known = claims::all_scopes().join(", ");
                faults.push(Fault::new("scope", format!("there is no scope {word:?}; there are {known}{more}")));
            }
        }
    }
    scopes.into_iter().collect()
}

/// Whether there is such a scope, of this server or of a resource server.
pub fn is_known(scope: &Scope, registry: &ResourceRegistry) -> bool {
    claims::is_known_scope(scope.as_str())
        || claims::is_scope_of_clients(scope.as_str())
        || registry.owner(scope).is_some()
}

pub(super) fn check(client: &Client, allowed: &Allowed<'_>, faults: &mut Vec<Fault>) {
    if !client.scopes.contains("openid") && needs_openid(client) {
        faults.push(Fault::new("scope", "expected openid among them"));
    }
    if client.scopes.contains(claims::NATIONAL_ID) && !allowed.national_id {
        let sentence = format!(
            "{} tells a client national identifiers, which takes the authority's approval (--approve-national-id)",
            claims::NATIONAL_ID
        );
        faults.push(Fault::new("scope", sentence));
    }
}

/// One that has something else to ask people for, at a resource server, can do without (plain OAuth 2.0).
fn needs_openid(client: &Client) -> bool {
    let has_resources = !client.resources.is_empty() || !client.authorization_details_types.is_empty();
    let has_id_tokens = client.response_types.iter().any(|response_type| response_type.issues_id_token());
    // CIBA Core §7.1 has it in every request.
    has_id_tokens || client.grant_types.contains(&GrantType::Ciba) || (client.serves_people() && !has_resources)
}
