//! No parameter is given more than once: RFC 6749 §3.1. Which of two values someone else reads is not ours to guess.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, _: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    match draft.parameters.repeated() {
        Some(name) => Err(OAuthError::invalid_request(format!("{name} is given more than once"))),
        None => Ok(()),
    }
}
