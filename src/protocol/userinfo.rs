//! Userinfo: OpenID Connect Core §5.3. What each scope releases is the table in `domain::claims`.

use serde_json::{Map, Value};

use crate::domain::claims_request::GrantedClaims;
use crate::domain::scope::ScopeSet;
use crate::protocol::claims::Gate;
use crate::protocol::{OAuthError, claims};

/// The answer under `scope` and what was `granted` beside it, as far as it goes through the `gate`, with the `sub` that this
/// client knows the citizen by.
///
/// # Errors
/// `insufficient_scope` where the token was not granted `openid`.
pub fn answer(
    gate: &Gate<'_>,
    subject: &str,
    scope: &ScopeSet,
    granted: &GrantedClaims,
) -> Result<Map<String, Value>, OAuthError> {
    if !scope.contains("openid") {
        return Err(OAuthError::insufficient_scope("the scope openid is needed"));
    }
    let mut answer = claims::at_userinfo(gate, scope, granted);
    answer.insert("sub".to_owned(), subject.into());
    Ok(answer)
}
