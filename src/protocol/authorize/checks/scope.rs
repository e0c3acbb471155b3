//! `scope`: RFC 6749 §3.3, OpenID Connect Core §3.1.2.1.
//!
//! A scope that nobody defines here is ignored, as Core asks, and so is one of a resource server that is disabled: people go
//! on signing in. One that is defined but not registered for this client is refused by its name, so that its developer
//! learns what is missing. Without `openid` it is OAuth 2.0 alone: nobody is told who signed in.

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::scope::ScopeSet;
use crate::protocol::OAuthError;

use super::{Context, Draft};

pub(super) fn check(
    draft: &Draft<'_>,
    context: &Context<'_>,
    request: &mut AuthorizationRequest,
) -> Result<(), OAuthError> {
    let asked = draft.parameters.single("scope")?.unwrap_or_default();
    let asked: ScopeSet =
        asked.parse().map_err(|_| OAuthError::invalid_scope("scope has a character that no scope may have"))?;
    // A client that is registered without it speaks OAuth 2.0 alone; of any other it was forgotten.
    let signs_in = draft.client.scopes.contains("openid") || request.response_type.issues_id_token();
    if signs_in && !asked.contains("openid") {
        return Err(OAuthError::invalid_scope("scope must contain openid"));
    }
    // First: of what its policy is not enough for, it seems to be registered for nothing.
    context.sensitive().hold(draft.client, &asked)?;
    let reach = context.reach(draft.client);
    let mut known = Vec::new();
    for scope in asked.iter() {
        match reach.allows(scope) {
            None => {}
            Some(true) => known.push(scope.clone()),
            Some(false) => {
                return Err(OAuthError::invalid_scope(format!("the scope {scope} is not registered for this client")));
            }
        }
    }
    if known.is_empty() && !draft.parameters.is_present("authorization_details") {
        return Err(OAuthError::invalid_scope("scope is missing, or names nothing that is known here"));
    }
    let known: ScopeSet = known.into_iter().collect();
    request.scope = match request.response_type.issues_code() {
        true => known,
        // A refresh token comes with a code and with nothing else, so there is nothing to grant (Core §11).
        false => known.iter().filter(|scope| scope.as_str() != "offline_access").cloned().collect(),
    };
    Ok(())
}
