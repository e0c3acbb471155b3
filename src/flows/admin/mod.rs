//! What operators do, from the command line today and from a console later: one use case a file. Each writes its audit
//! event in the transaction of its change.

pub mod add_citizen;
pub mod authenticator_metadata;
pub mod change_status;
pub mod citizen_aliases;
pub mod corrections;
pub mod create_client;
pub mod deliveries;
pub mod details_types;
pub mod disclosures;
pub mod duplicates;
mod error;
mod evict;
pub mod exchange_rules;
pub mod find_citizen;
pub mod further;
pub mod guardians;
pub mod import;
pub mod index_key;
pub mod issue_code;
pub mod key_changes;
pub mod linked_accounts;
pub mod list_citizens;
pub mod messages;
pub mod new_master_key;
pub mod organisations;
pub mod particulars;
pub mod proposals;
pub mod prove_identity;
pub mod read_audit;
pub mod registered_clients;
pub mod registration_tokens;
pub mod registry;
pub mod release;
pub mod renumber_citizen;
pub mod resource_servers;
pub mod rotate_keys;
pub mod schema;
pub mod show_citizen;
pub mod streams;
pub mod transfer;
pub mod trust;
pub mod update_client;

use std::sync::Arc;

use crate::config::Settings;
use crate::credentials::password::HasherSettings;
use crate::crypto::master_key::MasterKeys;
use crate::crypto::seal::KeyEncryptionKeys;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::random::Random;
use crate::domain::resource::ResourceRegistry;
use crate::domain::time::Clock;
use crate::{sessions, storage};

use super::audit::EventBuilder;
use super::notices::Post;

pub use error::{AdminError, Fault};

/// Someone who administers, and what they work with.
#[derive(Debug)]
pub struct Administrator {
    pub actor: Actor,
    pub settings: Arc<Settings>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub store: storage::Store,
    /// The short-lived store, where another process can reach it: on Redis, not inside a running server.
    pub sessions: Option<sessions::Store>,
    /// What a new password's hash costs, on threads that are started when one is made.
    pub hashing: HasherSettings,
    pub masters: MasterKeys,
    /// Seals the server's own keys.
    pub sealing: Arc<KeyEncryptionKeys>,
}

impl Administrator {
    /// Every resource server there is.
    pub async fn registry(&self) -> Result<ResourceRegistry, AdminError> {
        Ok(ResourceRegistry::new(self.store.read().await?.resource_servers().all().await?))
    }

    /// What citizens are told with of what they do.
    pub(super) fn post(&self) -> Post<'_> {
        Post { settings: &self.settings, random: &*self.random, now: self.clock.now() }
    }

    /// An event of theirs, to be filled in.
    pub fn event(&self, kind: EventKind) -> EventBuilder {
        EventBuilder::new(self.clock.now(), &*self.random, kind, Outcome::Success).by(self.actor.clone())
    }
}
