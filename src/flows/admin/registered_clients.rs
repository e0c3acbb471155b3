//! Clients that are registered: listed, shown, disabled and enabled.

use crate::domain::administration::Permission;
use crate::domain::administration::approval::{Act, Matter};
use crate::domain::audit::EventKind;
use crate::domain::client::{Client, ClientStatus};
use crate::domain::ids::ClientId;
use crate::domain::stage::Stage;
use crate::storage::{Page, StoredClient, Transaction};

use super::change_status::Change;
use super::{AdminError, Administrator, approvals};

/// As many as are read at once.
const PAGE: u32 = 200;

/// Hands every client that they may see to `each`, by id, without holding all of them.
pub async fn list<E: From<AdminError>>(
    admin: &Administrator,
    mut each: impl FnMut(Client) -> Result<(), E>,
) -> Result<(), E> {
    let reached = admin.may_on_own(Permission::ClientList)?;
    let mut after = None;
    loop {
        let mut reading = admin.store.read().await.map_err(AdminError::from)?;
        let page = reading.clients().list(after.as_ref(), PAGE).await.map_err(AdminError::from)?;
        drop(reading);
        let mut own = page.items.into_iter().filter(|stored| reached.holds(&stored.client.id));
        own.try_for_each(|stored| each(stored.client))?;
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Up to `limit` of the clients that they may see, by id, those that follow `after`.
pub async fn page(
    admin: &Administrator,
    after: Option<ClientId>,
    limit: u32,
) -> Result<Page<Client, ClientId>, AdminError> {
    let reached = admin.may_on_own(Permission::ClientList)?;
    let mut reading = admin.store.read().await?;
    let (mut items, mut after) = (Vec::new(), after);
    // Who owns three of ten thousand is told of them at once.
    loop {
        let page = reading.clients().list(after.as_ref(), PAGE).await?;
        for client in page.items.into_iter().map(|stored| stored.client).filter(|client| reached.holds(&client.id)) {
            if items.len() == limit as usize {
                let next = items.last().map(|last: &Client| last.id.clone());
                return Ok(Page { items, next });
            }
            items.push(client);
        }
        after = page.next;
        if after.is_none() {
            return Ok(Page { items, next: None });
        }
    }
}

/// A client, and the version that a change of it has to name.
#[derive(Clone, Debug)]
pub struct Versioned {
    pub client: Client,
    pub version: i64,
}

/// # Errors
/// `NotFound`.
pub async fn versioned(admin: &Administrator, id: &ClientId) -> Result<Versioned, AdminError> {
    admin.may_on(Permission::ClientShow, id)?;
    let found = admin.store.read().await?.clients().find(id).await?;
    let StoredClient { client, version } = found.ok_or_else(|| no_such(id))?;
    Ok(Versioned { client, version })
}

/// # Errors
/// `NotFound`.
pub async fn show(admin: &Administrator, id: &ClientId) -> Result<Client, AdminError> {
    admin.may_on(Permission::ClientShow, id)?;
    let found = admin.store.read().await?.clients().find(id).await?;
    found.map(|stored| stored.client).ok_or_else(|| no_such(id))
}

/// Lets a client do nothing any more, or lets it work again. What it holds is not revoked: it does not work meanwhile.
///
/// # Errors
/// `NotFound`.
pub async fn set_status(admin: &Administrator, id: &ClientId, status: ClientStatus) -> Result<Change, AdminError> {
    admin.may_on(Permission::ClientDisable, id)?;
    let mut tx = admin.store.begin().await?;
    let stored = find_to_change(&mut tx, id).await?;
    if stored.client.status == status {
        return Ok(Change::NothingToDo);
    }
    let is_real = stored.client.stage == Stage::Production;
    if status == ClientStatus::Active && is_real && approvals::is_needed(admin, Matter::RedirectUris) {
        // Whoever switches one on lets its addresses be answered.
        let first = approvals::change("status", stored.client.status.as_str(), status.as_str());
        let changes = approvals::with_what_stands(&stored.client, first)?;
        let act = Act::ChangeClient { client: id.clone() };
        return approvals::ask(admin, tx, Matter::RedirectUris, act, changes).await;
    }
    let kind = match status {
        ClientStatus::Active => EventKind::ClientEnabled,
        ClientStatus::Disabled => EventKind::ClientDisabled,
        ClientStatus::Deleted => EventKind::ClientDeleted,
    };
    let changed = Client { status, updated_at: admin.clock.now(), ..stored.client };
    tx.clients().replace(&changed, stored.version).await?;
    tx.audit().record(&admin.event(kind).of(id).build()).await?;
    tx.commit().await?;
    Ok(Change::Done)
}

/// The client that is to be other than it is.
///
/// # Errors
/// `NotFound`, too, where it has deleted itself: what is kept of it is there for the records that name it.
pub(in crate::flows) async fn find_to_change(tx: &mut Transaction, id: &ClientId) -> Result<StoredClient, AdminError> {
    let stored = tx.clients().find(id).await?.ok_or_else(|| no_such(id))?;
    match stored.client.status {
        ClientStatus::Deleted => Err(AdminError::NotFound(format!("client {id} was deleted by its owner"))),
        ClientStatus::Active | ClientStatus::Disabled => Ok(stored),
    }
}

fn no_such(id: &ClientId) -> AdminError {
    AdminError::NotFound(format!("there is no client {id}"))
}
