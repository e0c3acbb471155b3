//! `claims_locales`: languages that claims are wanted in, best first. OpenID Connect Core §5.2. An unknown one never fails
//! a request.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

const MOST: usize = 8;

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let locales = draft.parameters.single("claims_locales")?.unwrap_or_default();
    request.claims.locales = locales.split(' ').filter_map(|tag| tag.parse().ok()).take(MOST).collect();
    Ok(())
}
