//! What a citizen signs in with, where they are signed in, and what they allowed, for those who help them; and the end of all their
//! sessions.

use crate::domain::administration::Permission;
use crate::domain::audit::EventKind;
use crate::domain::consent::Consent;
use crate::domain::credential::Credential;
use crate::domain::ids::CitizenId;
use crate::domain::session::BrowserSession;
use crate::domain::signals::Initiator;
use crate::flows::{short_lived, single_logout};

use super::change_status::{Sessions, forget_sessions};
use super::find_citizen::Who;
use super::{AdminError, Administrator};

/// As many consents as are shown.
const MOST: u32 = 200;

/// Where a citizen is signed in, the latest first. `None` where the sessions live inside another process.
///
/// # Errors
/// `Denied`, `Away`.
pub async fn sessions(admin: &Administrator, citizen: CitizenId) -> Result<Option<Vec<BrowserSession>>, AdminError> {
    admin.may(Permission::SessionList)?;
    let Some(store) = &admin.sessions else { return Ok(None) };
    let (now, idle) = (admin.clock.now(), admin.settings.lifetimes.session_idle);
    let members = store.members(&short_lived::sessions_of(citizen)).await?;
    let keys: Vec<_> = members.iter().map(|member| short_lived::session(&member.key)).collect();
    let found = store.get_many(&keys).await?;
    let mut live: Vec<_> = found.into_iter().flatten().filter(|session| session.is_live(idle, now)).collect();
    live.sort_by_key(|session| std::cmp::Reverse(session.last_seen_at));
    Ok(Some(live))
}

/// What a citizen can sign in with beside a password.
///
/// # Errors
/// `Denied`, `Away`.
pub async fn credentials(admin: &Administrator, citizen: CitizenId) -> Result<Vec<Credential>, AdminError> {
    admin.may(Permission::CredentialList)?;
    let stored = admin.store.read().await?.credentials().list(citizen).await?;
    Ok(stored.into_iter().map(|stored| stored.credential).collect())
}

/// What a citizen allowed portals.
///
/// # Errors
/// `Denied`, `Away`.
pub async fn consents(admin: &Administrator, citizen: CitizenId) -> Result<Vec<Consent>, AdminError> {
    admin.may(Permission::ConsentList)?;
    Ok(admin.store.read().await?.consents().list(citizen, None, MOST).await?.items)
}

/// What became of a citizen's sessions.
#[derive(Debug)]
pub struct Ended {
    /// How many portals are told.
    pub told: usize,
    pub sessions: Sessions,
}

/// Ends every session of a citizen, who stays what they are and signs in again; portals that took part are told.
///
/// # Errors
/// `NotFound`, `Denied`, `Away`.
pub async fn end_sessions(admin: &Administrator, who: &Who, reason: &str) -> Result<Ended, AdminError> {
    admin.may(Permission::SessionEnd)?;
    let now = admin.clock.now();
    let mut tx = admin.store.begin().await?;
    let citizen = who.load(&mut tx).await?.id;
    tx.session_clients().close(citizen).await?;
    tx.citizens().end_sessions(citizen, now).await?;
    let left = tx.session_clients().leave_all(citizen).await?;
    let told = single_logout::enqueue(&mut tx, &left, Some(Initiator::Admin), now, &*admin.random).await?;
    let event = admin.event(EventKind::SessionEnded).about(citizen).with("why", "by_staff").with("reason", reason);
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Ended { told, sessions: forget_sessions(admin, citizen).await })
}
