//! What administrators do, from the command line, from pages and through the API: one use case a file. Each asks first whether whoever
//! acts may do it ([`Administrator::may`]; a test reads every file for that) and writes its audit event in the transaction of its
//! change. The door is [`entry`]; whoever is the first comes in by [`bootstrap`].

pub mod access;
pub mod add_citizen;
pub mod approvals;
pub mod audit;
pub mod authenticator_metadata;
pub mod bootstrap;
pub mod break_glass;
pub mod change_status;
pub mod citizen_aliases;
pub mod corrections;
pub mod create_client;
pub mod deliveries;
pub mod details_types;
pub mod disclosures;
pub mod duplicates;
pub mod entry;
mod error;
mod evict;
pub mod exchange_rules;
pub mod figures;
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
pub mod owners;
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
pub mod roles;
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
use crate::domain::administration::{Authority, Denied, Permission, Reached};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::ids::{CitizenId, ClientId, RequestId};
use crate::domain::random::Random;
use crate::domain::resource::ResourceRegistry;
use crate::domain::time::Clock;
use crate::{sessions, storage};

use super::App;
use super::admin_api;
use super::audit::{AuditWriter, EventBuilder};
use super::hardware::Hardware;
use super::key_pairs::Makers;
use super::notices::Post;
use super::visitor::Visitor;

pub use error::{AdminError, Fault};

/// Someone who administers, by what right, and what they work with.
#[derive(Debug)]
pub struct Administrator {
    pub actor: Actor,
    /// What they may do. Every use case asks it before anything else.
    pub authority: Authority,
    pub settings: Arc<Settings>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub store: storage::Store,
    /// The short-lived store, where another process can reach it: on Redis, not inside a running server.
    pub sessions: Option<sessions::Store>,
    /// What a new password's hash costs, on threads that are started when one is made.
    pub hashing: HasherSettings,
    /// At the shell alone: a server has forgotten them once it has derived what it works with.
    pub masters: Option<MasterKeys>,
    /// Seals the server's own keys.
    pub sealing: Arc<KeyEncryptionKeys>,
    /// Holds signing keys and makes them, where the settings name one.
    pub hardware: Option<Arc<Hardware>>,
    /// The request that they came with, where it is one.
    pub request: Option<Request>,
}

/// The request that an administrator came with.
#[derive(Clone, Debug)]
pub struct Request {
    pub id: RequestId,
    pub masked_address: String,
    /// Takes what is refused to them.
    pub audit: AuditWriter,
    /// What every event of theirs says of where they did it, where that is not said by the actor: an operation of the Admin API that was
    /// tried from its page.
    pub through: Option<&'static str>,
}

impl Administrator {
    /// What key pairs are made with.
    pub fn makers(&self) -> Makers<'_> {
        Makers { sealing: &self.sealing, hardware: self.hardware.as_deref() }
    }

    /// Someone who administers through a running server. [`entry`] alone decides by what authority.
    fn at(app: &App, visitor: &Visitor, actor: Actor, authority: Authority) -> Self {
        Self {
            actor,
            authority,
            settings: Arc::clone(&app.settings),
            clock: Arc::clone(&app.clock),
            random: Arc::clone(&app.random),
            store: app.store.clone(),
            sessions: Some(app.sessions.clone()),
            hashing: app.hasher.settings(),
            masters: None,
            sealing: app.keys.sealing_handle(),
            hardware: app.keys.hardware().cloned(),
            request: Some(Request {
                id: visitor.request,
                masked_address: visitor.masked_address(),
                audit: app.audit.clone(),
                through: None,
            }),
        }
    }

    /// The same person with the same rights, for work that goes on after the answer to their request: without the master keys, which
    /// nothing takes along.
    fn apart(&self) -> Self {
        Self {
            actor: self.actor.clone(),
            authority: self.authority.clone(),
            settings: Arc::clone(&self.settings),
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            store: self.store.clone(),
            sessions: self.sessions.clone(),
            hashing: self.hashing,
            masters: None,
            sealing: Arc::clone(&self.sealing),
            hardware: self.hardware.clone(),
            request: self.request.clone(),
        }
    }

    /// Who tries an operation of the Admin API from its page: every event of theirs says so.
    #[must_use]
    pub fn trying(mut self) -> Self {
        if let Some(request) = &mut self.request {
            request.through = Some("console");
        }
        self
    }

    /// Whether they may do this to anybody's, or to the deployment as a whole. What is refused is recorded.
    ///
    /// # Errors
    /// `Denied`.
    pub fn may(&self, permission: Permission) -> Result<(), AdminError> {
        self.authority.may(permission).map_err(|denied| self.refused(denied, None))
    }

    /// Whether they may do this to this application, which may be theirs.
    ///
    /// # Errors
    /// `Denied`.
    pub fn may_on(&self, permission: Permission, client: &ClientId) -> Result<(), AdminError> {
        self.authority.may_on(permission, client).map_err(|denied| self.refused(denied, Some(client)))
    }

    /// To which applications they may do this: what a list shows.
    ///
    /// # Errors
    /// `Denied` where to none at all.
    pub fn may_on_own(&self, permission: Permission) -> Result<Reached<'_>, AdminError> {
        self.authority.reach(permission).map_err(|denied| self.refused(denied, None))
    }

    /// Whether this citizen is themselves: nobody decides about themselves.
    pub fn is(&self, citizen: CitizenId) -> bool {
        matches!(&self.authority, Authority::Staff(staff) if staff.citizen == citizen)
    }

    /// Nobody is a registrar to themselves: what is done at the counter for them, another registrar does.
    ///
    /// # Errors
    /// `Conflict` where this citizen is who acts.
    pub fn not_oneself(&self, citizen: CitizenId) -> Result<(), AdminError> {
        match self.is(citizen) {
            true => Err(AdminError::Conflict("nobody serves themselves: another registrar does".to_owned())),
            false => Ok(()),
        }
    }

    fn refused(&self, denied: Denied, client: Option<&ClientId>) -> AdminError {
        // Whoever only has to prove again who they are was not refused anything.
        if let (Some(request), false) = (&self.request, matches!(denied, Denied::Stale(_))) {
            let mut event = self.event(EventKind::AdministrationRefused).with("permission", denied.permission());
            if let Some(client) = client {
                event = event.of(client);
            }
            request.audit.write_soon(event.refused().build());
        }
        AdminError::Denied(denied)
    }

    /// Every resource server there is.
    pub async fn registry(&self) -> Result<ResourceRegistry, AdminError> {
        let stored = self.store.read().await?.resource_servers().all().await?;
        Ok(ResourceRegistry::new(stored.into_iter().chain([admin_api::resource(self.settings.issuer.as_str())])))
    }

    /// What citizens are told with of what they do.
    pub(super) fn post(&self) -> Post<'_> {
        Post { settings: &self.settings, random: &*self.random, now: self.clock.now() }
    }

    /// An event of theirs, to be filled in.
    pub fn event(&self, kind: EventKind) -> EventBuilder {
        let event = EventBuilder::new(self.clock.now(), &*self.random, kind, Outcome::Success).by(self.actor.clone());
        match &self.request {
            Some(Request { id, masked_address, through, .. }) => {
                let event = event.in_request(*id).from(masked_address.clone());
                through.iter().fold(event, |event, through| event.with("through", through))
            }
            None => event,
        }
    }
}
