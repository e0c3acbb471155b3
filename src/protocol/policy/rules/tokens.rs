//! What a stolen token is good for: FAPI 2.0 Security Profile §5.3.2.1, §5.3.4, RFC 9700 §2.2.

use super::super::{Moment, Row, TokenPlace, any_moment, any_registration};
use crate::domain::policies::Rule;
use crate::protocol::OAuthError;
use crate::protocol::registration::Fault;

pub const SENDER_CONSTRAINED_TOKENS: Row = Row {
    rule: Rule::SenderConstrainedTokens,
    demands: "every access token is bound to a key of the client, by DPoP (RFC 9449) or by its TLS certificate (RFC 8705)",
    registration: |client, faults| {
        let through_the_browser =
            client.response_types.iter().filter(|response_type| response_type.issues_access_token());
        for response_type in through_the_browser {
            let sentence = format!("{} hands out access tokens that are bound to nothing", response_type.as_str());
            faults.push(Fault::new("response_types", sentence));
        }
    },
    moment: |_, moment| match moment {
        Moment::TokenRequest { binding: None } => {
            let told = "the request proves no key: neither a DPoP proof nor a client certificate came with it";
            Err(OAuthError::invalid_request(told))
        }
        Moment::AuthorizationRequest { request, .. } if request.response_type.issues_access_token() => {
            let told = format!("response_type {} would bind its token to nothing", request.response_type.as_str());
            Err(OAuthError::unauthorized_client(told))
        }
        Moment::ResourceRequest { binding: None, .. } => {
            Err(OAuthError::invalid_token("the access token is bound to nothing"))
        }
        _ => Ok(()),
    },
};

pub const STABLE_REFRESH_TOKENS: Row = Row {
    rule: Rule::StableRefreshTokens,
    demands: "a refresh token is bound to the client and stays the same; it is not rotated",
    registration: |client, faults| {
        if client.authentication.is_public() {
            let sentence =
                "the refresh tokens of a client that proves nothing must be rotated (RFC 9700 section 2.2.2)";
            faults.push(Fault::new("token_endpoint_auth_method", sentence));
        }
    },
    moment: any_moment,
};

pub const TOKEN_IN_HEADER: Row = Row {
    rule: Rule::TokenInHeader,
    demands: "access tokens are sent in the `Authorization` header alone, not in a form",
    registration: any_registration,
    moment: |_, moment| match moment {
        Moment::ResourceRequest { place: TokenPlace::Form, .. } => {
            Err(OAuthError::invalid_request("the access token stands in the form, not in the Authorization header"))
        }
        _ => Ok(()),
    },
};
