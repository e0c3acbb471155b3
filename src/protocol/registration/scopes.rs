//! The most that a client may ask for.

use std::str::FromStr;

use super::{Allowed, Fault};
use crate::domain::claims;
use crate::domain::client::Client;
use crate::domain::resource::ResourceRegistry;
use crate::domain::scope::{Scope, ScopeSet};

/// The scopes of a text that separates them by spaces. Each word that is no scope of this server, nor of a resource server,
/// is a fault.
pub fn parse_scopes(text: &str, registry: &ResourceRegistry, faults: &mut Vec<Fault>) -> ScopeSet {
    let mut scopes = Vec::new();
    let more = if registry.servers().next().is_some() { ", and those of resource servers" } else { "" };
    for word in text.split_ascii_whitespace() {
        match Scope::from_str(word) {
            Ok(scope) if claims::is_known_scope(word) || registry.owner(&scope).is_some() => scopes.push(scope),
            _ => {
                let known = claims::known_scopes().join(", ");
                faults.push(Fault::new("scope", format!("there is no scope {word:?}; there are {known}{more}")));
            }
        }
    }
    scopes.into_iter().collect()
}

pub(super) fn check(client: &Client, allowed: &Allowed<'_>, faults: &mut Vec<Fault>) {
    if !client.scopes.contains("openid") {
        faults.push(Fault::new("scope", "expected openid among them"));
    }
    for scope in client.scopes.iter() {
        if let Some(owner) = allowed.registry.owner(scope).filter(|owner| !client.resources.contains(&owner.id)) {
            let sentence = format!("{scope} belongs to {}, which the client is not registered for", owner.id);
            faults.push(Fault::new("scope", sentence));
        }
    }
    for id in client.resources.iter().filter(|id| allowed.registry.find(id).is_none()) {
        faults.push(Fault::new("resources", format!("there is no resource server {id}")));
    }
    if client.scopes.contains(claims::NATIONAL_ID) && !allowed.national_id {
        let sentence = format!(
            "{} tells a client national identifiers, which takes the authority's approval (--approve-national-id)",
            claims::NATIONAL_ID
        );
        faults.push(Fault::new("scope", sentence));
    }
}
