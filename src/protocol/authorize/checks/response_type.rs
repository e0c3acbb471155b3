//! `response_type`: RFC 6749 §3.1.1. Only the code flow is offered.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, _: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    match draft.parameters.required("response_type")? {
        "code" => Ok(()),
        _ => Err(OAuthError::unsupported_response_type("response_type must be code")),
    }
}
