//! Whom and what events name by their ids, as the reader's role shows them: citizens masked, as everywhere. A page of events takes one
//! look for all of the people in it and one for all of the applications.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::administration::Permission;
use crate::domain::client::Client;
use crate::domain::ids::{CitizenId, ClientId};
use crate::flows::admin::{AdminError, Administrator};

use super::search::FoundEvent;

/// What ids stand for. Whoever was erased has no name any more.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub citizens: BTreeMap<CitizenId, String>,
    pub clients: BTreeMap<ClientId, Client>,
}

impl Names {
    /// The name of whoever acted, where it is a person.
    pub fn actor(&self, actor: &str) -> Option<&str> {
        self.citizens.get(&person(actor)?).map(String::as_str)
    }
}

/// The names in these events. That they were read is recorded with the events.
///
/// # Errors
/// `Away`.
pub async fn of(admin: &Administrator, events: &[FoundEvent]) -> Result<Names, AdminError> {
    admin.may(Permission::AuditRead)?;
    let mut names = Names::default();
    let concerned = events.iter().filter_map(|found| found.citizen);
    let actors = events.iter().filter_map(|found| person(&found.event.actor));
    let citizens: BTreeSet<CitizenId> = concerned.chain(actors).collect();
    let clients: BTreeSet<&ClientId> = events.iter().filter_map(|found| found.event.client.as_ref()).collect();
    let mut reading = admin.store.read().await?;
    if admin.authority.has(Permission::CitizenShow) && !citizens.is_empty() {
        let found = reading.citizens().find_all(&citizens.into_iter().collect::<Vec<_>>()).await?;
        names.citizens = found.into_iter().map(|citizen| (citizen.id, citizen.profile.masked_name())).collect();
    }
    if let (Ok(reached), false) = (admin.authority.reach(Permission::ClientShow), clients.is_empty()) {
        let known: Vec<&ClientId> = clients.into_iter().filter(|client| reached.holds(client)).collect();
        let found = reading.clients().find_all(&known).await?;
        names.clients = found.into_iter().map(|stored| (stored.client.id.clone(), stored.client)).collect();
    }
    Ok(names)
}

/// The name of whoever acted, where it is a person.
///
/// # Errors
/// `Away`.
pub async fn of_actor(admin: &Administrator, actor: &str) -> Result<Names, AdminError> {
    admin.may(Permission::AuditRead)?;
    let mut names = Names::default();
    if let (true, Some(citizen)) = (admin.authority.has(Permission::CitizenShow), person(actor)) {
        let found = admin.store.read().await?.citizens().find_all(&[citizen]).await?;
        names.citizens = found.into_iter().map(|citizen| (citizen.id, citizen.profile.masked_name())).collect();
    }
    Ok(names)
}

/// The person whom an actor's text names.
fn person(actor: &str) -> Option<CitizenId> {
    let (kind, id) = actor.split_once(':')?;
    matches!(kind, "staff" | "citizen").then(|| id.parse().ok()).flatten()
}
