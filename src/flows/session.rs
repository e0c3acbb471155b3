//! Browser sessions: begun at sign-in, read by every silent sign-on, ended by the person, an operator or time.

use std::time::Duration;

use crate::crypto::hash::hash_secret;
use crate::domain::assurance::{AccountLevel, AuthenticationMethod, Proofs, Requirement};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::grant::Authentication;
use crate::domain::ids::{CitizenId, ClientId, SessionId};
use crate::domain::logout::Participant;
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::session::{BrowserSession, Remember};
use crate::domain::signals::Initiator;
use crate::sessions::Batch;
use crate::storage::EndedSession;

use super::short_lived::{self, SessionMember};
use super::visitor::Visitor;
use super::{App, FlowError, cookie_secret, single_logout};

/// A live session and where it stands.
#[derive(Clone, Debug)]
pub struct CurrentSession {
    pub key: SecretHash,
    pub session: BrowserSession,
}

impl CurrentSession {
    pub const fn citizen(&self) -> CitizenId {
        self.session.authentication.citizen
    }

    pub const fn id(&self) -> SessionId {
        self.session.authentication.session
    }
}

/// The live session of the visitor's cookie, if there is one and everything was proven that is demanded of it; noted as in use.
pub async fn current(app: &App, visitor: &Visitor) -> Result<Option<CurrentSession>, FlowError> {
    Ok(begun(app, visitor).await?.filter(|current| current.session.is_complete()))
}

/// As [`current`], also where more is still demanded of it: in the sign-in that proves it, and to end it.
pub async fn begun(app: &App, visitor: &Visitor) -> Result<Option<CurrentSession>, FlowError> {
    let Some(key) = visitor.session else {
        return Ok(None);
    };
    let now = app.clock.now();
    let idle = app.settings.lifetimes.session_idle;
    let Some(mut session) = app.sessions.get(&short_lived::session(&key)).await?.filter(|s| s.is_live(idle, now))
    else {
        return Ok(None);
    };
    if session.needs_touch(now) {
        session.last_seen_at = now;
        // Replaces what stands there and nothing else: a session that was ended meanwhile stays ended.
        let ttl = now.until(session.expires_at).min(idle);
        if app.sessions.swap(&short_lived::session(&key), &session, ttl).await?.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(CurrentSession { key, session }))
}

/// What has been proven in the visitor's live session, where it is the one that `authentication` is of. That may be more by now,
/// or less: what a credential proved that was removed since counts no more.
pub async fn proven_in(
    app: &App,
    visitor: &Visitor,
    authentication: &Authentication,
) -> Result<Option<Authentication>, FlowError> {
    let same = |own: &CurrentSession| own.id() == authentication.session && own.citizen() == authentication.citizen;
    Ok(begun(app, visitor).await?.filter(same).map(|current| current.session.authentication))
}

/// A session that stands under a cookie which nobody has been given yet. What was there before it stands as well, until this one
/// takes its place.
#[derive(Debug)]
pub struct Prepared {
    pub cookie: SecretString,
    pub current: CurrentSession,
    before: Option<CurrentSession>,
}

/// Prepares the session of someone who has just proven who they are.
///
/// The cookie is always new (no session that someone else prepared is ever signed in to). Where the same person
/// proves themselves again, the session goes on under its name, so that portals can still speak of it.
pub async fn prepare(
    app: &App,
    visitor: &Visitor,
    who: (CitizenId, AccountLevel),
    proofs: Proofs,
    (demanded, remember): (Requirement, Remember),
) -> Result<Prepared, FlowError> {
    let now = app.clock.now();
    let (citizen, account_level) = who;
    let lifetimes = &app.settings.lifetimes;
    let before = begun(app, visitor).await?;
    let (id, remember) = match &before {
        // A session that goes on is short still where others use the device, whatever is said of it in between.
        Some(before) if before.citizen() == citizen && before.session.remember == Remember::Nothing => {
            (before.id(), Remember::Nothing)
        }
        Some(before) if before.citizen() == citizen => (before.id(), remember),
        _ => (SessionId::new(now, &*app.random), remember),
    };
    let absolute = longest(app, &proofs, remember);
    let cookie = cookie_secret(&*app.random);
    let key = hash_secret(cookie.expose().as_bytes());
    let session = BrowserSession {
        authentication: Authentication { citizen, session: id, auth_time: proofs.latest(now), account_level, proofs },
        demanded,
        remember,
        started_at: now,
        last_seen_at: now,
        expires_at: now + absolute,
        device: visitor.device_name.clone(),
        address: visitor.masked_address(),
    };
    let member = SessionMember { key, id };
    // The index first: whatever part of this a failover keeps, no session stands that its citizen's list does not know.
    let batch = Batch::new().insert(&short_lived::sessions_of(citizen), &member, absolute)?.put(
        &short_lived::session(&key),
        &session,
        lifetimes.session_idle.min(absolute),
    )?;
    app.sessions.apply(batch).await?;
    Ok(Prepared { cookie, current: CurrentSession { key, session }, before })
}

impl Prepared {
    /// It is the browser's session from here on. The cookie of the one before is good for nothing any more; whoever else was signed
    /// in at this browser is signed out.
    pub async fn take_place(&self, app: &App, visitor: &Visitor) -> Result<(), FlowError> {
        let Self { current, before, .. } = self;
        match before {
            Some(before) if before.citizen() == current.citizen() => {
                let until = current.session.expires_at;
                app.store.write().await?.session_clients().prolong(current.citizen(), current.id(), until).await?;
                forget(app, before).await
            }
            Some(before) => end(app, visitor, before, Ending::ReplacedBySomeoneElse).await.map(drop),
            None => Ok(()),
        }
    }

    /// It was none: what was there before is as it was.
    pub async fn withdraw(&self, app: &App) -> Result<(), FlowError> {
        forget(app, &self.current).await
    }
}

/// However used, it lasts no longer: at a counter, and wherever others use the device, it is short, because somebody else comes after
/// this person.
fn longest(app: &App, proofs: &Proofs, remember: Remember) -> Duration {
    let lifetimes = &app.settings.lifetimes;
    let absolute = match remember {
        Remember::Nothing => lifetimes.session_absolute.min(lifetimes.session_on_shared_device),
        Remember::Device | Remember::Name => lifetimes.session_absolute,
    };
    match proofs.iter().any(|proof| proof.method == AuthenticationMethod::CounterCode) {
        true => absolute.min(app.settings.counter.session),
        false => absolute,
    }
}

/// Why a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The person signed out of it, or ended it from their account.
    ByPerson,
    ReplacedBySomeoneElse,
    /// What it was begun with was removed from the account.
    CredentialRemoved,
    /// A registrar, or somebody who helps citizens, ended it.
    ByStaff,
}

impl Ending {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ByPerson => "by_person",
            Self::ReplacedBySomeoneElse => "replaced",
            Self::CredentialRemoved => "credential_removed",
            Self::ByStaff => "by_staff",
        }
    }
}

/// Ends a session for good: in SQL first, which outlives a failover of the short-lived store, then there. Who took part
/// in it is told by itself, and returned.
pub async fn end(
    app: &App,
    visitor: &Visitor,
    ended: &CurrentSession,
    why: Ending,
) -> Result<Vec<Participant>, FlowError> {
    end_by(app, visitor, ended, why, Actor::Citizen(ended.citizen())).await
}

/// As [`end`], where it may be somebody else who ends it.
pub(super) async fn end_by(
    app: &App,
    visitor: &Visitor,
    ended: &CurrentSession,
    why: Ending,
    by: Actor,
) -> Result<Vec<Participant>, FlowError> {
    let now = app.clock.now();
    let citizen = ended.citizen();
    let initiator = Initiator::of(&by);
    let event = app
        .event(visitor, EventKind::SessionEnded, Outcome::Success)
        .by(by)
        .about(citizen)
        .with("session", ended.id())
        .with("why", why.as_str());
    let mut tx = app.store.begin().await?;
    tx.session_clients().close(citizen).await?;
    let ending = EndedSession { session: ended.id(), citizen, ended_at: now };
    tx.ended_sessions().end(ending, ended.session.expires_at).await?;
    let left = tx.session_clients().leave_session(citizen, ended.id()).await?;
    single_logout::enqueue(&mut tx, &left, Some(initiator), now, &*app.random).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    app.deliveries.wake();
    // Under whatever cookie it goes on: a step-up that was under way has given it another one.
    for member in app.sessions.members(&short_lived::sessions_of(citizen)).await? {
        if member.id == ended.id() {
            forget(app, &CurrentSession { key: member.key, session: ended.session.clone() }).await?;
        }
    }
    forget(app, ended).await?;
    Ok(left)
}

/// Writes a session anew under the same cookie. One that was ended meanwhile stays ended.
pub(super) async fn rewrite(app: &App, current: &CurrentSession, session: BrowserSession) -> Result<(), FlowError> {
    let ttl = app.clock.now().until(session.expires_at).min(app.settings.lifetimes.session_idle);
    app.sessions.swap(&short_lived::session(&current.key), &session, ttl).await?;
    Ok(())
}

/// Takes a session out of the short-lived store.
pub(super) async fn forget(app: &App, gone: &CurrentSession) -> Result<(), FlowError> {
    let member = SessionMember { key: gone.key, id: gone.id() };
    let batch = Batch::new()
        .delete(&short_lived::session(&gone.key))
        .remove(&short_lived::sessions_of(gone.citizen()), &member)?;
    Ok(app.sessions.apply(batch).await?)
}

/// Every live session of a citizen, the latest first.
pub async fn list(app: &App, citizen: CitizenId) -> Result<Vec<CurrentSession>, FlowError> {
    let now = app.clock.now();
    let idle = app.settings.lifetimes.session_idle;
    let members = app.sessions.members(&short_lived::sessions_of(citizen)).await?;
    let keys: Vec<_> = members.iter().map(|member| short_lived::session(&member.key)).collect();
    let found = app.sessions.get_many(&keys).await?;
    let mut live = Vec::new();
    for (member, session) in members.iter().zip(found) {
        match session.filter(|session| session.is_live(idle, now)) {
            Some(session) => live.push(CurrentSession { key: member.key, session }),
            // It ended by time: the set is an index and is tidied where that is noticed.
            None => app.sessions.remove(&short_lived::sessions_of(citizen), member).await?,
        }
    }
    live.sort_by_key(|current| std::cmp::Reverse(current.session.last_seen_at));
    Ok(live)
}

/// The clients that a session has signed in to.
pub async fn clients(app: &App, current: &CurrentSession) -> Result<Vec<ClientId>, FlowError> {
    Ok(app.store.read().await?.session_clients().list(current.citizen(), current.id()).await?)
}

/// Of the clients that a session has signed in to, how many are told when it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hearing {
    pub told: usize,
    /// They registered no address for it, or are registered no more.
    pub untold: usize,
}

pub async fn hearing(app: &App, current: &CurrentSession) -> Result<Hearing, FlowError> {
    let mut hearing = Hearing::default();
    for id in clients(app, current).await? {
        let client = app.clients.find(app, &id).await?;
        let hears =
            client.is_some_and(|client| client.logout.back_channel.is_some() || client.logout.front_channel.is_some());
        match hears {
            true => hearing.told += 1,
            false => hearing.untold += 1,
        }
    }
    Ok(hearing)
}

/// Takes every session of a citizen out of the short-lived store; SQL's `sessions_valid_from` has ended them already.
pub async fn forget_all(app: &App, citizen: CitizenId) -> Result<(), FlowError> {
    for session in list(app, citizen).await? {
        forget(app, &session).await?;
    }
    Ok(())
}
