//! What a citizen proves themselves with, as they manage it: another name, or away with it.

use crate::domain::assurance::{Proofs, Requirement};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::client::Client;
use crate::domain::credential::{Credential, CredentialName};
use crate::domain::grant::Authentication;
use crate::domain::ids::{CitizenId, CredentialId};
use crate::domain::message::Notice;
use crate::domain::session::BrowserSession;
use crate::storage::StoredCredential;

use super::super::session::{self, CurrentSession, Ending};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, holdings, notices};

/// Whether it was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Managed {
    Done,
    /// It is none of theirs, or is gone.
    NotFound,
    /// The session ended, or the account was locked.
    SignedOut,
}

/// One of theirs, as it is worth now.
#[derive(Clone, Debug)]
pub struct Own {
    pub credential: Credential,
    pub standing: Standing,
}

/// Whether anything is proven with it as things are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Taken,
    /// Its day is over, its authority is trusted no more, or nothing of its kind is taken any more.
    NotTaken,
}

impl Own {
    fn of(app: &App, stored: StoredCredential) -> Self {
        let as_stored = stored.credential.clone();
        match holdings::weighed(app, stored, None) {
            Some(weighed) => Self { credential: weighed.credential, standing: Standing::Taken },
            None => Self { credential: as_stored, standing: Standing::NotTaken },
        }
    }
}

/// Everything that they hold beside a password, the oldest first.
pub async fn list(app: &App, citizen: CitizenId) -> Result<Vec<Own>, FlowError> {
    let stored = app.store.read().await?.credentials().list(citizen).await?;
    Ok(stored.into_iter().map(|stored| Own::of(app, stored)).collect())
}

pub async fn find(app: &App, citizen: CitizenId, id: CredentialId) -> Result<Option<Own>, FlowError> {
    let stored = app.store.read().await?.credentials().find(citizen, id).await?;
    Ok(stored.map(|stored| Own::of(app, stored)))
}

/// Gives it another name.
pub async fn rename(
    app: &App,
    visitor: &Visitor,
    citizen: CitizenId,
    id: CredentialId,
    name: CredentialName,
) -> Result<Managed, FlowError> {
    let mut tx = app.store.begin().await?;
    let Some(mut stored) = tx.credentials().find(citizen, id).await? else {
        return Ok(Managed::NotFound);
    };
    stored.credential.name = name;
    tx.credentials().replace(&stored).await?;
    let event = app
        .event(visitor, EventKind::CredentialRenamed, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .with("kind", stored.credential.kind);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Managed::Done)
}

/// What comes of removing one.
#[derive(Clone, Debug)]
pub struct Consequences {
    /// Nothing that is left reaches two factors, and this one did.
    pub last_strong: bool,
    /// The portals that they use, and that would not let them in any more.
    pub closed: Vec<Client>,
}

/// What would come of removing this credential.
pub async fn consequences(app: &App, citizen: CitizenId, id: CredentialId) -> Result<Consequences, FlowError> {
    let Some(held) = holdings::load(app, citizen, None).await? else {
        return Ok(Consequences { last_strong: false, closed: Vec::new() });
    };
    let now = app.clock.now();
    let (left, none) = (held.without(id), Proofs::default());
    let last_strong = held.strongest(now) != Requirement::NONE && left.strongest(now) == Requirement::NONE;
    let mut closed = Vec::new();
    for consent in super::consents(app, citizen).await? {
        let Some(client) = app.clients.find(app, &consent.client).await? else { continue };
        let least = client.policy.assurance;
        if least == Requirement::NONE {
            continue;
        }
        let Some(held) = holdings::load(app, citizen, Some(&client.id)).await? else { continue };
        if held.can_bring(&none, least, now) && !held.without(id).can_bring(&none, least, now) {
            closed.push(Client::clone(&client));
        }
    }
    Ok(Consequences { last_strong, closed })
}

/// Removes it. Whoever is signed in with it elsewhere is signed out, and nothing that it proved counts here any more.
pub async fn remove(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    id: CredentialId,
) -> Result<Managed, FlowError> {
    let citizen = current.citizen();
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Managed::SignedOut);
    }
    let Some(stored) = tx.credentials().find(citizen, id).await? else {
        return Ok(Managed::NotFound);
    };
    tx.credentials().remove(citizen, id).await?;
    let notice = Notice::CredentialRemoved { kind: stored.credential.kind, name: stored.credential.name.to_string() };
    notices::tell(app, visitor, &mut tx, citizen, notice).await?;
    tx.commit().await?;
    for found in session::list(app, citizen).await? {
        let proofs = &found.session.authentication.proofs;
        let left = proofs.clone().without(id);
        if left == *proofs {
            continue;
        }
        // Somebody who has nothing left in this session either has to sign in again.
        match found.id() == current.id() && !left.is_empty() {
            true => leave(app, &found, left).await?,
            false => drop(session::end(app, visitor, &found, Ending::CredentialRemoved).await?),
        }
    }
    Ok(Managed::Done)
}

/// The session goes on with less.
async fn leave(app: &App, current: &CurrentSession, proofs: Proofs) -> Result<(), FlowError> {
    let authentication = Authentication { proofs, ..current.session.authentication.clone() };
    // What was demanded of it was proven, or nothing could have been removed: it is not demanded again of what is left.
    let left = BrowserSession { authentication, demanded: Requirement::NONE, ..current.session.clone() };
    session::rewrite(app, current, left).await
}
