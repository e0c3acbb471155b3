//! The person proves who they are with a password.
//!
//! Someone unknown, someone without a password, someone locked and someone with another password are answered with
//! the same words after the same work: one look-up, one hash.

use std::time::Duration;

use crate::credentials::password::Outcome as Verified;
use crate::crypto::hash::hash_secret;
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::CitizenStatus;
use crate::domain::grant::Authentication;
use crate::domain::ids::{CitizenId, DeviceId};
use crate::domain::password_hash::PasswordHash;
use crate::domain::password_policy::NormalisedPassword;
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::sign_in::{OutOfOrder, Purpose, SignIn, State};
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;
use crate::storage::{self, Credentials, Store, Transaction};

use super::super::audit::EventBuilder;
use super::super::session::CurrentSession;
use super::super::throttle::{KnownDevice, Throttle, Tries};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, cookie_secret, session};
use super::{identify, save};

/// How proving it ends.
#[derive(Debug)]
pub enum Proof {
    Given(Box<SignedIn>),
    Refused(Refusal),
    OutOfOrder(OutOfOrder),
}

/// Someone has signed in: the sign-in goes on, with these cookies.
#[derive(Debug)]
pub struct SignedIn {
    pub sign_in: SignIn,
    pub session: SecretString,
    pub session_hash: SecretHash,
    /// What portals' pages see of the session.
    pub browser_state: String,
    /// Where the device was not known yet.
    pub device: Option<SecretString>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// One sentence for every reason there is.
    WrongNameOrPassword,
    Throttled {
        retry_after: Duration,
    },
}

const LOCKED: &str = "locked";
const PASSWORD_NOT_ENOUGH: &str = "password_alone_no_longer_works";

/// Holds `typed` against the password of whom the person said they are.
pub async fn prove(app: &App, visitor: &Visitor, sign_in: SignIn, typed: &SecretString) -> Result<Proof, FlowError> {
    if !matches!(sign_in.state, State::Identified { .. }) {
        return Ok(Proof::OutOfOrder(OutOfOrder));
    }
    let Some((_, name)) = identify::named(app, &sign_in)? else {
        return Ok(Proof::OutOfOrder(OutOfOrder));
    };
    let found = app.store.read().await?.citizens().find_by_name(&name).await?;
    // Nobody's devices are looked up where nobody has this name: it takes as long.
    let whose = found.as_ref().map_or_else(|| CitizenId::new(app.clock.now(), &*app.random), |found| found.citizen.id);
    let device = known_device(app, visitor, whose).await?;
    let tries = Tries::new(visitor, &app.store.name_tag(&name)?, device);
    if let Throttle::Closed { retry_after, turned_away } = tries.enter(app).await? {
        app.metrics.sign_in_refused("throttled");
        // The first of a window is written: a flood of them costs nobody a hash, and must not fill the log either.
        if turned_away == 1 {
            app.record(refusal(app, visitor, &sign_in, &name, None, "throttled"));
        }
        return Ok(Proof::Refused(Refusal::Throttled { retry_after }));
    }

    // What can be nobody's password is answered as slowly as what could be.
    let password = NormalisedPassword::new(typed, app.settings.password.lengths.most).ok();
    let stored = found.as_ref().and_then(|found| found.password.as_ref());
    let phc = stored.map(|stored| PasswordHash::from_phc(stored.phc.expose()));
    let verified = match app.hasher.verify(password.as_ref(), phc.as_ref()).await {
        Ok(verified) => verified,
        Err(error) => {
            tries.withdraw(app).await?;
            return Err(error.into());
        }
    };

    let Some(found) = found else {
        refused(app, visitor, &sign_in, &name, None, "unknown_name");
        return Ok(Proof::Refused(Refusal::WrongNameOrPassword));
    };
    let citizen = found.citizen.id;
    let failures_in_a_row = stored_failures(&found);
    let in_a_row = app.settings.throttling.failures_in_a_row;
    let why_not = match verified {
        Verified::Mismatch => Some("wrong_password"),
        Verified::Match { .. } if found.citizen.status != CitizenStatus::Active => Some(LOCKED),
        Verified::Match { .. } if device == KnownDevice::No && failures_in_a_row >= in_a_row => {
            Some(PASSWORD_NOT_ENOUGH)
        }
        Verified::Match { .. } => None,
    };
    if let Some(why) = why_not {
        // Written after the answer: a write that unknown names do not have would tell them apart.
        let store = app.store.clone();
        app.background.spawn(async move { record_failure(store, citizen).await });
        refused(app, visitor, &sign_in, &name, Some(citizen), why);
        return Ok(Proof::Refused(Refusal::WrongNameOrPassword));
    }

    if let (Verified::Match { needs_rehash: true }, Some(password), Some(old)) = (verified, password, found.password) {
        rehash(app, citizen, &password, &old.phc).await?;
    }
    match succeed(app, visitor, sign_in.clone(), citizen, device).await? {
        Success::Proven(proof) => {
            tries.forgive(app).await?;
            Ok(proof)
        }
        Success::TooLate(why) => {
            refused(app, visitor, &sign_in, &name, Some(citizen), why);
            Ok(Proof::Refused(Refusal::WrongNameOrPassword))
        }
    }
}

/// How a right password ends.
enum Success {
    Proven(Proof),
    /// While it was being checked, the account was locked, or others guessed at it once too often.
    TooLate(&'static str),
}

async fn succeed(
    app: &App,
    visitor: &Visitor,
    sign_in: SignIn,
    citizen: CitizenId,
    device: KnownDevice,
) -> Result<Success, FlowError> {
    let now = app.clock.now();
    let methods = vec![AuthenticationMethod::Password];
    let (session, record) = session::begin(app, visitor, citizen, methods).await?;
    let session_hash = hash_secret(session.expose().as_bytes());
    let device_cookie = (device == KnownDevice::No).then(|| cookie_secret(&*app.random));
    let mut event = app
        .event(visitor, EventKind::SignIn, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .with("method", "pwd")
        .with("device", &visitor.device_name);
    if let Purpose::Client(request) = &sign_in.purpose {
        event = event.of(&request.client_id);
    }
    let mut tx = app.store.begin().await?;
    // After the session was begun: a lock ends the sessions that it finds, and whichever comes second sees the other.
    if let Some(why) = changed_meanwhile(app, &mut tx, &record.authentication, device).await? {
        drop(tx);
        session::forget(app, &CurrentSession { key: session_hash, session: record }).await?;
        return Ok(Success::TooLate(why));
    }
    tx.passwords().reset_failures(citizen).await?;
    match (&device_cookie, &visitor.device) {
        (Some(cookie), _) => {
            let secret = hash_secret(cookie.expose().as_bytes());
            tx.known_devices().remember(citizen, &remembered(app, visitor, secret, now)).await?;
        }
        (None, Some(known)) => tx.known_devices().remember(citizen, &remembered(app, visitor, *known, now)).await?,
        (None, None) => {}
    }
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    app.metrics.signed_in();
    let browser_state = app.keys.browser_state(record.authentication.session);
    match sign_in.authenticate(record.authentication) {
        Ok(sign_in) => Ok(Success::Proven(match save(app, &sign_in).await? {
            Ok(()) => {
                let device = device_cookie;
                Proof::Given(Box::new(SignedIn { sign_in, session_hash, session, browser_state, device }))
            }
            Err(over) => Proof::OutOfOrder(over),
        })),
        Err(fault) => Ok(Success::Proven(Proof::OutOfOrder(fault))),
    }
}

/// Why the password is not enough any more, looked at again once it was found to be right.
async fn changed_meanwhile(
    app: &App,
    tx: &mut Transaction,
    authentication: &Authentication,
    device: KnownDevice,
) -> Result<Option<&'static str>, FlowError> {
    let standing = tx.citizens().standing(authentication.citizen).await?;
    if !standing.is_some_and(|standing| standing.honours(authentication)) {
        return Ok(Some(LOCKED));
    }
    if device == KnownDevice::Yes {
        return Ok(None);
    }
    let failures = tx.passwords().find(authentication.citizen).await?.map_or(0, |stored| stored.failures_in_a_row);
    Ok((failures >= app.settings.throttling.failures_in_a_row).then_some(PASSWORD_NOT_ENOUGH))
}

fn remembered(app: &App, visitor: &Visitor, secret: SecretHash, now: Timestamp) -> storage::KnownDevice {
    let id = DeviceId::new(now, &*app.random);
    storage::KnownDevice { id, secret, label: visitor.device_name.clone(), created_at: now, last_used_at: now }
}

/// Whether the visitor's device cookie is one that `citizen` has signed in with.
async fn known_device(app: &App, visitor: &Visitor, citizen: CitizenId) -> Result<KnownDevice, FlowError> {
    let Some(secret) = visitor.device else {
        return Ok(KnownDevice::No);
    };
    let found = app.store.read().await?.known_devices().find(citizen, secret).await?;
    Ok(if found.is_some() { KnownDevice::Yes } else { KnownDevice::No })
}

fn stored_failures(found: &Credentials) -> u32 {
    found.password.as_ref().map_or(0, |stored| stored.failures_in_a_row)
}

/// The parameters have risen since this password was hashed.
async fn rehash(
    app: &App,
    citizen: CitizenId,
    password: &NormalisedPassword,
    old: &SecretString,
) -> Result<(), FlowError> {
    let new = SecretString::new(app.hasher.hash(password).await?.as_str());
    Ok(app.store.write().await?.passwords().rehash(citizen, old, &new).await?)
}

async fn record_failure(store: Store, citizen: CitizenId) {
    let recorded = async { store.write().await?.passwords().record_failure(citizen).await };
    if let Err(error) = recorded.await {
        tracing::error!(%error, %citizen, "a failed sign-in was not counted in the identity store");
    }
}

fn refused(
    app: &App,
    visitor: &Visitor,
    sign_in: &SignIn,
    name: &SignInName,
    whom: Option<CitizenId>,
    why: &'static str,
) {
    app.metrics.sign_in_refused(why);
    app.record(refusal(app, visitor, sign_in, name, whom, why));
}

fn refusal(
    app: &App,
    visitor: &Visitor,
    sign_in: &SignIn,
    name: &SignInName,
    whom: Option<CitizenId>,
    why: &'static str,
) -> EventBuilder {
    let mut event = app
        .event(visitor, EventKind::SignIn, Outcome::Refused)
        .with("name", name.masked())
        .with("method", "pwd")
        .with("why", why)
        .with("device", &visitor.device_name);
    if let Some(citizen) = whom {
        event = event.about(citizen);
    }
    if let Purpose::Client(request) = &sign_in.purpose {
        event = event.of(&request.client_id);
    }
    event
}
