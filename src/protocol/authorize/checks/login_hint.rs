//! `login_hint` fills the sign-in page's field: OpenID Connect Core §3.1.2.1. It never fails a request.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

const LONGEST: usize = 256;

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    request.login_hint = draft.parameters.single("login_hint")?.filter(|hint| hint.len() <= LONGEST).map(str::to_owned);
    Ok(())
}
