//! A client whose requests are pushed sends no other: RFC 9126 §5 and §6 (`require_pushed_authorization_requests`).

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;
use crate::protocol::authorize::Channel;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, context: &Context<'_>, _: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    match context.channel {
        Channel::Browser if draft.client.policy.pushed_requests_required => {
            Err(OAuthError::invalid_request("request_uri is missing: this client's requests are pushed"))
        }
        Channel::Browser | Channel::Pushed | Channel::Direct => Ok(()),
    }
}
