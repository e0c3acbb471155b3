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
        let mut reading = store.read().await?;
        let registry = ResourceRegistry::new(reading.resource_servers().all().await?);
        let details_types = reading.details_types().list().await?;
        Ok(Self { registry, details_types: details_types.into_iter().map(|stored| stored.details_type.name).collect() })
    }
}
