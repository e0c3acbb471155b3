//! `claims`: OpenID Connect Core §5.5. A claim that this client is not given is left out and fails nothing; an essential
//! `acr` that nothing built in can reach fails at once, before anybody is asked to sign in for it.

use crate::domain::assurance::AuthenticationLevel;
use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::{OAuthError, acr, claims};

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    if let Some(text) = draft.parameters.single("claims")? {
        request.claims = claims::parse(text)?.limited_to(&draft.client.scopes);
        acr::reached(request, AuthenticationLevel::ATTAINABLE)?;
    }
    Ok(())
}
