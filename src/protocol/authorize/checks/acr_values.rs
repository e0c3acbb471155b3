//! `acr_values`: a wish, best first. OpenID Connect Core §3.1.2.1. As a voluntary claim it never fails a request. Where a
//! request has none, those hold that the client registered (`default_acr_values`, Registration §2).

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;

use super::{Context, Draft};

const MOST: usize = 16;

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let plausible = |value: &&str| (1..=256).contains(&value.len());
    request.acr_values = match draft.parameters.single("acr_values")? {
        Some(values) => values.split(' ').filter(plausible).take(MOST).map(str::to_owned).collect(),
        None => draft.client.request_defaults.acr_values.clone(),
    };
    Ok(())
}
