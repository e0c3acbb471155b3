//! What protects tokens, requests and answers beyond TLS: RFC 8705 §3.4, RFC 9449 §5.2, RFC 9126 §6, JARM §3, RFC 9701 §6.

use super::algorithms::{encryption, offered};
use super::fault::Faults;
use super::{Metadata, Policy};
use crate::domain::client::{BoundAccessTokens, Client, ProtectedAnswer};

pub(super) fn check(metadata: &Metadata, policy: &Policy<'_>, client: &mut Client, faults: &mut Faults) {
    client.policy.bound_access_tokens = BoundAccessTokens {
        dpop: metadata.dpop_bound_access_tokens,
        certificate: metadata.tls_client_certificate_bound_access_tokens,
    };
    client.policy.pushed_requests_required = metadata.require_pushed_authorization_requests;
    for (member, algorithm) in [
        ("authorization_signed_response_alg", metadata.authorization_signed_response_alg),
        ("introspection_signed_response_alg", metadata.introspection_signed_response_alg),
    ] {
        if let Some(algorithm) = algorithm {
            offered(member, algorithm, policy, faults);
        }
    }
    client.policy.authorization_response = ProtectedAnswer {
        algorithm: metadata.authorization_signed_response_alg,
        encryption: encryption(
            ["authorization_encrypted_response_alg", "authorization_encrypted_response_enc"],
            metadata.authorization_encrypted_response_alg,
            metadata.authorization_encrypted_response_enc,
            faults,
        ),
    };
    client.policy.introspection_response = ProtectedAnswer {
        algorithm: metadata.introspection_signed_response_alg,
        encryption: encryption(
            ["introspection_encrypted_response_alg", "introspection_encrypted_response_enc"],
            metadata.introspection_encrypted_response_alg,
            metadata.introspection_encrypted_response_enc,
            faults,
        ),
    };
}
