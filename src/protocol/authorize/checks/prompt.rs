//! `prompt`: OpenID Connect Core §3.1.2.1; `create`: Initiating User Registration via OpenID Connect 1.0.

use crate::domain::authorization::AuthorizationRequest;
use crate::domain::authorization::PromptSet;
use crate::protocol::OAuthError;

use super::{Context, Draft};

pub(super) fn check(draft: &Draft<'_>, _: &Context<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let mut prompt = PromptSet::default();
    for value in draft.parameters.single("prompt")?.unwrap_or_default().split(' ').filter(|value| !value.is_empty()) {
        match value {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            "create" => prompt.create = true,
            _ => {
                let told = "prompt must be of none, login, consent, select_account, create";
                return Err(OAuthError::invalid_request(told));
            }
        }
    }
    if prompt.none && (prompt.login || prompt.consent || prompt.select_account || prompt.create) {
        return Err(OAuthError::invalid_request("prompt none stands alone"));
    }
    request.prompt = prompt;
    Ok(())
}
