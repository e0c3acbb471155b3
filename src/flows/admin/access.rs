//! How a citizen comes in, as those see it who look after them: where they are signed in, with what, and what they allowed; and away
//! with one of these.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::citizen::Citizen;
use crate::domain::consent::Consent;
use crate::domain::credential::Credential;
use crate::domain::ids::{CitizenId, ClientId, CredentialId, SessionId};
use crate::domain::message::Notice;
use crate::flows::session::{self, CurrentSession, Ending};
use crate::flows::visitor::Visitor;
use crate::flows::{App, consent, notices};
use crate::storage::Page;

use super::{AdminError, Administrator};

/// More sessions than anybody has at once are told by their number alone.
type Ended = usize;

/// Where they are signed in, the one that was used last first. That it was read is recorded.
///
/// # Errors
/// `NotFound`.
pub async fn sessions(app: &App, admin: &Administrator, id: CitizenId) -> Result<Vec<CurrentSession>, AdminError> {
    admin.may(Permission::SessionList)?;
    seen(admin, id, "sessions").await?;
    Ok(session::list(app, id).await?)
}

/// Ends one of their sessions, or every one.
///
/// # Errors
/// `NotFound`, also for a session that is none of theirs.
pub async fn end_sessions(
    app: &App,
    admin: &Administrator,
    visitor: &Visitor,
    id: CitizenId,
    only: Option<SessionId>,
) -> Result<Ended, AdminError> {
    admin.may(Permission::SessionEnd)?;
    load(admin, id).await?;
    let found = session::list(app, id).await?;
    let found: Vec<_> = found.iter().filter(|found| only.is_none_or(|only| found.id() == only)).collect();
    if let (Some(only), true) = (only, found.is_empty()) {
        return Err(AdminError::NotFound(format!("the citizen has no session {only}")));
    }
    for ended in &found {
        session::end_by(app, visitor, ended, Ending::ByStaff, admin.actor.clone()).await?;
    }
    Ok(found.len())
}

/// What they prove themselves with beside a password, the oldest first. That it was read is recorded.
///
/// # Errors
/// `NotFound`.
pub async fn credentials(admin: &Administrator, id: CitizenId) -> Result<Vec<Credential>, AdminError> {
    admin.may(Permission::CredentialList)?;
    seen(admin, id, "credentials").await?;
    let stored = admin.store.read().await?.credentials().list(id).await?;
    Ok(stored.into_iter().map(|stored| stored.credential).collect())
}

/// Removes one. Its owner is told on every channel, and whoever is signed in with it is signed out.
///
/// # Errors
/// `NotFound`.
pub async fn remove_credential(
    app: &App,
    admin: &Administrator,
    visitor: &Visitor,
    (citizen, id): (CitizenId, CredentialId),
    reason: &str,
) -> Result<Ended, AdminError> {
    admin.may(Permission::CredentialRemove)?;
    let mut tx = admin.store.begin().await?;
    let stored = tx.credentials().find(citizen, id).await?;
    let stored = stored.ok_or_else(|| AdminError::NotFound(format!("the citizen has no credential {id}")))?;
    tx.credentials().remove(citizen, id).await?;
    let notice = Notice::CredentialRemoved { kind: stored.credential.kind, name: stored.credential.name.to_string() };
    let event = admin.event(notice.event()).with("reason", reason);
    notices::tell_of(&admin.post(), &mut tx, citizen, notice, event).await?;
    tx.commit().await?;
    let mut ended = 0;
    for found in session::list(app, citizen).await? {
        let proofs = &found.session.authentication.proofs;
        if proofs.clone().without(id) != *proofs {
            session::end_by(app, visitor, &found, Ending::CredentialRemoved, admin.actor.clone()).await?;
            ended += 1;
        }
    }
    Ok(ended)
}

/// What they allowed, by application, those that follow `after`. That it was read is recorded.
///
/// # Errors
/// `NotFound`.
pub async fn consents(
    admin: &Administrator,
    id: CitizenId,
    after: Option<&ClientId>,
    limit: u32,
) -> Result<Page<Consent, ClientId>, AdminError> {
    admin.may(Permission::ConsentList)?;
    seen(admin, id, "consents").await?;
    Ok(admin.store.read().await?.consents().list(id, after, limit).await?)
}

/// Withdraws what they allowed an application, and ends every grant that stood on it.
///
/// # Errors
/// `NotFound`.
pub async fn withdraw_consent(
    app: &App,
    admin: &Administrator,
    visitor: &Visitor,
    id: CitizenId,
    client: &ClientId,
) -> Result<(), AdminError> {
    admin.may(Permission::ConsentWithdraw)?;
    load(admin, id).await?;
    if admin.store.read().await?.consents().find(id, client).await?.is_none() {
        return Err(AdminError::NotFound(format!("the citizen has allowed {client} nothing")));
    }
    Ok(consent::withdraw_by(app, visitor, id, client, admin.actor.clone()).await?)
}

async fn load(admin: &Administrator, id: CitizenId) -> Result<Citizen, AdminError> {
    let found = admin.store.read().await?.citizens().find(id).await?;
    found.ok_or_else(|| AdminError::NotFound(format!("there is no citizen {id}")))
}

async fn seen(admin: &Administrator, id: CitizenId, what: &'static str) -> Result<(), AdminError> {
    load(admin, id).await?;
    let event = admin.event(EventKind::CitizenShown).about(id).with("sight", what);
    Ok(admin.store.write().await?.audit().record(&event.build()).await?)
}
