//! `dpop_jkt`: the key that the code will be good with, and no other: RFC 9449 §10.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::{OAuthError, dpop};

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    request.dpop_jkt = draft.parameters.single("dpop_jkt")?.map(dpop::read_jkt).transpose()?;
    Ok(())
}
