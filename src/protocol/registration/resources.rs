//! The resource servers that a client has tokens for, and what it may do there: RFC 8707, RFC 9396 §10.

use super::{Allowed, Fault, quoted};
use crate::domain::client::Client;

pub(super) fn check(client: &Client, allowed: &Allowed<'_>, faults: &mut Vec<Fault>) {
    for resource in client.resources.iter().filter(|resource| allowed.registry.find(resource).is_none()) {
        faults.push(Fault::new("resources", format!("there is no resource server {resource}")));
    }
    for scope in client.scopes.iter() {
        if let Some(owner) = allowed.registry.owner(scope)
            && !client.resources.contains(&owner.id)
        {
            let sentence = format!("{scope} belongs to {}, which the client is not registered for", owner.id);
            faults.push(Fault::new("scope", sentence));
        }
    }
    for unknown in client.authorization_details_types.difference(allowed.details_types) {
        faults.push(Fault::new("authorization_details_types", format!("there is no type {}", quoted(unknown))));
    }
}
