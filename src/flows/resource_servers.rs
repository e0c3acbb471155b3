//! The registered resource servers, cached whole: a second's staleness after a change while invalidation messages arrive,
//! five seconds without them.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwapOption;

use crate::domain::resource::ResourceRegistry;
use crate::domain::time::Timestamp;
use crate::storage::Invalidation;

use super::{App, FlowError};

/// However many invalidation messages are lost, nothing is older.
const FRESH_FOR: Duration = Duration::from_secs(5);

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
        let registry = Arc::new(ResourceRegistry::new(stored));
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
