//! Refreshing: RFC 6749 §6, with rotation and reuse detection (RFC 9700 §4.14.2).

use crate::domain::authorization_details::AuthorizationDetails;
use crate::domain::grant::Grant;
use crate::domain::scope::ScopeSet;
use crate::domain::secret::SecretString;
use crate::protocol::parameters::Parameters;
use crate::protocol::{OAuthError, authorization_details};

/// What the form of this grant carries.
#[derive(Debug)]
pub struct RefreshRequest {
    pub token: SecretString,
    /// What is asked for now, if less than all.
    pub scope: Option<ScopeSet>,
    /// As the scope (RFC 9396 §6).
    pub authorization_details: Option<AuthorizationDetails>,
}

impl RefreshRequest {
    /// # Errors
    /// `invalid_request` where the token is missing, `invalid_scope` where the scope cannot be read,
    /// `invalid_authorization_details` where these cannot.
    pub fn read(form: &Parameters) -> Result<Self, OAuthError> {
        let scope = form.single("scope")?.map(str::parse).transpose();
        Ok(Self {
            token: SecretString::new(form.required("refresh_token")?),
            scope: scope.map_err(|_| OAuthError::invalid_scope("scope has a character that no scope may have"))?,
            authorization_details: authorization_details::part(form)?,
        })
    }
}

/// The scope of the tokens to issue: what was granted and the client still has, or the part of it that is asked for.
///
/// # Errors
/// `invalid_scope` where more is asked for than was granted: a refresh never widens (RFC 6749 §6).
pub fn narrow(grant: &Grant, allowed: &ScopeSet, asked: Option<&ScopeSet>) -> Result<ScopeSet, OAuthError> {
    let held = grant.scope.intersection(allowed);
    match asked {
        None => Ok(held),
        Some(asked) => match asked.difference(&held).iter().next() {
            None => Ok(asked.clone()),
            Some(scope) => Err(OAuthError::invalid_scope(format!("the scope {scope} was not granted"))),
        },
    }
}
