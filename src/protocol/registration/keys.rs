//! A client's own public keys, and what it signs with them: Registration §2 (`jwks`, `jwks_uri`).

use url::Url;

use super::{Allowed, Fault, quoted};
use crate::crypto::jwk_set::JwkSet;
use crate::domain::client::{Client, ClientAuthentication, ClientKeys};
use crate::domain::keys::SignatureAlgorithm;
use crate::protocol::redirect::{check_registration, is_loopback};

/// Longer than any set of 32 keys needs to be.
const LONGEST_SET: usize = 64 * 1024;
const LONGEST_URI: usize = 2048;

pub(super) fn check(client: &Client, allowed: &Allowed<'_>, faults: &mut Vec<Fault>) {
    let proves = match &client.authentication {
        ClientAuthentication::PrivateKeyJwt { algorithm } => Some(algorithm.as_slice()),
        _ => None,
    };
    match &client.keys {
        ClientKeys::None if proves.is_some() => {
            faults.push(Fault::new("jwks_uri", "expected the keys that private_key_jwt proves itself with, or jwks"));
        }
        ClientKeys::None if client.authentication == ClientAuthentication::SelfSignedTlsClientAuth => {
            let sentence = "expected the keys with the certificates (x5c) that it proves itself with, or jwks";
            faults.push(Fault::new("jwks_uri", sentence));
        }
        ClientKeys::None => {}
        ClientKeys::Given(set) => {
            check_set(set, proves, faults);
            if client.authentication == ClientAuthentication::SelfSignedTlsClientAuth && !has_certificate(set) {
                faults.push(Fault::new(
                    "jwks",
                    "has no certificate (x5c) that self_signed_tls_client_auth proves a client by",
                ));
            }
        }
        ClientKeys::Published(uri) => {
            if let Err(why) = check_address(uri, allowed) {
                faults.push(Fault::new("jwks_uri", format!("{} {why}", quoted(uri))));
            }
        }
    }
}

/// `proves`: the algorithms that the client proves itself with, none for any.
pub(super) fn check_set(set: &str, proves: Option<&[SignatureAlgorithm]>, faults: &mut Vec<Fault>) {
    if set.len() > LONGEST_SET {
        faults.push(Fault::new("jwks", format!("is longer than {} KiB", LONGEST_SET / 1024)));
        return;
    }
    match JwkSet::parse(set.as_bytes()) {
        Err(error) => faults.push(Fault::new("jwks", error.to_string())),
        Ok(set) => {
            let needed =
                proves.map(|algorithms| if algorithms.is_empty() { &SignatureAlgorithm::ALL } else { algorithms });
            if let Some(needed) = needed.filter(|needed| !set.can_verify(needed)) {
                let names: Vec<&str> = needed.iter().map(|algorithm| algorithm.name()).collect();
                faults.push(Fault::new("jwks", format!("has no key that verifies {}", names.join(", "))));
            }
        }
    }
}

fn has_certificate(set: &str) -> bool {
    JwkSet::parse(set.as_bytes()).is_ok_and(|set| set.certificates().next().is_some())
}

/// An address that will be fetched. What its host resolves to is looked at then.
pub(super) fn check_address(text: &str, allowed: &Allowed<'_>) -> Result<(), &'static str> {
    let uri = Url::parse(text).map_err(|_| "is not an absolute URI")?;
    if text.len() > LONGEST_URI {
        return Err("is longer than 2048 characters");
    }
    match uri.scheme() {
        "https" => check_registration(text),
        "http" if allowed.loopback && is_loopback(&uri) => check_registration(text),
        _ => Err("must begin with https://"),
    }
}
