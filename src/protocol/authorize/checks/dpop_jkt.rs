//! `dpop_jkt`: the key that the code will be good with, and no other: RFC 9449 §10. Where there will be no code it would
//! promise what nobody keeps, and is refused.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::authorize::Channel;
use crate::protocol::{OAuthError, dpop};

use super::{Context, Draft};

pub(super) fn check(
    draft: &Draft<'_>,
    context: &Context<'_>,
    request: &mut AuthorizationRequest,
) -> Result<(), OAuthError> {
    let Some(thumbprint) = draft.parameters.single("dpop_jkt")? else { return Ok(()) };
    if context.channel == Channel::Direct {
        let told = "dpop_jkt binds nothing here: the key is proven when the tokens are fetched";
        return Err(OAuthError::invalid_request(told));
    }
    request.dpop_jkt = Some(dpop::read_jkt(thumbprint)?);
    Ok(())
}
