//! Clients, cached: a second's staleness after a change while invalidation messages arrive, five seconds without them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;

use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::time::Timestamp;
use crate::storage::Invalidation;

use super::{App, FlowError};

/// As many as a country has portals.
const CAPACITY: usize = 10_000;
/// However many invalidation messages are lost, nothing is older.
const FRESH_FOR: Duration = Duration::from_secs(5);

pub struct ClientCache(Cache<ClientId, (Timestamp, Arc<Client>)>);

impl ClientCache {
    /// The client, from the cache or the identity store. That nobody has this id is not cached.
    pub async fn find(&self, app: &App, id: &ClientId) -> Result<Option<Arc<Client>>, FlowError> {
        let now = app.clock.now();
        if let Some((read_at, client)) = self.0.get(id)
            && now.since(read_at) < FRESH_FOR
        {
            return Ok(Some(client));
        }
        let Some(stored) = app.store.read().await?.clients().find(id).await? else {
            self.0.remove(id);
            return Ok(None);
        };
        let client = Arc::new(stored.client);
        self.0.insert(id.clone(), (now, client.clone()));
        Ok(Some(client))
    }

    /// The client that something of ours names, which therefore exists.
    pub async fn load(&self, app: &App, id: &ClientId) -> Result<Arc<Client>, FlowError> {
        let found = self.find(app, id).await?;
        found.ok_or_else(|| FlowError::failed(format!("client {id} is gone")))
    }

    /// Drops what has changed.
    pub fn invalidate(&self, changed: &Invalidation) {
        match changed {
            Invalidation::Client(id) => {
                self.0.remove(id);
            }
            Invalidation::Everything => self.0.clear(),
            Invalidation::DetailsTypes | Invalidation::Keys | Invalidation::ResourceServers => {}
        }
    }
}

impl Default for ClientCache {
    fn default() -> Self {
        Self(Cache::new(CAPACITY))
    }
}

impl fmt::Debug for ClientCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCache({})", self.0.len())
    }
}
