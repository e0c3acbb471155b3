//! All resource servers together: whose each scope is.

use std::collections::{BTreeMap, BTreeSet};

use super::{ResourceId, ResourceServer};
use crate::domain::ids::ClientId;
use crate::domain::scope::{Scope, ScopeSet};

/// Every registered resource server, those that are disabled too.
#[derive(Clone, Debug, Default)]
pub struct ResourceRegistry {
    servers: BTreeMap<ResourceId, ResourceServer>,
    scopes: BTreeMap<Scope, ResourceId>,
    sensitive: ScopeSet,
}

impl ResourceRegistry {
    pub fn new(servers: impl IntoIterator<Item = ResourceServer>) -> Self {
        let servers: BTreeMap<_, _> = servers.into_iter().map(|server| (server.id.clone(), server)).collect();
        let owned = |server: &ResourceServer| {
            let id = server.id.clone();
            server.scopes.keys().cloned().map(move |scope| (scope, id.clone())).collect::<Vec<_>>()
        };
        let scopes = servers.values().flat_map(owned).collect();
        let terms = servers.values().flat_map(|server| &server.scopes);
        let sensitive = terms.filter(|(_, terms)| terms.sensitive).map(|(scope, _)| scope.clone()).collect();
        Self { servers, scopes, sensitive }
    }

    /// The scopes that are marked sensitive.
    pub const fn sensitive(&self) -> &ScopeSet {
        &self.sensitive
    }

    /// Whose these scopes and types of authorization details are: what a client that may ask for them is registered for.
    pub fn owners(&self, scopes: &ScopeSet, details_types: &BTreeSet<String>) -> BTreeSet<ResourceId> {
        let of_scopes = scopes.iter().filter_map(|scope| self.owner(scope));
        let of_types = details_types.iter().flat_map(|kind| self.understanding(kind));
        of_scopes.chain(of_types).map(|server| server.id.clone()).collect()
    }

    pub fn servers(&self) -> impl Iterator<Item = &ResourceServer> {
        self.servers.values()
    }

    pub fn find(&self, id: &ResourceId) -> Option<&ResourceServer> {
        self.servers.get(id)
    }

    /// Unless it is disabled.
    pub fn active(&self, id: &ResourceId) -> Option<&ResourceServer> {
        self.find(id).filter(|server| server.is_active())
    }

    /// Whose `scope` is.
    pub fn owner(&self, scope: &Scope) -> Option<&ResourceServer> {
        self.find(self.scopes.get(scope)?)
    }

    /// Those that understand authorization details of this type (RFC 9396 §2).
    pub fn understanding(&self, details_type: &str) -> impl Iterator<Item = &ResourceServer> {
        self.servers().filter(move |server| server.authorization_details_types.contains(details_type))
    }

    /// The active ones that `client` asks about tokens for.
    pub fn introspected_by(&self, client: &ClientId) -> impl Iterator<Item = &ResourceServer> {
        self.servers().filter(move |server| server.is_active() && server.introspected_by.contains(client))
    }
}
