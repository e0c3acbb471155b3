//! `id_token_hint`: only the person of that ID token may answer. OpenID Connect Core §3.1.2.1.

use crate::domain::authorization::AuthorizationRequest;
use crate::protocol::OAuthError;
use crate::protocol::id_token;

use super::{Context, Draft};

pub(super) fn check(
    draft: &Draft<'_>,
    context: &Context<'_>,
    request: &mut AuthorizationRequest,
) -> Result<(), OAuthError> {
    let Some(hint) = draft.parameters.single("id_token_hint")? else {
        return Ok(());
    };
    let hint = id_token::verify_hint(hint, context.issuer, context.keys, context.now)
        .ok_or_else(|| OAuthError::invalid_request("id_token_hint is not an ID token of this issuer"))?;
    if hint.client != draft.client.id {
        return Err(OAuthError::invalid_request("id_token_hint was issued to another client"));
    }
    request.hinted_subject = Some(hint.subject);
    Ok(())
}
