//! `state` comes back as it was sent: RFC 6749 §4.1.1. It is opaque, so only its length is looked at.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

const LONGEST: usize = 2048;

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let state = draft.parameters.single("state")?;
    if state.is_some_and(|state| state.len() > LONGEST) {
        return Err(OAuthError::invalid_request("state is longer than 2048 bytes"));
    }
    request.state = state.map(str::to_owned);
    Ok(())
}
