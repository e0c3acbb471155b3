//! How a client proves itself: FAPI 2.0 Security Profile §5.3.2.1.

use super::super::{AudienceForm, Moment, Row, any_registration};
use crate::domain::client::{Client, ClientAuthenticationMethod};
use crate::domain::policies::Rule;
use crate::protocol::OAuthError;
use crate::protocol::registration::Fault;

pub const CONFIDENTIAL_CLIENT: Row = Row {
    rule: Rule::ConfidentialClient,
    demands: "the client proves itself: `token_endpoint_auth_method` is not `none`",
    registration: |client, faults| {
        if client.authentication.is_public() {
            faults.push(Fault::new("token_endpoint_auth_method", "none proves nothing"));
        }
    },
    moment: |_, moment| match moment {
        Moment::ClientAuthentication { method: ClientAuthenticationMethod::None, .. } => {
            Err(OAuthError::invalid_client("the client has proven nothing"))
        }
        _ => Ok(()),
    },
};

pub const KEY_BASED_AUTHENTICATION: Row = Row {
    rule: Rule::KeyBasedAuthentication,
    demands: "the client proves itself with a key of its own, by `private_key_jwt`, `tls_client_auth` or \
              `self_signed_tls_client_auth`: no secret is shared",
    registration: |client, faults| {
        let method = client.authentication.method();
        if is_with_a_secret(method) {
            let sentence = format!("expected {KEY_BASED}, found {method}");
            faults.push(Fault::new("token_endpoint_auth_method", sentence));
        }
    },
    moment: |_, moment| match moment {
        Moment::ClientAuthentication { method, .. } if is_with_a_secret(*method) => {
            Err(OAuthError::invalid_client(format!("{method} is not allowed, only {KEY_BASED}")))
        }
        _ => Ok(()),
    },
};

const KEY_BASED: &str = "private_key_jwt, tls_client_auth or self_signed_tls_client_auth";

/// A client without any proof is the other rule's.
fn is_with_a_secret(method: ClientAuthenticationMethod) -> bool {
    method.has_secret()
}

pub const ISSUER_AS_AUDIENCE: Row = Row {
    rule: Rule::IssuerAsAudience,
    demands: "`aud` of client assertions is the issuer identifier, as one string",
    registration: any_registration,
    moment: |_: &Client, moment| match moment {
        Moment::ClientAuthentication { audience: Some(AudienceForm::Other), .. } => {
            Err(OAuthError::invalid_client("aud of the assertion must be this issuer, as a string"))
        }
        _ => Ok(()),
    },
};
