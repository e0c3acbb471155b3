//! `ui_locales`: languages the person prefers, best first. OpenID Connect Core §3.1.2.1. An unknown one never fails a request.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

const MOST: usize = 8;

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let locales = draft.parameters.single("ui_locales")?.unwrap_or_default();
    let plausible =
        |tag: &&str| (1..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    request.ui_locales = locales.split(' ').filter(plausible).take(MOST).map(str::to_owned).collect();
    Ok(())
}
