//! `resource`: RFC 8707 §2.1.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;
use crate::protocol::resource_indicators::{Held, read};

use super::{Context, Draft};

pub(super) fn check(
    draft: &Draft<'_>,
    context: &Context<'_>,
    request: &mut AuthorizationRequest,
) -> Result<(), OAuthError> {
    let named = read(draft.parameters)?;
    let asked = Held { resources: &[], scope: &request.scope, authorization_details: &request.authorization_details };
    request.resources = context.reach(draft.client).wanted(&named, asked)?;
    Ok(())
}
