//! The registered resource servers, cached whole: a second's staleness after a change while invalidation messages arrive,
//! five seconds without them.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;

use crate::domain::client::Localised;
use crate::domain::resource::{ResourceRegistry, ResourceServer, ScopeTerms};
use crate::domain::scope::{Scope, ScopeSet};
use crate::domain::time::Timestamp;
use crate::storage::Invalidation;

use super::admin_api;
use super::{App, FlowError};

/// However many invalidation messages are lost, nothing is older.
const FRESH_FOR: Duration = Duration::from_secs(5);

/// What scopes open at one resource server, in the words that people are asked in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    pub name: Localised,
    pub rights: Vec<Localised>,
}

/// What `scopes` open, by resource server.
pub fn services(registry: &ResourceRegistry, scopes: &ScopeSet) -> Vec<Service> {
    let right = |(scope, terms): (&Scope, &ScopeTerms)| match terms.description.0.is_empty() {
        true => Localised::plain(scope.as_str()),
        false => terms.description.clone(),
    };
    let of = |server: &ResourceServer| Service {
        name: server.name.clone(),
        rights: server.scopes.iter().filter(|(scope, _)| scopes.contains(scope.as_str())).map(right).collect(),
    };
    let asked = registry.servers().filter(|server| server.is_active()).map(of);
    asked.filter(|service| !service.rights.is_empty()).collect()
}

#[derive(Debug, Default)]
pub struct ResourceServerCache(ArcSwapOption<Cached>);

#[derive(Debug)]
struct Cached {
    read_at: Timestamp,
    registry: Arc<ResourceRegistry>,
}

impl ResourceServerCache {
    /// Every resource server there is, from the cache or the identity store.
    pub async fn registry(&self, app: &App) -> Result<Arc<ResourceRegistry>, FlowError> {
        let now = app.clock.now();
        if let Some(cached) = &*self.0.load()
            && now.since(cached.read_at) < FRESH_FOR
        {
            return Ok(cached.registry.clone());
        }
        let stored = app.store.read().await?.resource_servers().all().await?;
        let registry = Arc::new(ResourceRegistry::new(stored.into_iter().chain([admin_api::resource(app.issuer())])));
        self.0.store(Some(Arc::new(Cached { read_at: now, registry: registry.clone() })));
        Ok(registry)
    }

    /// Forgets what has changed.
    pub fn invalidate(&self, changed: &Invalidation) {
        if matches!(changed, Invalidation::ResourceServers | Invalidation::Everything) {
            self.0.store(None);
        }
    }
}
