//! `request_uris`, `require_signed_request_object`, `default_max_age`, `default_acr_values`, `require_auth_time`:
//! Registration §2, RFC 9101 §10.5.

use super::fault::Faults;
use super::links::of_the_web;
use super::quoted;
use super::{Metadata, Policy};
use crate::domain::client::{Client, RequestDefaults};

const MOST: usize = 20;

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    if metadata.request_uris.len() > MOST {
        faults.add("request_uris", format!("expected at most {MOST}"));
    }
    for uri in &metadata.request_uris {
        // The fragment may hold the SHA-256 of what is there (Core §6.2).
        let address = uri.split_once('#').map_or(uri.as_str(), |(address, _)| address);
        of_the_web("request_uris", address, policy, faults);
    }
    let supported: Vec<&str> = policy.acr.attainable(policy.attainable).collect();
    for value in metadata.default_acr_values.iter().filter(|value| !supported.contains(&value.as_str())) {
        let sentence = format!("there is no {}, only {}", quoted(value), supported.join(", "));
        faults.add("default_acr_values", sentence);
    }
    client.request_objects.uris.clone_from(&metadata.request_uris);
    client.request_objects.required = metadata.require_signed_request_object;
    client.request_defaults = RequestDefaults {
        max_age: metadata.default_max_age,
        acr_values: metadata.default_acr_values.clone(),
        auth_time: metadata.require_auth_time,
    };
}
