//! What may be registered of a resource server: RFC 8707 §2, RFC 9728 §2.

use url::Url;

use super::display::{check_texts, is_one_line};
use super::keys::{check_address, check_set};
use super::{Allowed, Fault, quoted};
use crate::domain::claims;
use crate::domain::client::ClientKeys;
use crate::domain::resource::ResourceServer;
use crate::protocol::redirect::is_loopback;

/// More scopes, and types of authorization details, than a person could tell apart.
const MOST: usize = 100;

/// Everything that is wrong with `server`, at `issuer` and beside those that are registered.
pub fn check_resource_server(server: &ResourceServer, issuer: &str, allowed: &Allowed<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Err(why) = check_id(server.id.as_str(), issuer, allowed) {
        faults.push(Fault::new("resource", format!("{} {why}", quoted(server.id.as_str()))));
    }
    if server.name.0.is_empty() {
        faults.push(Fault::new("name", "expected the name that citizens will read, in one language or more"));
    }
    check_texts("name", &server.name, &mut faults);
    scopes(server, allowed, &mut faults);
    for kind in &server.authorization_details_types {
        if !is_one_line(kind) {
            faults.push(Fault::new("authorization_details_types", format!("{} is no name of a type", quoted(kind))));
        }
    }
    if !allowed.algorithms.contains(&server.algorithm) {
        let names: Vec<&str> = allowed.algorithms.iter().map(|algorithm| algorithm.name()).collect();
        faults.push(Fault::new("signing_alg", format!("the settings offer {} (keys.algorithms)", names.join(", "))));
    }
    match &server.keys {
        ClientKeys::None if server.encryption.is_some() => {
            faults.push(Fault::new("encryption_alg", "expected the keys that it decrypts with: jwks or jwks_uri"));
        }
        ClientKeys::None => {}
        ClientKeys::Given(set) => check_set(set, None, &mut faults),
        ClientKeys::Published(uri) => {
            if let Err(why) = check_address(uri, allowed) {
                faults.push(Fault::new("jwks_uri", format!("{} {why}", quoted(uri))));
            }
        }
    }
    faults
}

/// A name that tokens say, and, where it is an address, that clients send them to.
fn check_id(id: &str, issuer: &str, allowed: &Allowed<'_>) -> Result<(), &'static str> {
    if id == issuer {
        return Err("is this server itself, which is a resource without being registered");
    }
    let uri = Url::parse(id).map_err(|_| "is not an absolute URI")?;
    if !uri.username().is_empty() || uri.password().is_some() {
        return Err("names a user, which is no part of a resource");
    }
    match uri.scheme() {
        "http" if !(allowed.loopback && is_loopback(&uri)) => Err("is http: tokens would be sent there in the clear"),
        _ => Ok(()),
    }
}

fn scopes(server: &ResourceServer, allowed: &Allowed<'_>, faults: &mut Vec<Fault>) {
    if server.scopes.is_empty() && server.authorization_details_types.is_empty() {
        // People allow scopes and details: a token for it that has neither could be got without asking anybody.
        faults.push(Fault::new("scope", "expected at least one scope, or type of authorization_details"));
    }
    if server.scopes.len() > MOST || server.authorization_details_types.len() > MOST {
        faults.push(Fault::new("scope", format!("expected at most {MOST} scopes and types of authorization_details")));
    }
    for (scope, terms) in &server.scopes {
        if claims::is_known_scope(scope.as_str()) || claims::is_scope_of_clients(scope.as_str()) {
            faults.push(Fault::new("scope", format!("{scope} is OpenID Connect's own")));
        }
        if let Some(owner) = allowed.registry.owner(scope).filter(|owner| owner.id != server.id) {
            faults.push(Fault::new("scope", format!("{scope} belongs to {}", owner.id)));
        }
        check_texts("description", &terms.description, faults);
    }
}
