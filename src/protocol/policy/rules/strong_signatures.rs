//! Signature algorithms that no attack nears: FAPI 2.0 Security Profile §5.4.1.

use super::super::{Moment, Row};
use crate::domain::client::{Client, ClientAuthentication};
use crate::domain::keys::SignatureAlgorithm;
use crate::domain::policies::Rule;
use crate::protocol::OAuthError;
use crate::protocol::registration::Fault;

pub const STRONG_SIGNATURES: Row = Row {
    rule: Rule::StrongSignatures,
    demands: "what the client signs, and what is signed for it, is signed with PS256, ES256 or EdDSA",
    registration,
    moment,
};

const fn is_strong(algorithm: SignatureAlgorithm) -> bool {
    matches!(algorithm, SignatureAlgorithm::Ps256 | SignatureAlgorithm::Es256 | SignatureAlgorithm::EdDsa)
}

const EXPECTED: &str = "PS256, ES256 or EdDSA";

fn registration(client: &Client, faults: &mut Vec<Fault>) {
    let assertions = match &client.authentication {
        ClientAuthentication::PrivateKeyJwt { algorithm } => *algorithm,
        _ => None,
    };
    let policy = &client.policy;
    for (member, algorithm) in [
        ("token_endpoint_auth_signing_alg", assertions),
        ("request_object_signing_alg", client.request_objects.algorithm),
        ("id_token_signed_response_alg", Some(policy.id_token_algorithm)),
        ("userinfo_signed_response_alg", policy.userinfo_algorithm),
        ("authorization_signed_response_alg", policy.authorization_response.algorithm),
        ("introspection_signed_response_alg", policy.introspection_response.algorithm),
        (
            "backchannel_authentication_request_signing_alg",
            client.backchannel_authentication.as_ref().and_then(|registered| registered.algorithm),
        ),
    ] {
        if let Some(weak) = algorithm.filter(|algorithm| !is_strong(*algorithm)) {
            faults.push(Fault::new(member, format!("expected {EXPECTED}, found {weak}")));
        }
    }
}

fn moment(_: &Client, moment: &Moment<'_>) -> Result<(), OAuthError> {
    let weak = |algorithm: &SignatureAlgorithm| !is_strong(*algorithm);
    match moment {
        Moment::ClientAuthentication { signature, .. } => match signature.filter(weak) {
            Some(weak) => {
                Err(OAuthError::invalid_client(format!("the assertion is signed with {weak}, not with {EXPECTED}")))
            }
            None => Ok(()),
        },
        Moment::AuthorizationRequest { object, .. } | Moment::BackchannelRequest { object } => {
            match object.map(|object| object.algorithm).filter(weak) {
                Some(weak) => {
                    let told = format!("the request object is signed with {weak}, not with {EXPECTED}");
                    Err(OAuthError::invalid_request_object(told))
                }
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}
