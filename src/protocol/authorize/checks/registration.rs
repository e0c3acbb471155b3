//! `registration` describes a client that nobody registered (Core §7.2.1): refused by name, never silently ignored.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, _: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    match draft.parameters.is_present("registration") {
        true => Err(OAuthError::registration_not_supported("the registration parameter is not supported")),
        false => Ok(()),
    }
}
