//! Whoever runs the deployment: locks citizens, disables clients, rotates keys, reads the audit log.

use std::sync::Arc;

use senid::domain::audit::Actor;
use senid::domain::citizen::CitizenStatus;
use senid::domain::client::{Client, ClientStatus};
use senid::domain::ids::CitizenId;
use senid::domain::keys::plan_rotation_now;
use senid::domain::national_id::Scheme;
use senid::domain::sign_in_name::SignInName;
use senid::domain::time::{Clock, ManualClock};
use senid::flows::{App, session, signing_keys};
use senid::storage::RecordedEvent;

use super::Citizen;

pub struct Operator<'w> {
    app: &'w Arc<App>,
    clock: &'w Arc<ManualClock>,
}

impl<'w> Operator<'w> {
    pub(super) fn new(app: &'w Arc<App>, clock: &'w Arc<ManualClock>) -> Self {
        Self { app, clock }
    }

    /// The citizen's own number in the identity store.
    pub async fn id_of(&self, citizen: &Citizen) -> CitizenId {
        let name = SignInName::parse(citizen.identifier, Scheme::Vn).unwrap();
        let found = self.app.store.read().await.unwrap().citizens().find_by_name(&name).await.unwrap();
        found.expect("a citizen of this world").citizen.id
    }

    pub async fn locks(&self, citizen: &Citizen) {
        let id = self.id_of(citizen).await;
        let now = self.clock.now();
        let mut tx = self.app.store.begin().await.unwrap();
        tx.citizens().set_status(id, CitizenStatus::Locked, now).await.unwrap();
        tx.citizens().end_sessions(id, now).await.unwrap();
        tx.commit().await.unwrap();
        session::forget_all(self.app, id).await.unwrap();
    }

    pub async fn unlocks(&self, citizen: &Citizen) {
        let id = self.id_of(citizen).await;
        let mut tx = self.app.store.begin().await.unwrap();
        tx.citizens().set_status(id, CitizenStatus::Active, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn disables(&self, client: &str) {
        self.changes(client, |client| client.status = ClientStatus::Disabled).await;
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
        super::eventually("the server hears of the changed client", async || {
            let cached = self.app.clients.find(self.app, &id).await.unwrap().expect("the client is there");
            cached.status == changed.status && cached.scopes == changed.scopes && cached.policy == changed.policy
        })
        .await;
    }

    /// `keys rotate --now`: the next keys sign from this moment on.
    pub async fn rotates_keys(&self) {
        let policy = &self.app.settings.keys.rotation;
        let plan = |keys: &[_], now| plan_rotation_now(keys, now, policy);
        let sealing = self.app.keys.sealing();
        let actor = Actor::Operator("test".to_owned());
        signing_keys::rotate(&self.app.store, plan, actor, sealing, &*self.app.clock, &*self.app.random).await.unwrap();
    }

    /// Everything the audit log says of the citizen, the latest first.
    pub async fn events_of(&self, citizen: &Citizen) -> Vec<RecordedEvent> {
        self.app.background.idle().await;
        self.app.audit.flush().await;
        let id = self.id_of(citizen).await;
        self.app.store.read().await.unwrap().audit().of_citizen(id, None, 100).await.unwrap().items
    }
}
