//! Owners are told before something of their application ends: a client secret, the overlap of a former one, a registered key or its
//! certificate. Each letter goes out once, however many servers look.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::crypto::jwk_set::JwkSet;
use crate::domain::administration::Permission;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::{Client, ClientKeys, ClientStatus};
use crate::domain::expiry::{Expiring, Expiry};
use crate::domain::ids::{CitizenId, ClientId};
use crate::domain::message::{Channel, Notice};
use crate::domain::time::Timestamp;
use crate::flows::admin::{AdminError, Administrator};
use crate::flows::audit::EventBuilder;
use crate::flows::notices::{self, Post};
use crate::flows::{App, FlowError};
use crate::storage::{self, Transaction};

use super::check_up;

/// As many clients as are read at once.
const PAGE: u32 = 200;
/// As many as a page lists.
const LISTED: u32 = 50;
/// Beyond the end itself, so that a clock that is set back sends nothing twice.
const KEPT_FOR: Duration = Duration::from_secs(30 * 86_400);

/// What of this client ends by itself, whenever that is. Keys that it publishes elsewhere are looked at by its check-up alone.
pub fn of_client(client: &Client) -> Vec<Expiry> {
    let is = |what| move |ends_at: Timestamp| Expiry { what, ends_at };
    let secret = client.secret_until.map(is(Expiring::ClientSecret));
    let former = client.former_secret.map(|former| former.until).map(is(Expiring::FormerSecret));
    let mut found: Vec<Expiry> = secret.into_iter().chain(former).collect();
    if let ClientKeys::Given(set) = &client.keys
        && let Ok(set) = JwkSet::parse(set.as_bytes())
    {
        found.extend(set.keys().iter().filter_map(check_up::key_ends).map(is(Expiring::Key)));
    }
    found.sort_unstable();
    // Of several keys that end at one moment there is one letter.
    found.dedup();
    found
}

/// Tells owners of everything that is due now; how many letters' worth that was.
///
/// # Errors
/// Where the identity store is away; what was told until then is told.
pub async fn tell_due(app: &App) -> Result<usize, FlowError> {
    let (mut told, mut after) = (0, None);
    loop {
        let page = app.store.read().await?.clients().list(after.as_ref(), PAGE).await?;
        let now = app.clock.now();
        for stored in page.items {
            if is_due(&stored.client, now) {
                told += tell_of(app, &stored.client.id, now).await?;
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut tx = app.store.begin().await?;
    tx.expiry_letters().forget(app.clock.now() - KEPT_FOR).await?;
    tx.commit().await?;
    if told > 0 {
        app.post.wake();
    }
    Ok(told)
}

fn is_due(client: &Client, now: Timestamp) -> bool {
    client.status == ClientStatus::Active && of_client(client).iter().any(|expiry| expiry.due(now).is_some())
}

/// Tells the owners of one client, as it is in this transaction: what was rotated in between ends no more.
async fn tell_of(app: &App, id: &ClientId, now: Timestamp) -> Result<usize, FlowError> {
    let mut tx = app.store.begin().await?;
    let Some(client) = tx.clients().find(id).await?.map(|stored| stored.client) else { return Ok(0) };
    if client.status != ClientStatus::Active {
        return Ok(0);
    }
    let post = Post::of(app);
    let owners = reachable(&post, &mut tx, id).await?;
    let name = client.display.name.in_language(app.settings.languages.default.language.as_str());
    let mut told = 0;
    let mut written = BTreeSet::new();
    for expiry in of_client(&client) {
        let Some(days) = expiry.due(now) else { continue };
        let number = u32::try_from(owners.len()).unwrap_or(u32::MAX);
        if !tx.expiry_letters().note(id, expiry, days, number).await? {
            continue;
        }
        // However many keys somebody registers, there is one letter of them at a time: of the one that ends first.
        if !written.insert((expiry.what, days)) {
            continue;
        }
        told += 1;
        let notice = Notice::ClientExpiry {
            client: id.to_string(),
            name: name.to_owned(),
            what: expiry.what,
            ends_at: expiry.ends_at,
        };
        let event = || {
            EventBuilder::new(now, &*app.random, EventKind::ClientExpiryTold, Outcome::Success)
                .by(Actor::System)
                .of(id)
                .with("days", days)
        };
        for owner in &owners {
            notices::tell_of(&post, &mut tx, *owner, notice.clone(), event()).await?;
        }
        if owners.is_empty() {
            let details = notice.details();
            let event =
                details.into_iter().fold(event().with("told", ""), |event, (name, value)| event.with(name, value));
            tx.audit().record(&event.build()).await?;
        }
    }
    tx.commit().await?;
    Ok(told)
}

/// The owners whom a letter reaches.
async fn reachable(post: &Post<'_>, tx: &mut Transaction, client: &ClientId) -> Result<Vec<CitizenId>, storage::Error> {
    let mut reached = Vec::new();
    for owner in tx.role_grants().owners_of(client).await? {
        let Some(citizen) = tx.citizens().find(owner).await? else { continue };
        let mail = Channel::Email.verified_of(&citizen.profile);
        if citizen.status.is_active() && mail.is_some_and(|to| post.reaches(Channel::Email, to)) {
            reached.push(owner);
        }
    }
    Ok(reached)
}

/// What ends soon of which applications, where a letter was due and nobody could be told, and still cannot: what ends first first.
///
/// # Errors
/// Where the identity store is away.
pub async fn untold(admin: &Administrator) -> Result<Vec<(Client, Expiry)>, AdminError> {
    admin.may(Permission::ClientList)?;
    let mut tx = admin.store.begin().await?;
    let mut found = Vec::new();
    for (id, expiry) in tx.expiry_letters().untold(admin.clock.now(), LISTED).await? {
        let Some(client) = tx.clients().find(&id).await?.map(|stored| stored.client) else { continue };
        let stands = client.status == ClientStatus::Active && of_client(&client).contains(&expiry);
        if stands && reachable(&admin.post(), &mut tx, &id).await?.is_empty() {
            found.push((client, expiry));
        }
    }
    Ok(found)
}
