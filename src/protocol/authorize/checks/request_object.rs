//! Request objects are refused by name, never silently ignored: OpenID Connect Core §6.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, _: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    if draft.parameters.is_present("request") {
        return Err(OAuthError::request_not_supported("request objects are not supported"));
    }
    if draft.parameters.is_present("request_uri") {
        return Err(OAuthError::request_uri_not_supported("request_uri is not supported"));
    }
    Ok(())
}
