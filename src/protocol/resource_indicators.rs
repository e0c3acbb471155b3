//! Resource indicators: RFC 8707. Whom a token is for decides what it can be good for: a token carries the scopes of the
//! resource servers that it is for, and no others (§3).
//!
//! This server is a resource like others, by its issuer identifier: its scopes are those of OpenID Connect, its resource is
//! userinfo. Where no resource is named, a token is for whomever its scopes belong to.

use std::collections::BTreeSet;

use crate::domain::authorization_details::{AuthorizationDetail, AuthorizationDetails};
use crate::domain::claims;
use crate::domain::client::Client;
use crate::domain::resource::{ResourceId, ResourceRegistry};
use crate::domain::scope::{Scope, ScopeSet};
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

/// More than any request has a use for.
const MOST: usize = 16;

/// The values of `resource`, each once, in the order of the request.
///
/// # Errors
/// `invalid_target` for one that is no resource indicator, and for more than 16.
pub fn read(parameters: &Parameters) -> Result<Vec<ResourceId>, OAuthError> {
    let mut named: Vec<ResourceId> = Vec::new();
    for value in parameters.all("resource") {
        let id = value.parse().map_err(|fault| OAuthError::invalid_target(format!("resource: {fault}")))?;
        if !named.contains(&id) {
            named.push(id);
        }
    }
    match named.len() > MOST {
        true => Err(OAuthError::invalid_target(format!("resource is given more than {MOST} times"))),
        false => Ok(named),
    }
}

/// What a client may have tokens for: this server, and the resource servers that are active and that it is registered for.
#[derive(Clone, Copy, Debug)]
pub struct Reach<'a> {
    pub issuer: &'a str,
    pub registry: &'a ResourceRegistry,
    pub client: &'a Client,
}

/// What was granted, or is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// This server alone where none is named.
    pub resources: &'a [ResourceId],
    pub scope: &'a ScopeSet,
    pub authorization_details: &'a AuthorizationDetails,
}

/// Whom a token is for, and what it is good for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub audience: Vec<ResourceId>,
    pub scope: ScopeSet,
    pub authorization_details: AuthorizationDetails,
}

impl Reach<'_> {
    /// Whether the client may ask for `scope` at all: it is registered for it, and for the resource server that it belongs
    /// to. `None` for a scope that nobody defines, or whose resource server is disabled.
    pub fn allows(&self, scope: &Scope) -> Option<bool> {
        let registered = self.client.scopes.contains(scope.as_str());
        if claims::is_known_scope(scope.as_str()) {
            return Some(registered);
        }
        let owner = self.registry.owner(scope).filter(|owner| owner.is_active())?;
        Some(registered && self.client.resources.contains(&owner.id))
    }

    /// What a request is for that names these resources and asks for that; its own `resources` do not count. Nothing where
    /// that is this server alone.
    ///
    /// # Errors
    /// `invalid_target` for a resource that the client may have no tokens for, or of which nothing is asked for;
    /// `invalid_scope` for a scope of none of those that are named.
    pub fn wanted(&self, named: &[ResourceId], asked: Held<'_>) -> Result<Vec<ResourceId>, OAuthError> {
        let owners = self.owners(asked);
        if named.is_empty() {
            let issuer = self.issuer();
            return Ok(match owners.iter().all(|owner| *owner == issuer) {
                true => Vec::new(),
                false => owners.into_iter().collect(),
            });
        }
        for id in named {
            if !self.includes(id) {
                return Err(OAuthError::invalid_target(format!("this client is not registered for the resource {id}")));
            }
        }
        // The scopes of OpenID Connect go along: they say what the ID token is to tell.
        for scope in asked.scope.iter().filter(|scope| !claims::is_known_scope(scope.as_str())) {
            if !named.iter().any(|id| self.is_scope_of(scope, id)) {
                let told = format!("the scope {scope} belongs to none of the resources that are asked for");
                return Err(OAuthError::invalid_scope(told));
            }
        }
        for detail in asked.authorization_details.iter() {
            if !named.iter().any(|id| self.is_detail_of(detail, id)) {
                let told =
                    format!("no resource that is asked for knows authorization_details of the type {}", detail.kind);
                return Err(OAuthError::invalid_target(told));
            }
        }
        match named.iter().find(|id| !owners.contains(*id)) {
            Some(id) => Err(nothing_of(id)),
            None => Ok(named.to_vec()),
        }
    }

    /// Whom a token is for that is issued of what is `held`: of the resources `named`, or of all where none is. What the
    /// client or the registry has lost since is left out.
    ///
    /// # Errors
    /// `invalid_target` for a resource that was not granted, that the client may have no tokens for any more, or of which
    /// nothing is left.
    pub fn narrow(&self, held: Held<'_>, named: &[ResourceId]) -> Result<Target, OAuthError> {
        let issuer = self.issuer();
        let granted = match held.resources {
            [] => std::slice::from_ref(&issuer),
            granted => granted,
        };
        for id in named {
            if !granted.contains(id) {
                return Err(OAuthError::invalid_target(format!("the resource {id} was not granted")));
            }
            if !self.includes(id) {
                let told = format!("this client is not registered for the resource {id} any more");
                return Err(OAuthError::invalid_target(told));
            }
        }
        let wanted = if named.is_empty() { granted } else { named };
        let wanted: Vec<&ResourceId> = wanted.iter().filter(|id| self.includes(id)).collect();
        let scope_of = |id: &ResourceId, scope: &&Scope| self.is_scope_of(scope, id);
        let detail_of = |id: &ResourceId, detail: &&AuthorizationDetail| self.is_detail_of(detail, id);
        let is_left = |id: &ResourceId| {
            held.scope.iter().any(|scope| scope_of(id, &scope))
                || held.authorization_details.iter().any(|detail| detail_of(id, &detail))
        };
        if let Some(id) = named.iter().find(|id| !is_left(id)) {
            return Err(nothing_of(id));
        }
        let mut audience: Vec<ResourceId> = wanted.iter().filter(|id| is_left(id)).map(|id| (*id).clone()).collect();
        if audience.is_empty() {
            // A token of this server's own may be good for nothing in particular.
            if !held.resources.is_empty() {
                return Err(OAuthError::invalid_target("nothing that was granted is left of any resource"));
            }
            audience.push(issuer.clone());
        }
        let scope = held.scope.iter().filter(|scope| audience.iter().any(|id| scope_of(id, scope))).cloned().collect();
        let details = held.authorization_details.iter();
        let details = details.filter(|detail| audience.iter().any(|id| detail_of(id, detail))).cloned().collect();
        Ok(Target { audience, scope, authorization_details: AuthorizationDetails(details) })
    }

    fn issuer(&self) -> ResourceId {
        ResourceId::of_issuer(self.issuer)
    }

    /// Whether the client may have tokens for it.
    fn includes(&self, id: &ResourceId) -> bool {
        id.as_str() == self.issuer || self.client.resources.contains(id) && self.registry.active(id).is_some()
    }

    /// Whether `scope` belongs to the resource.
    pub fn is_scope_of(&self, scope: &Scope, id: &ResourceId) -> bool {
        match id.as_str() == self.issuer {
            true => claims::is_known_scope(scope.as_str()) || claims::is_scope_of_clients(scope.as_str()),
            false => self.registry.owner(scope).is_some_and(|owner| owner.id == *id),
        }
    }

    /// A type that no resource server says it understands is this server's own affair.
    fn is_detail_of(&self, detail: &AuthorizationDetail, id: &ResourceId) -> bool {
        let mut understanding = self.registry.understanding(&detail.kind);
        match id.as_str() == self.issuer {
            true => understanding.next().is_none(),
            false => understanding.any(|server| server.id == *id) && detail.is_for(id),
        }
    }

    /// Whom what is asked for belongs to, as far as the client may have tokens for them.
    fn owners(&self, asked: Held<'_>) -> BTreeSet<ResourceId> {
        let mut owners = BTreeSet::new();
        for scope in asked.scope.iter() {
            match self.is_scope_of(scope, &self.issuer()) {
                true => owners.insert(self.issuer()),
                false => self.registry.owner(scope).is_some_and(|owner| owners.insert(owner.id.clone())),
            };
        }
        for detail in asked.authorization_details.iter() {
            let before = owners.len();
            let understanding = self.registry.understanding(&detail.kind).filter(|server| detail.is_for(&server.id));
            owners.extend(understanding.map(|server| server.id.clone()));
            if owners.len() == before && self.is_detail_of(detail, &self.issuer()) {
                owners.insert(self.issuer());
            }
        }
        owners.retain(|id| self.includes(id));
        owners
    }
}

fn nothing_of(id: &ResourceId) -> OAuthError {
    OAuthError::invalid_target(format!(
        "nothing of the resource {id} is asked for, or was granted: name a scope of its own"
    ))
}

#[cfg(test)]
#[path = "resource_indicators_tests.rs"]
mod tests;
