//! Whoever runs the deployment: locks citizens, disables clients, rotates keys, reads the audit log.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use senid::app::deployment;
use senid::credentials::password::{HasherSettings, Parameters};
use senid::domain::account_life::Transition;
use senid::domain::administration::Authority;
use senid::domain::audit::Actor;
use senid::domain::citizen::CitizenStatus;
use senid::domain::client::{Client, ClientStatus};
use senid::domain::ids::{CitizenId, ClientId, DeliveryId, InitialTokenId};
use senid::domain::issued_code::CodeUse;
use senid::domain::keys::{KeyPair, plan_rotation};
use senid::domain::logout::DeliveryState;
use senid::domain::national_id::Scheme;
use senid::domain::registration::RegistrationTerms;
use senid::domain::secret::SecretString;
use senid::domain::sign_in_name::SignInName;
use senid::domain::stage::Person;
use senid::domain::time::ManualClock;
use senid::flows::admin::add_citizen::add;
use senid::flows::admin::change_status::change_status;
use senid::flows::admin::citizen_aliases::{self, AliasAdded};
use senid::flows::admin::create_client::Registered;
use senid::flows::admin::deliveries::{self, Which};
use senid::flows::admin::find_citizen::Who;
use senid::flows::admin::messages::{self, MessageRecord};
use senid::flows::admin::particulars::{Column, Particulars};
use senid::flows::admin::registration_tokens::{self, TokenRequest};
use senid::flows::admin::renumber_citizen::{self, Before, Renumbered};
use senid::flows::admin::rotate_keys::{Rotated, When};
use senid::flows::admin::update_client::{self, ClientChange};
use senid::flows::admin::{AdminError, Administrator, issue_code, registered_clients, rotate_keys};
use senid::flows::{App, key_pairs};
use senid::storage::RecordedEvent;

use super::Citizen;

pub struct Operator<'w> {
    pub(super) app: &'w Arc<App>,
    clock: &'w Arc<ManualClock>,
}

impl<'w> Operator<'w> {
    pub(super) fn new(app: &'w Arc<App>, clock: &'w Arc<ManualClock>) -> Self {
        Self { app, clock }
    }

    pub(super) fn app(&self) -> &App {
        self.app
    }

    /// The citizen's own number in the identity store.
    pub async fn id_of(&self, citizen: &Citizen) -> CitizenId {
        let name = SignInName::parse(citizen.identifier, Scheme::Vn).unwrap();
        let found = self.app.store.read().await.unwrap().citizens().find_by_name(&name).await.unwrap();
        found.expect("a citizen of this world").citizen.id
    }

    /// Puts the consent in the place that was given when the scopes released less: without this claim.
    pub async fn makes_older(&self, citizen: &Citizen, client: &str, claim: &str) {
        let (citizen, client) = (self.id_of(citizen).await, client.parse().unwrap());
        let mut tx = self.app.store.begin().await.unwrap();
        let mut consent = tx.consents().find(citizen, &client).await.unwrap().expect("a consent");
        assert!(consent.claims.remove(claim), "{claim} was allowed");
        // One that has expired is replaced and not added to.
        let end = consent.expires_at.expect("a consent ends");
        (consent.updated_at, consent.expires_at) = (end, Some(end + Duration::from_secs(86_400)));
        tx.consents().give(&consent).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Enters a citizen of whom no more is known than their name and this.
    pub async fn adds(&self, citizen: &Citizen, said: &[(Column, &str)]) {
        let mut particulars = Particulars::default();
        particulars.set(Column::NationalId, citizen.identifier);
        particulars.set(Column::Name, citizen.name);
        for (column, text) in said {
            particulars.set(*column, *text);
        }
        let password = SecretString::new(citizen.password);
        add(&self.admin().await, &particulars, Some(&password), Person::Real).await.unwrap();
    }

    /// What became of messages, in this state.
    pub async fn messages(&self, state: DeliveryState) -> Vec<MessageRecord> {
        messages::list(&self.admin().await, Some(state), 50).await.unwrap()
    }

    pub async fn locks(&self, citizen: &Citizen) {
        self.takes(citizen, Transition::Lock, "a letter of the court").await.unwrap();
    }

    /// Locks them from a process that reaches the identity store alone.
    pub async fn locks_in_the_identity_store(&self, citizen: &Citizen) {
        let admin = Administrator { sessions: None, ..self.admin().await };
        change_status(&admin, &who(citizen), Transition::Lock, None).await.unwrap();
    }

    pub async fn unlocks(&self, citizen: &Citizen) {
        self.takes(citizen, Transition::Unlock, "they came in person").await.unwrap();
    }

    /// Takes their account from one state to another, as one registrar may.
    pub async fn takes(
        &self,
        citizen: &Citizen,
        transition: Transition,
        reason: &str,
    ) -> Result<CitizenStatus, AdminError> {
        let changed = change_status(&self.admin().await, &who(citizen), transition, Some(reason)).await?;
        Ok(changed.status)
    }

    /// Disables a client, and waits until this server has heard of it.
    pub async fn disables(&self, client: &str) {
        let id = client.parse().unwrap();
        registered_clients::set_status(&self.admin().await, &id, ClientStatus::Disabled).await.unwrap();
        self.hears_of(&id, |client| client.status == ClientStatus::Disabled).await;
    }

    /// Rotates the keys from another process, as `senid keys rotate --now` does.
    pub async fn rotates_keys_from_outside(&self) {
        let settings = Arc::clone(&self.app.settings);
        let opened = deployment::open(settings, self.clock.clone(), Arc::clone(&self.app.random)).await.unwrap();
        let admin = Administrator { store: opened.store, ..self.admin().await };
        rotate_keys::rotate(&admin, When::Now, None).await.unwrap();
    }

    /// What a console inside the server works with.
    pub async fn admin(&self) -> Administrator {
        let settings = Arc::clone(&self.app.settings);
        let opened = deployment::open(settings, self.clock.clone(), Arc::clone(&self.app.random)).await.unwrap();
        let argon2 = self.app.settings.password.argon2;
        let memory = u32::try_from(argon2.memory.as_kib()).unwrap();
        Administrator {
            actor: Actor::Operator("test".to_owned()),
            authority: Authority::Shell,
            settings: opened.settings,
            clock: opened.clock,
            random: opened.random,
            // Of this process: another one on the same SQLite file sends the server no messages.
            store: self.app.store.clone(),
            sessions: Some(self.app.sessions.clone()),
            hashing: HasherSettings {
                threads: NonZeroU32::MIN,
                queue: 1,
                wait: Duration::from_secs(30),
                parameters: Parameters::new(memory, argon2.iterations, argon2.parallelism).unwrap(),
            },
            masters: Some(opened.masters),
            sealing: opened.keys.sealing,
            hardware: opened.hardware,
            request: None,
        }
    }

    /// Registers one more client.
    pub async fn registers(&self, client: &Client) {
        let mut tx = self.app.store.begin().await.unwrap();
        tx.clients().insert(client).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Changes a client, and waits until this server has heard of it.
    pub async fn changes(&self, client: &str, change: impl FnOnce(&mut Client)) {
        let id = client.parse().unwrap();
        let mut tx = self.app.store.begin().await.unwrap();
        let stored = tx.clients().find(&id).await.unwrap().expect("a client of this world");
        let mut changed = stored.client;
        change(&mut changed);
        tx.clients().replace(&changed, stored.version).await.unwrap();
        tx.commit().await.unwrap();
        // Its requests see it without what its policy is not enough for.
        let registry = self.app.resource_servers.registry(self.app).await.unwrap();
        let scopes = changed.release.served(&self.app.sensitive(&registry).allowed(&changed));
        self.hears_of(&id, |cached| {
            cached.status == changed.status
                && cached.stage == changed.stage
                && cached.scopes == scopes
                && cached.resources == changed.resources
                && cached.grant_types == changed.grant_types
                && cached.policy == changed.policy
                && cached.release == changed.release
                && cached.display == changed.display
                && cached.keys == changed.keys
                && cached.redirect_uris == changed.redirect_uris
                && cached.application_type == changed.application_type
                && cached.authentication == changed.authentication
                && cached.request_objects == changed.request_objects
                && cached.logout == changed.logout
                && cached.backchannel_authentication == changed.backchannel_authentication
                && cached.request_defaults == changed.request_defaults
                && cached.sector_identifier == changed.sector_identifier
                && cached.authorization_details_types == changed.authorization_details_types
        })
        .await;
    }

    /// As `senid client update` does; and waits until this server has heard of it.
    pub async fn updates(&self, client: &str, change: ClientChange) -> Result<Registered, AdminError> {
        let id = client.parse().unwrap();
        let updated = update_client::update(&self.admin().await, &id, &change).await?;
        let after = updated.client.updated_at;
        self.hears_of(&id, |cached| cached.updated_at == after).await;
        Ok(updated)
    }

    pub(super) async fn hears_of(&self, id: &ClientId, is_so: impl Fn(&Client) -> bool) {
        super::eventually("the server hears of the changed client", async || {
            let cached = self.app.clients.find(self.app, id).await.unwrap().expect("the client is there");
            is_so(&cached)
        })
        .await;
    }

    /// Has a delivery of the outbox tried once more, as `senid deliveries retry` does.
    pub async fn retries(&self, delivery: DeliveryId) {
        deliveries::retry(&self.admin().await, &Which::One(delivery)).await.unwrap();
    }

    /// What was recorded of a client, the newest first.
    pub async fn events_of_client(&self, client: &str) -> Vec<RecordedEvent> {
        self.app.audit.flush().await;
        self.app.store.read().await.unwrap().audit().of_client(&client.parse().unwrap(), 100).await.unwrap()
    }

    /// The client as the identity store holds it.
    pub async fn client(&self, client: &str) -> Client {
        let found = self.app.store.read().await.unwrap().clients().find(&client.parse().unwrap()).await.unwrap();
        found.expect("a client of this world").client
    }

    /// Makes an initial access token that is good for a week; its id and its text.
    pub async fn hands_out(&self, uses: u32, terms: RegistrationTerms) -> (InitialTokenId, String) {
        let lives = Duration::from_secs(7 * 86_400);
        let request = TokenRequest { note: "for a test".to_owned(), uses, lives, terms };
        let (token, text) = registration_tokens::create(&self.admin().await, request).await.unwrap();
        (token.id, text.expose().to_owned())
    }

    /// Revokes it.
    pub async fn takes_back(&self, token: InitialTokenId) {
        registration_tokens::revoke(&self.admin().await, token).await.unwrap();
    }

    /// As `senid citizen issue-code` does: the code that is handed over.
    pub async fn issues(&self, citizen: &Citizen, purpose: CodeUse) -> Result<String, AdminError> {
        let issued = issue_code::issue(&self.admin().await, &who(citizen), purpose).await?;
        Ok(issued.code.expose().to_owned())
    }

    /// What is kept of their password, as an import brings it from an older system.
    pub async fn brings_hash(&self, citizen: &Citizen, hash: &str) {
        let (id, now) = (self.id_of(citizen).await, self.app.clock.now());
        let mut writing = self.app.store.write().await.unwrap();
        writing.passwords().replace(id, &SecretString::new(hash), now).await.unwrap();
    }

    /// What is kept of their password.
    pub async fn hash_of(&self, citizen: &Citizen) -> String {
        let id = self.id_of(citizen).await;
        let stored = self.app.store.read().await.unwrap().passwords().find(id).await.unwrap();
        stored.expect("a password").phc.expose().to_owned()
    }

    /// As `senid citizen renumber --mistaken` does.
    pub async fn renumbers(&self, citizen: &Citizen, to: &str) -> Result<Renumbered, AdminError> {
        self.renumbers_from(citizen, to, Before::Mistaken).await
    }

    /// As `senid citizen renumber` does.
    pub async fn gives_a_new_number(&self, citizen: &Citizen, to: &str) -> Result<Renumbered, AdminError> {
        self.renumbers_from(citizen, to, Before::Theirs).await
    }

    async fn renumbers_from(&self, citizen: &Citizen, to: &str, before: Before) -> Result<Renumbered, AdminError> {
        renumber_citizen::renumber(&self.admin().await, &who(citizen), Scheme::Vn, to, before, "a letter").await
    }

    /// As `senid citizen alias add` does.
    pub async fn also_knows(&self, citizen: &Citizen, kind: &str, number: &str) -> Result<AliasAdded, AdminError> {
        let kind = kind.parse().unwrap();
        citizen_aliases::add(&self.admin().await, &who(citizen), kind, number, "an old card was shown").await
    }

    /// As `senid citizen alias remove` does.
    pub async fn no_longer_knows(&self, citizen: &Citizen, kind: &str, number: &str) -> Result<CitizenId, AdminError> {
        let kind = kind.parse().unwrap();
        citizen_aliases::remove(&self.admin().await, &who(citizen), kind, number, "it was not theirs").await
    }

    /// The next keys sign from this moment on.
    pub async fn rotates_keys(&self) {
        self.rotates(When::Now).await;
    }

    /// As `senid keys rotate` does; and waits until this server has heard of it.
    pub async fn rotates(&self, when: When) -> Rotated {
        let rotated = rotate_keys::rotate(&self.admin().await, when, None).await.unwrap();
        self.hears_of_keys().await;
        rotated
    }

    /// What servers do by themselves every hour.
    pub async fn rotates_what_is_due(&self) {
        let (admin, policy) = (self.admin().await, self.app.settings.keys.rotation.clone());
        let plan = |keys: &[KeyPair], _: &_, now| plan_rotation(keys, now, &policy);
        let (clock, random) = (&*admin.clock, &*admin.random);
        key_pairs::rotate(&admin.store, plan, Actor::System, admin.makers(), clock, random).await.unwrap();
        self.hears_of_keys().await;
    }

    async fn hears_of_keys(&self) {
        super::eventually("the server hears of its new keys", async || {
            let stored = self.app.store.read().await.unwrap().key_pairs().load().await.unwrap();
            let now = self.app.clock.now();
            let stored = stored.into_iter().map(|stored| stored.key).filter(|key| key.is_published(now));
            let mut stored: Vec<KeyPair> = stored.collect();
            let mut known: Vec<KeyPair> =
                self.app.keys.ring().keys().filter(|key| key.is_published(now)).cloned().collect();
            for keys in [&mut stored, &mut known] {
                keys.sort_by(|one, other| one.kid.cmp(&other.kid));
            }
            stored == known
        })
        .await;
    }

    /// Everything that it says of the client.
    pub async fn events_at(&self, client: &str) -> Vec<RecordedEvent> {
        self.app.background.idle().await;
        self.app.audit.flush().await;
        let id = client.parse().unwrap();
        self.app.store.read().await.unwrap().audit().of_client(&id, 100).await.unwrap()
    }

    /// Everything the audit log says of the citizen, the latest first.
    pub async fn events_of(&self, citizen: &Citizen) -> Vec<RecordedEvent> {
        self.app.background.idle().await;
        self.app.audit.flush().await;
        let id = self.id_of(citizen).await;
        self.app.store.read().await.unwrap().audit().of_citizen(id, None, 100).await.unwrap().items
    }
}

pub fn who(citizen: &Citizen) -> Who {
    Who::parse(citizen.identifier, Scheme::Vn).unwrap()
}
