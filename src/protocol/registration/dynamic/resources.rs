//! The resource servers that a client has tokens for, which follow from its scopes, and `authorization_details_types`
//! (RFC 9396 §10).

use super::approvals::stands_as_it_was;
use super::fault::Faults;
use super::quoted;
use super::{Metadata, Policy};
use crate::domain::client::Client;

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    // What the authority has approved beyond what anyone may have here.
    let approved = policy.existing.filter(|existing| stands_as_it_was(existing, client));
    let mut types = policy.authorization_details_types.clone();
    types.extend(approved.iter().flat_map(|existing| existing.authorization_details_types.iter().cloned()));
    for refused in metadata.authorization_details_types.difference(&types) {
        faults.add("authorization_details_types", format!("{} may not be registered here", quoted(refused)));
    }
    client.authorization_details_types.clone_from(&metadata.authorization_details_types);
    client.resources = policy.registry.owners(&client.scopes, &client.authorization_details_types);
    client.resources.extend(approved.iter().flat_map(|existing| existing.resources.iter().cloned()));
}
