//! No parameter that means something here is given more than once: RFC 6749 §3.1. Which of two values someone else reads
//! is not ours to guess. What nobody knows is ignored, however often it comes; `resource` may come often (RFC 8707 §2).

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

/// Every parameter of the standards that a server here or behind us may read.
const KNOWN: &[&str] = &[
    // RFC 6749, RFC 7636, Multiple Response Type Encoding Practices.
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "response_mode",
    // OpenID Connect Core §3.1.2.1, §5.2, §5.5, §6, §7.2.1.
    "nonce",
    "display",
    "prompt",
    "max_age",
    "ui_locales",
    "claims_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "claims",
    "request",
    "request_uri",
    "registration",
    // In whose name.
    "organisation_hint",
    // RFC 9396 §2.
    "authorization_details",
];

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, _: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    match KNOWN.iter().find(|name| draft.parameters.count(name) > 1) {
        Some(name) => Err(OAuthError::invalid_request(format!("{name} is given more than once"))),
        None => Ok(()),
    }
}
