//! `response_mode`: OAuth 2.0 Multiple Response Type Encoding Practices §2.1.

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::authorization::ResponseMode;
use crate::protocol::OAuthError;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    request.response_mode = match draft.parameters.single("response_mode")? {
        None | Some("query") => ResponseMode::Query,
        Some(_) => return Err(OAuthError::invalid_request("response_mode must be query")),
    };
    Ok(())
}
