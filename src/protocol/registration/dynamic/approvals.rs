//! What the authority decides about a client and no metadata says: an update keeps it, and never gains any of it.
//!
//! It was decided about the portal that people saw then. Once a client changes what it is called, what it looks like,
//! where it sends people or that it proves who it is, the authority has to look again.

use super::fault::Faults;
use super::{Metadata, Policy};
use crate::domain::client::{Client, ConsentPolicy, PkcePolicy};

pub(super) fn check(_: &Metadata, policy: &Policy<'_>, client: &mut Client, _: &mut Faults) {
    client.policy.consent = ConsentPolicy::Ask;
    client.display.organisation_verified = false;
    let Some(existing) = policy.existing else { return };
    client.status = existing.status;
    client.stage = existing.stage;
    if existing.authentication == client.authentication {
        (client.former_secret, client.secret_until) = (existing.former_secret, existing.secret_until);
    }
    client.created_at = existing.created_at;
    client.policy.access_token_lifetime = existing.policy.access_token_lifetime;
    client.policy.access_token_format = existing.policy.access_token_format;
    client.policy.assurance = existing.policy.assurance;
    // What it is told is the authority's to say, and what for.
    client.release = existing.release.clone();
    // What the authority put it under, or what it was registered under: no update chooses another.
    client.policy.set = existing.policy.set.clone();
    if existing.policy.pkce == PkcePolicy::Required {
        client.policy.pkce = PkcePolicy::Required;
    }
    if stands_as_it_was(existing, client) {
        client.policy.consent = existing.policy.consent;
        client.display.organisation_verified = existing.display.organisation_verified;
        client.display.organisation.clone_from(&existing.display.organisation);
        client.display.purpose.clone_from(&existing.display.purpose);
        client.display.logo.clone_from(&existing.display.logo);
        client.token_exchange.clone_from(&existing.token_exchange);
    }
}

/// Whether people see the same portal and come to the same places, and nobody else can take its part.
pub(super) fn stands_as_it_was(existing: &Client, client: &Client) -> bool {
    let logo = |client: &Client| client.display.fetched_logo.as_ref().map(|logo| logo.uri.clone());
    existing.display.name == client.display.name
        && existing.display.home_uri == client.display.home_uri
        && logo(existing) == logo(client)
        && existing.application_type == client.application_type
        && existing.redirect_uris == client.redirect_uris
        && existing.authentication.is_public() == client.authentication.is_public()
}
