//! Clients, cached: a second's staleness after a change while invalidation messages arrive, five seconds without them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use quick_cache::sync::Cache;

use crate::domain::client::{Client, Kind};
use crate::domain::ids::ClientId;
use crate::domain::time::Timestamp;
use crate::storage::Invalidation;

use super::metrics::{Caller, note_caller};
use super::{App, FlowError};

/// As many as a country has portals.
const CAPACITY: usize = 10_000;
/// However many invalidation messages are lost, nothing is older.
const FRESH_FOR: Duration = Duration::from_secs(5);

pub struct ClientCache(Cache<ClientId, (Timestamp, Arc<Client>)>);

impl ClientCache {
    /// The client as requests see it, from the cache or the identity store. That nobody has this id is not cached.
    pub async fn find(&self, app: &App, id: &ClientId) -> Result<Option<Arc<Client>>, FlowError> {
        let now = app.clock.now();
        if let Some((read_at, client)) = self.0.get(id)
            && now.since(read_at) < FRESH_FOR
        {
            note_caller(Caller::Client(Kind::of(&client)));
            return Ok(Some(client));
        }
        let stored = app.store.read().await?.clients().find(id).await?;
        // In a sandbox there is no portal that citizens use, whoever registers one.
        let Some(stored) = stored.filter(|stored| app.mode.serves(stored.client.stage)) else {
            self.0.remove(id);
            return Ok(None);
        };
        let client = Arc::new(as_requests_see_it(app, stored.client).await?);
        self.0.insert(id.clone(), (now, client.clone()));
        note_caller(Caller::Client(Kind::of(&client)));
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
            // Which scopes are sensitive may have changed.
            Invalidation::Everything | Invalidation::ResourceServers => self.0.clear(),
            Invalidation::DetailsTypes | Invalidation::Keys => {}
        }
    }
}

/// The client without the scopes that its policy is not enough for, whether they or the demand were there first, and without
/// those that release nothing which it is approved for: wherever a request is decided, it has them not, so that no flow has to
/// think of it.
async fn as_requests_see_it(app: &App, mut client: Client) -> Result<Client, FlowError> {
    let registry = app.resource_servers.registry(app).await?;
    client.scopes = client.release.served(&app.sensitive(&registry).allowed(&client));
    Ok(client)
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
