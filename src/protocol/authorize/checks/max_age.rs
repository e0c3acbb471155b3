//! `max_age`: OpenID Connect Core §3.1.2.1, in seconds; or else the one that the client registered as its default
//! (Registration §2).

use std::time::Duration;

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    request.max_age = match draft.parameters.single("max_age")? {
        None => draft.client.request_defaults.max_age,
        Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => {
            // More seconds than fit in 32 bits are no limit at all.
            Some(Duration::from_secs(text.parse::<u32>().unwrap_or(u32::MAX).into()))
        }
        Some(_) => return Err(OAuthError::invalid_request("max_age must be a number of seconds")),
    };
    Ok(())
}
