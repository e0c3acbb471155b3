//! Answers that the client can show to others: FAPI 2.0 Message Signing §5.4, §5.5.

use super::super::{AnswerForm, Moment, Row, any_registration};
use crate::domain::policies::Rule;
use crate::protocol::OAuthError;
use crate::protocol::authorize::Channel;

pub const SIGNED_AUTHORIZATION_RESPONSE: Row = Row {
    rule: Rule::SignedAuthorizationResponse,
    demands: "the answer of the authorization endpoint is a signed token (JARM): a `response_mode` that ends in `jwt`",
    registration: any_registration,
    moment: |_, moment| match moment {
        // What no browser brings is answered with nothing through one.
        Moment::AuthorizationRequest { channel: Channel::Direct, .. } => Ok(()),
        Moment::AuthorizationRequest { request, .. } if !request.response_mode.is_jwt() => {
            Err(OAuthError::invalid_request("response_mode must be jwt, query.jwt, fragment.jwt or form_post.jwt"))
        }
        _ => Ok(()),
    },
};

pub const SIGNED_INTROSPECTION: Row = Row {
    rule: Rule::SignedIntrospection,
    demands: "introspection is answered with a signed token (RFC 9701)",
    registration: any_registration,
    moment: |_, moment| match moment {
        Moment::Introspection { answer: AnswerForm::Json } => Err(OAuthError::invalid_request(
            "the answer is to be a token: send Accept: application/token-introspection+jwt",
        )),
        _ => Ok(()),
    },
};
