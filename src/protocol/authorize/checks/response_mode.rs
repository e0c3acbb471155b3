//! `response_mode`: Multiple Response Type Encoding Practices §2.1, OAuth 2.0 Form Post Response Mode §2.

use crate::domain::authorization::{AuthorizationRequest, ResponseMode};
use crate::protocol::OAuthError;
use crate::protocol::authorize::mode;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let asked = match draft.parameters.single("response_mode")? {
        None => request.response_type.default_mode(),
        Some(text) => text
            .parse()
            .map_err(|_| OAuthError::invalid_request("response_mode must be query, fragment or form_post"))?,
    };
    if asked == ResponseMode::Query && request.response_type.issues_tokens() {
        // What is in a query is in logs and in the Referer (§3 and §5 there).
        let told = format!("response_mode query is not possible with response_type {}", request.response_type.as_str());
        return Err(OAuthError::invalid_request(told));
    }
    if asked == ResponseMode::FormPost {
        mode::can_be_posted(&request.redirect_uri, request.state.as_deref()).map_err(OAuthError::invalid_request)?;
    }
    request.response_mode = asked;
    Ok(())
}
