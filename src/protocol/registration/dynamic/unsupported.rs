//! Members that other standards define and that SenID does not keep a promise about yet. Left out of an answer, a client
//! might still believe that it is protected by them; so whoever asks for them is told.

use serde_json::Value;

use super::members::Members;

/// Of these, `false` is what holds anyway.
const PROTECTIONS: &[&str] = &[
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
    "require_pushed_authorization_requests",
    "use_mtls_endpoint_aliases",
    "backchannel_user_code_parameter",
];

const MEMBERS: &[&str] = &[
    "authorization_signed_response_alg",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "introspection_signed_response_alg",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "authorization_details_types",
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
    "backchannel_authentication_request_signing_alg",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
];

pub(super) fn check(from: &mut Members<'_>) {
    for member in PROTECTIONS {
        if from.value(member).is_some_and(|value| *value != Value::Bool(false)) {
            from.faults.add(*member, "is not supported here: expected false, or nothing");
        }
    }
    for member in MEMBERS {
        if from.value(member).is_some() {
            from.faults.add(*member, "is not supported here: leave it out");
        }
    }
}
