//! `response_mode`: Multiple Response Type Encoding Practices §2.1, OAuth 2.0 Form Post Response Mode §2, JWT Secured
//! Authorization Response Mode (JARM) §2.3.

use crate::domain::authorization::{AuthorizationRequest, ResponseMode};
use crate::protocol::OAuthError;
use crate::protocol::authorize::mode;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let default = request.response_type.default_mode();
    let asked = match draft.parameters.single("response_mode")? {
        None => default,
        Some(text) => ResponseMode::asked(text, default).map_err(|_| {
            OAuthError::invalid_request(
                "response_mode must be query, fragment, form_post, jwt, query.jwt, fragment.jwt or form_post.jwt",
            )
        })?,
    };
    if request.response_type.issues_tokens() && !mode::hides_tokens(asked, draft.client) {
        // What is in a query is in logs and in the Referer (§3 and §5 there).
        let unless = if asked.is_jwt() { " unless authorization_encrypted_response_alg is registered" } else { "" };
        let response_type = request.response_type.as_str();
        let told =
            format!("response_mode {} is not possible with response_type {response_type}{unless}", asked.as_str());
        return Err(OAuthError::invalid_request(told));
    }
    mode::can_travel(asked, &request.redirect_uri, request.state.as_deref()).map_err(OAuthError::invalid_request)?;
    request.response_mode = asked;
    Ok(())
}
