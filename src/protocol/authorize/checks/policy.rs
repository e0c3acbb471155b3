//! What the client's policy demands of the request as a whole: the last rule, because it looks at what the others found.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;
use crate::protocol::authorize::Object;
use crate::protocol::policy::{Moment, Policy};

use super::{Context, Draft};

pub(super) fn check(
    draft: &Draft<'_>,
    context: &Context<'_>,
    request: &mut AuthorizationRequest,
) -> Result<(), OAuthError> {
    let object = match draft.object {
        Object::Read(object) => Some(object),
        Object::Absent | Object::Refused(_) => None,
    };
    let moment = Moment::AuthorizationRequest { request, channel: context.channel, object };
    Policy::of(context.policies, draft.client).hold(&moment)
}
