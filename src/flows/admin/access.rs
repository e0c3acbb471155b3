//! How a citizen comes in, as those see it who look after them: where they are signed in, with what, and what they allowed; and away
//! with one of these, or with every session.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::citizen::Citizen;
use crate::domain::consent::Consent;
use crate::domain::credential::Credential;
use crate::domain::ids::{CitizenId, ClientId, CredentialId, SessionId};
use crate::domain::message::Notice;
use crate::domain::signals::Initiator;
use crate::flows::session::{self, CurrentSession, Ending};
use crate::flows::visitor::Visitor;
use crate::flows::{App, consent, notices, single_logout};
use crate::storage::{EndedSession, Page};

use super::change_status::forget_sessions;
use super::{AdminError, Administrator};

/// As many consents as are shown on one page.
const MOST: u32 = 200;

/// What whoever looks at a citizen may see of how they come in; `None` is what they may not.
#[derive(Debug, Default)]
pub struct Seen {
    pub credentials: Option<Vec<Credential>>,
    /// The one that was used last first.
    pub sessions: Option<Vec<CurrentSession>>,
    pub consents: Option<Vec<Consent>>,
}

/// Everything of it that their roles open, for one page. That it was read is recorded, once.
///
/// # Errors
/// `Denied`, `NotFound`, `Away`.
pub async fn all(app: &App, admin: &Administrator, id: CitizenId) -> Result<Seen, AdminError> {
    admin.may(Permission::CitizenShow)?;
    let has = |permission| admin.authority.has(permission);
    let mut all = Seen::default();
    let mut what = Vec::new();
    if has(Permission::CredentialList) {
        what.push("credentials");
        let stored = admin.store.read().await?.credentials().list(id).await?;
        all.credentials = Some(stored.into_iter().map(|stored| stored.credential).collect());
    }
    if has(Permission::SessionList) {
        what.push("sessions");
        all.sessions = Some(session::list(app, id).await?);
    }
    if has(Permission::ConsentList) {
        what.push("consents");
        all.consents = Some(admin.store.read().await?.consents().list(id, None, MOST).await?.items);
    }
    if !what.is_empty() {
        seen(admin, id, &what.join(" ")).await?;
    }
    Ok(all)
}

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

/// Ends one of their sessions.
///
/// # Errors
/// `NotFound`, also for a session that is none of theirs.
pub async fn end_session(
    app: &App,
    admin: &Administrator,
    visitor: &Visitor,
    id: CitizenId,
    only: SessionId,
) -> Result<(), AdminError> {
    admin.may(Permission::SessionEnd)?;
    load(admin, id).await?;
    let found = session::list(app, id).await?.into_iter().find(|found| found.id() == only);
    let found = found.ok_or_else(|| AdminError::NotFound(format!("the citizen has no session {only}")))?;
    session::end_by(app, visitor, &found, Ending::ByStaff, admin.actor.clone()).await?;
    Ok(())
}

/// Ends every session of a citizen in one transaction, whatever the short-lived store forgets meanwhile: they stay what they are and sign
/// in again. Portals that took part are told.
///
/// # Errors
/// `NotFound`, `Denied`, `Away`.
pub async fn end_sessions(
    app: &App,
    admin: &Administrator,
    id: CitizenId,
    reason: Option<&str>,
) -> Result<Ended, AdminError> {
    admin.may(Permission::SessionEnd)?;
    load(admin, id).await?;
    let live = session::list(app, id).await?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    tx.session_clients().close(id).await?;
    tx.citizens().end_sessions(id, now).await?;
    // By name as well: what began in this very moment ends, too.
    for ended in &live {
        let ending = EndedSession { session: ended.id(), citizen: id, ended_at: now };
        tx.ended_sessions().end(ending, ended.session.expires_at).await?;
    }
    let left = tx.session_clients().leave_all(id).await?;
    let told = single_logout::enqueue(&mut tx, &left, Some(Initiator::Admin), now, &*admin.random).await?;
    let mut event = admin.event(EventKind::SessionEnded).about(id).with("why", "by_staff").with("told", told);
    if let Some(reason) = reason {
        event = event.with("reason", reason);
    }
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    app.deliveries.wake();
    forget_sessions(admin, id).await.counted();
    Ok(live.len())
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
    reason: Option<&str>,
) -> Result<(), AdminError> {
    admin.may(Permission::ConsentWithdraw)?;
    load(admin, id).await?;
    if admin.store.read().await?.consents().find(id, client).await?.is_none() {
        return Err(AdminError::NotFound(format!("the citizen has allowed {client} nothing")));
    }
    Ok(consent::withdraw_by(app, visitor, id, client, (admin.actor.clone(), reason)).await?)
}

async fn load(admin: &Administrator, id: CitizenId) -> Result<Citizen, AdminError> {
    let found = admin.store.read().await?.citizens().find(id).await?;
    found.ok_or_else(|| AdminError::NotFound(format!("there is no citizen {id}")))
}

async fn seen(admin: &Administrator, id: CitizenId, what: &str) -> Result<(), AdminError> {
    load(admin, id).await?;
    let event = admin.event(EventKind::CitizenShown).about(id).with("sight", what);
    Ok(admin.store.write().await?.audit().record(&event.build()).await?)
}
