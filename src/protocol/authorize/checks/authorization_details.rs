//! `authorization_details`: RFC 9396 §2. What they grant is told by the token endpoint alone (§7), so nothing else is answered
//! with them.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;
use crate::protocol::authorization_details::{GrantedBy, Registered, requested};

use super::{Context, Draft};

pub(super) fn check(
    draft: &Draft<'_>,
    context: &Context<'_>,
    request: &mut AuthorizationRequest,
) -> Result<(), OAuthError> {
    let registered = Registered { types: context.details_types, resources: context.registry };
    request.authorization_details = requested(draft.parameters, draft.client, registered, GrantedBy::Person)?;
    let told_by_the_token_endpoint =
        request.response_type.issues_code() && !request.response_type.issues_access_token();
    match request.authorization_details.is_empty() || told_by_the_token_endpoint {
        true => Ok(()),
        false => Err(OAuthError::invalid_request(
            "authorization_details need a response_type with a code and without an access token",
        )),
    }
}
