//! What there is to be registered for: the resource servers, and the types of authorization details.

use std::collections::BTreeSet;

use crate::domain::resource::ResourceRegistry;
use crate::storage::{self, Store};

#[derive(Debug)]
pub struct Known {
    pub registry: ResourceRegistry,
    pub details_types: BTreeSet<String>,
}

impl Known {
    /// As it is now: whoever registers something does so seldom enough for that.
    pub async fn load(store: &Store) -> Result<Self, storage::Error> {
        let registry = ResourceRegistry::new(store.read().await?.resource_servers().all().await?);
        let details_types =
            registry.servers().flat_map(|server| server.authorization_details_types.iter().cloned()).collect();
        Ok(Self { registry, details_types })
    }
}
