//! What tokens and answers are signed and encrypted with: Registration §2, JARM §3, RFC 9701 §6.

use super::{Allowed, Fault};
use crate::domain::client::{Client, ClientKeys};

pub(super) fn check(client: &Client, allowed: &Allowed<'_>, faults: &mut Vec<Fault>) {
    let policy = &client.policy;
    for (member, algorithm) in [
        ("id_token_signed_response_alg", Some(policy.id_token_algorithm)),
        ("userinfo_signed_response_alg", policy.userinfo_algorithm),
        ("authorization_signed_response_alg", policy.authorization_response.algorithm),
        ("introspection_signed_response_alg", policy.introspection_response.algorithm),
    ] {
        if algorithm.is_some_and(|algorithm| !allowed.algorithms.contains(&algorithm)) {
            let names: Vec<&str> = allowed.algorithms.iter().map(|algorithm| algorithm.name()).collect();
            faults.push(Fault::new(member, format!("the settings offer {} (keys.algorithms)", names.join(", "))));
        }
    }
    for (member, encryption) in [
        ("id_token_encrypted_response_alg", policy.id_token_encryption),
        ("userinfo_encrypted_response_alg", policy.userinfo_encryption),
        ("authorization_encrypted_response_alg", policy.authorization_response.encryption),
        ("introspection_encrypted_response_alg", policy.introspection_response.encryption),
    ] {
        if encryption.is_some() && client.keys == ClientKeys::None {
            faults.push(Fault::new(member, "expected a key to encrypt to, in jwks or at jwks_uri"));
        }
    }
}
