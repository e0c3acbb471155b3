//! `organisation_hint` names the organisation that the person is expected to act for, by its code (`vn-mst:0100109106`). Like
//! `login_hint` it never fails a request: they choose.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let hint = draft.parameters.single("organisation_hint")?;
    request.organisation_hint = hint.and_then(|hint| hint.parse().ok());
    Ok(())
}
