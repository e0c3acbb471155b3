//! `nonce` comes back in the ID token: OpenID Connect Core §3.1.2.1. Where that comes through the browser, it is all that
//! binds the token to the session that asked, so it must be there (§3.2.2.1, §3.3.2.11).

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

const LONGEST: usize = 512;

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let nonce = draft.parameters.single("nonce")?;
    if nonce.is_some_and(|nonce| nonce.len() > LONGEST) {
        return Err(OAuthError::invalid_request("nonce is longer than 512 bytes"));
    }
    if nonce.is_none() && request.response_type.issues_id_token() {
        let told = format!("nonce is missing: response_type {} needs one", request.response_type.as_str());
        return Err(OAuthError::invalid_request(told));
    }
    request.nonce = nonce.map(str::to_owned);
    Ok(())
}
