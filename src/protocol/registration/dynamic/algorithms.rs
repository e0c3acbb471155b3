//! What tokens are signed and encrypted with: Registration §2, RFC 7518.

use super::fault::Faults;
use super::{Metadata, Policy};
use crate::domain::client::Client;
use crate::domain::encryption::{ContentEncryption, Encryption, KeyManagementAlgorithm};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::policies::Rule;
use crate::protocol::policy as rules;

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    // Registration §2: RS256 where none is named, which not every policy allows.
    let strong = rules::Policy::of(policy.policies, client).demands(Rule::StrongSignatures);
    let default = if strong { SignatureAlgorithm::Es256 } else { SignatureAlgorithm::Rs256 };
    let id_token = metadata.id_token_signed_response_alg.unwrap_or(default);
    offered("id_token_signed_response_alg", id_token, policy, faults);
    client.policy.id_token_algorithm = id_token;
    if let Some(algorithm) = metadata.userinfo_signed_response_alg {
        offered("userinfo_signed_response_alg", algorithm, policy, faults);
    }
    client.policy.userinfo_algorithm = metadata.userinfo_signed_response_alg;
    client.request_objects.algorithm = metadata.request_object_signing_alg;

    client.policy.id_token_encryption = encryption(
        ["id_token_encrypted_response_alg", "id_token_encrypted_response_enc"],
        metadata.id_token_encrypted_response_alg,
        metadata.id_token_encrypted_response_enc,
        faults,
    );
    client.policy.userinfo_encryption = encryption(
        ["userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc"],
        metadata.userinfo_encrypted_response_alg,
        metadata.userinfo_encrypted_response_enc,
        faults,
    );
    // These are encrypted to keys of ours.
    client.request_objects.encryption = encryption(
        ["request_object_encryption_alg", "request_object_encryption_enc"],
        metadata.request_object_encryption_alg,
        metadata.request_object_encryption_enc,
        faults,
    );
}

pub(super) fn offered(member: &'static str, algorithm: SignatureAlgorithm, policy: &Policy<'_>, faults: &mut Faults) {
    if !policy.algorithms.contains(&algorithm) {
        let names: Vec<&str> = policy.algorithms.iter().map(|algorithm| algorithm.name()).collect();
        faults.add(member, format!("{algorithm} is not signed with here: expected one of {}", names.join(", ")));
    }
}

/// Registration §2: `enc` is A128CBC-HS256 where only `alg` is named, and of no use without it.
pub(super) fn encryption(
    [alg_member, enc_member]: [&'static str; 2],
    alg: Option<KeyManagementAlgorithm>,
    enc: Option<ContentEncryption>,
    faults: &mut Faults,
) -> Option<Encryption> {
    match (alg, enc) {
        (Some(alg), enc) => Some(Encryption { alg, enc: enc.unwrap_or(ContentEncryption::A128CbcHs256) }),
        (None, Some(_)) => {
            faults.add(enc_member, format!("is of no use without {alg_member}"));
            None
        }
        (None, None) => None,
    }
}
