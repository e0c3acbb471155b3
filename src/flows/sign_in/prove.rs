//! What every proof ends with, whatever the method: the session, the known device, the event, and the sign-in that goes on.

use crate::crypto::hash::hash_secret;
use crate::domain::assurance::{AuthenticationMethod, Proof, Proofs, Requirement};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::grant::Authentication;
use crate::domain::ids::{CitizenId, DeviceId};
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::sign_in::{OutOfOrder, Purpose, SignIn, State};
use crate::domain::time::Timestamp;
use crate::storage::{self, Transaction};

use super::super::account::second_step;
use super::super::session::CurrentSession;
use super::super::throttle::KnownDevice;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, cookie_secret, session};
use super::save;

/// Someone has signed in, or has proven more: the sign-in goes on, with these cookies.
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

/// Whose proof it is, and what it shows.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    pub citizen: &'a Citizen,
    pub proof: Proof,
    pub device: KnownDevice,
}

/// How a good proof ends.
#[derive(Debug)]
pub enum Success {
    Given(Box<SignedIn>),
    /// While it was being checked, the account was locked, or what the method itself looks at again speaks against it now.
    TooLate(&'static str),
    OutOfOrder(OutOfOrder),
}

/// Why an account that may not sign in is not let in, whatever was proven.
pub const LOCKED: &str = "locked";

/// What the method itself holds against the store once more and writes, within the transaction that records the sign-in.
#[async_trait::async_trait]
pub trait Settle: Send {
    /// `Some` with the reason where the proof does not count any more.
    async fn settle(self: Box<Self>, tx: &mut Transaction) -> Result<Option<&'static str>, FlowError>;
}

/// Lets in whoever gave a good proof: beside what they proved in this session already, where this is a step-up.
pub async fn succeed(
    app: &App,
    visitor: &Visitor,
    sign_in: SignIn,
    shown: Shown<'_>,
    method: Box<dyn Settle>,
) -> Result<Success, FlowError> {
    let before = match &sign_in.state {
        State::Authenticated(before) => Some(before.clone()),
        State::Offered | State::Requested | State::Identified { .. } | State::Consented(_) => None,
    };
    let citizen = shown.citizen.id;
    if before.as_ref().is_some_and(|before| before.citizen != citizen) {
        return Ok(Success::OutOfOrder(OutOfOrder));
    }
    let name = shown.proof.method;
    let demanded = match &before {
        Some(_) => sign_in.demanded.and(demanded_before(app, visitor).await?),
        None => sign_in.demanded.and(second_step::demanded(app, citizen, name).await?),
    };
    let sign_in = SignIn { demanded, ..sign_in };
    let proofs = before.as_ref().map_or_else(Proofs::default, |before| before.proofs.clone()).with(shown.proof);
    let who = (citizen, shown.citizen.account_level);
    let (session, record) = session::begin(app, visitor, who, proofs, demanded).await?;
    let session_hash = hash_secret(session.expose().as_bytes());
    // At a counter the device is the office's; and half of a sign-in shows too little for a device to be known by it.
    let at_a_counter = |proof: &Proof| proof.method == AuthenticationMethod::CounterCode;
    let own_device = record.is_complete() && !record.authentication.proofs.iter().any(at_a_counter);
    let device_cookie = (own_device && shown.device == KnownDevice::No).then(|| cookie_secret(&*app.random));
    let mut event = app
        .event(visitor, EventKind::SignIn, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .with("method", name)
        .with("device", &visitor.device_name);
    if before.is_some() {
        event = event.with("step_up", record.authentication.level().acr());
    }
    if let Purpose::Client(request) = &sign_in.purpose {
        event = event.of(&request.client_id);
    }
    let mut tx = app.store.begin().await?;
    // After the session was begun: a lock ends the sessions that it finds, and whichever comes second sees the other.
    let first = before.as_ref().unwrap_or(&record.authentication);
    let why = match changed_meanwhile(&mut tx, first).await? {
        Some(why) => Some(why),
        None => method.settle(&mut tx).await?,
    };
    if let Some(why) = why {
        drop(tx);
        session::forget(app, &CurrentSession { key: session_hash, session: record }).await?;
        return Ok(Success::TooLate(why));
    }
    if own_device {
        remember_device(app, visitor, citizen, device_cookie.as_ref(), &mut tx).await?;
    }
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    app.metrics.signed_in();
    let browser_state = app.keys.browser_state(record.authentication.session);
    let went_on = match before {
        Some(_) => sign_in.strengthen(record.authentication),
        None => sign_in.authenticate(record.authentication),
    };
    Ok(match went_on {
        Ok(sign_in) => match save(app, &sign_in).await? {
            Ok(()) => {
                let device = device_cookie;
                Success::Given(Box::new(SignedIn { sign_in, session_hash, session, browser_state, device }))
            }
            Err(over) => Success::OutOfOrder(over),
        },
        Err(fault) => Success::OutOfOrder(fault),
    })
}

/// What is demanded of the session that goes on: a step-up within it takes nothing of that away.
async fn demanded_before(app: &App, visitor: &Visitor) -> Result<Requirement, FlowError> {
    Ok(session::begun(app, visitor).await?.map_or(Requirement::NONE, |begun| begun.session.demanded))
}

/// Whether the account was locked, or signed out everywhere, since the person began to prove themselves.
async fn changed_meanwhile(
    tx: &mut Transaction,
    authentication: &Authentication,
) -> Result<Option<&'static str>, FlowError> {
    let standing = tx.citizens().standing(authentication.citizen).await?;
    Ok((!standing.is_some_and(|standing| standing.honours(authentication))).then_some(LOCKED))
}

async fn remember_device(
    app: &App,
    visitor: &Visitor,
    citizen: CitizenId,
    cookie: Option<&SecretString>,
    tx: &mut Transaction,
) -> Result<(), FlowError> {
    let secret = match (cookie, visitor.device) {
        (Some(cookie), _) => hash_secret(cookie.expose().as_bytes()),
        (None, Some(known)) => known,
        (None, None) => return Ok(()),
    };
    tx.known_devices().remember(citizen, &remembered(app, visitor, secret, app.clock.now())).await?;
    Ok(())
}

fn remembered(app: &App, visitor: &Visitor, secret: SecretHash, now: Timestamp) -> storage::KnownDevice {
    let id = DeviceId::new(now, &*app.random);
    storage::KnownDevice { id, secret, label: visitor.device_name.clone(), created_at: now, last_used_at: now }
}

/// Whether the visitor's device cookie is one that `citizen` has signed in with.
pub async fn known_device(app: &App, visitor: &Visitor, citizen: CitizenId) -> Result<KnownDevice, FlowError> {
    let Some(secret) = visitor.device else {
        return Ok(KnownDevice::No);
    };
    let found = app.store.read().await?.known_devices().find(citizen, secret).await?;
    Ok(if found.is_some() { KnownDevice::Yes } else { KnownDevice::No })
}
