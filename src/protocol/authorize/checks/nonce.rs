//! `nonce` comes back in the ID token: OpenID Connect Core §3.1.2.1.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

const LONGEST: usize = 512;

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let nonce = draft.parameters.single("nonce")?;
    if nonce.is_some_and(|nonce| nonce.len() > LONGEST) {
        return Err(OAuthError::invalid_request("nonce is longer than 512 bytes"));
    }
    request.nonce = nonce.map(str::to_owned);
    Ok(())
}
