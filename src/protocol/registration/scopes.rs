//! The most that a client may ask for.

use std::str::FromStr;

use super::{Allowed, Fault};
use crate::domain::claims;
use crate::domain::client::Client;
use crate::domain::scope::{Scope, ScopeSet};

/// The scopes of a text that separates them by spaces. Each word that is no scope of this server is a fault.
pub fn parse_scopes(text: &str, faults: &mut Vec<Fault>) -> ScopeSet {
    let mut scopes = Vec::new();
    for word in text.split_ascii_whitespace() {
        match Scope::from_str(word) {
            Ok(scope) if claims::is_known_scope(word) => scopes.push(scope),
            _ => {
                let known = claims::known_scopes().join(", ");
                faults.push(Fault::new("scope", format!("there is no scope {word:?}; there are {known}")));
            }
        }
    }
    scopes.into_iter().collect()
}

pub(super) fn check(client: &Client, allowed: &Allowed<'_>, faults: &mut Vec<Fault>) {
    if !client.scopes.contains("openid") {
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
