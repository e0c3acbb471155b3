//! `code_challenge`: RFC 7636 §4.3; demanded of public clients and of those whose policy says so (RFC 9700 §2.1.1),
//! wherever a code is issued.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;
use crate::protocol::pkce;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let parameters = draft.parameters;
    request.code_challenge =
        pkce::challenge(parameters.single("code_challenge")?, parameters.single("code_challenge_method")?)?;
    let demanded = request.response_type.issues_code() && draft.client.requires_pkce();
    if request.code_challenge.is_none() && demanded {
        return Err(OAuthError::invalid_request("code_challenge is missing: this client must use PKCE with S256"));
    }
    Ok(())
}
