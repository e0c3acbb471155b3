//! A request object that is refused, or that the client promised and that is missing: OpenID Connect Core §6, RFC 9101 §10.5.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;
use crate::protocol::authorize::Object;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, _: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    match draft.object {
        Object::Refused(refusal) => Err(refusal.clone()),
        // Otherwise whoever changes a request on its way would only have to leave the signature out.
        Object::Absent if draft.client.request_objects.required => {
            Err(OAuthError::invalid_request("request or request_uri is missing: this client's requests are signed"))
        }
        Object::Absent | Object::Read(_) => Ok(()),
    }
}
