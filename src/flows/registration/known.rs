//! What there is to be registered for: the resource servers, and the types of authorization details.

use std::collections::BTreeSet;

use crate::domain::resource::{ResourceRegistry, ResourceServer};
use crate::flows::admin_api;
use crate::storage::{self, Store, StoredDetailsType, Transaction};

#[derive(Debug)]
pub struct Known {
    pub registry: ResourceRegistry,
    pub details_types: BTreeSet<String>,
}

impl Known {
    /// As it is now: whoever registers something does so seldom enough for that.
    pub async fn load(store: &Store, issuer: &str) -> Result<Self, storage::Error> {
        let mut reading = store.read().await?;
        let servers = reading.resource_servers().all().await?;
        Ok(Self::of(servers, reading.details_types().list().await?, issuer))
    }

    /// As it is within a transaction, under which nobody else changes it.
    pub async fn within(tx: &mut Transaction, issuer: &str) -> Result<Self, storage::Error> {
        let servers = tx.resource_servers().all().await?;
        Ok(Self::of(servers, tx.details_types().list().await?, issuer))
    }

    fn of(servers: Vec<ResourceServer>, types: Vec<StoredDetailsType>, issuer: &str) -> Self {
        let details_types = types.into_iter().map(|stored| stored.details_type.name).collect();
        Self {
            registry: ResourceRegistry::new(servers.into_iter().chain([admin_api::resource(issuer)])),
            details_types,
        }
    }
}
