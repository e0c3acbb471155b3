//! Client credentials: RFC 6749 §4.4.

use crate::domain::claims;
use crate::domain::resource::ResourceId;
use crate::domain::scope::{Scope, ScopeSet};
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;
use crate::protocol::resource_indicators::Reach;

/// What the form of this grant carries.
#[derive(Debug)]
pub struct ClientCredentialsRequest {
    pub scope: Option<ScopeSet>,
}

impl ClientCredentialsRequest {
    /// # Errors
    /// `invalid_scope` where the scope cannot be read.
    pub fn read(form: &Parameters) -> Result<Self, OAuthError> {
        let scope = form.single("scope")?.map(str::parse).transpose();
        let scope = scope.map_err(|_| OAuthError::invalid_scope("scope has a character that no scope may have"))?;
        Ok(Self { scope })
    }
}

/// What the client's own tokens are good for: all that it is registered for and that is about nobody, of the resources
/// `named` where some are, or the part of it that is asked for.
///
/// # Errors
/// `unauthorized_client` for a public client, which has no credentials (§4.4); `invalid_scope` where it asks for what it may
/// not have, or for what only a person can grant.
pub fn allowed(reach: &Reach<'_>, asked: Option<ScopeSet>, named: &[ResourceId]) -> Result<ScopeSet, OAuthError> {
    let client = reach.client;
    if client.authentication.is_public() {
        return Err(OAuthError::unauthorized_client("a public client has no credentials to be granted anything for"));
    }
    let of_nobody = |scope: &Scope| !claims::is_known_scope(scope.as_str());
    let own = |scope: &Scope| claims::is_scope_of_clients(scope.as_str()) || reach.allows(scope) == Some(true);
    let held = client.scopes.iter().filter(|scope| of_nobody(scope) && own(scope));
    let held: ScopeSet = held.cloned().collect();
    let Some(asked) = asked else {
        let is_named = |scope: &&Scope| named.is_empty() || named.iter().any(|id| reach.is_scope_of(scope, id));
        return Ok(held.iter().filter(is_named).cloned().collect());
    };
    match asked.difference(&held).iter().next() {
        None => Ok(asked),
        Some(scope) if !of_nobody(scope) => {
            Err(OAuthError::invalid_scope(format!("the scope {scope} is about a person: nobody but they can grant it")))
        }
        Some(scope) => Err(OAuthError::invalid_scope(format!("this client is not registered for the scope {scope}"))),
    }
}
