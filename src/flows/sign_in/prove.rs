//! What every proof ends with, whatever the method: the session, the known device, the event, and the sign-in that goes on.

use crate::crypto::hash::hash_secret;
use crate::domain::assurance::{AuthenticationMethod, Proof, Proofs, Requirement};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::credential::Credential;
use crate::domain::grant::Authentication;
use crate::domain::ids::{CitizenId, ClientId, DeviceId};
use crate::domain::message::Notice;
use crate::domain::risk::{Assessment, Reason, Response, Unmet};
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::session::{BrowserSession, Remember};
use crate::domain::sign_in::{OutOfOrder, Purpose, SignIn, State};
use crate::domain::statistics::Figure;
use crate::domain::time::Timestamp;
use crate::storage::{self, SignInStanding, Transaction};

use super::super::account::{closing, second_step};
use super::super::audit::EventBuilder;
use super::super::throttle::KnownDevice;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, cookie_secret, holdings, notices, risk, session};
use super::save;

/// Someone has signed in, or has proven more: the sign-in goes on, with these cookies.
#[derive(Debug)]
pub struct SignedIn {
    pub sign_in: SignIn,
    pub session: SecretString,
    pub session_hash: SecretHash,
    /// What portals' pages see of the session.
    pub browser_state: String,
    pub device: Device,
}

/// What becomes of the device's secret of whoever signed in.
#[derive(Debug)]
pub enum Device {
    /// It has become known, by this one.
    New(SecretString),
    /// It was known by this one, and is.
    Known(SecretHash),
    /// It was known by this one: others use it, they say.
    Forgotten(SecretHash),
    Stranger,
}

/// Whose proof it is, and what it shows.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    pub citizen: &'a Citizen,
    pub given: Given,
    pub device: KnownDevice,
}

/// A proof, and what it was given with.
#[derive(Clone, Debug)]
pub struct Given {
    pub proof: Proof,
    /// One of theirs that is raised where everything else in the session reaches more: with the traits that it was seen to have.
    pub credential: Option<Credential>,
}

impl Given {
    pub fn by(credential: Credential, now: Timestamp) -> Self {
        Self { proof: credential.proof(now), credential: Some(credential) }
    }

    /// As it counts beside what was `proven` in the session.
    fn beside(self, proven: &Proofs) -> Self {
        let raise = |held: Credential| Credential { binding: held.binding_beside(proven), ..held };
        match self.credential.map(raise) {
            Some(raised) => Self {
                proof: Proof { binding: self.proof.binding.max(raised.binding), ..self.proof },
                credential: Some(raised),
            },
            None => Self { credential: None, ..self },
        }
    }
}

impl From<Proof> for Given {
    fn from(proof: Proof) -> Self {
        Self { proof, credential: None }
    }
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
    if sign_in.is_for_another(citizen) {
        return Ok(Success::OutOfOrder(OutOfOrder));
    }
    let Shown { given, device: known, .. } = shown;
    let given = match &before {
        Some(before) => given.beside(&before.proofs),
        None => given,
    };
    let name = given.proof.method;
    // At a counter the device is the office's, and an officer has seen who it is.
    let own_device = name != AuthenticationMethod::CounterCode;
    let proofs = before.as_ref().map_or_else(Proofs::default, |before| before.proofs.clone()).with(given.proof);
    let client = sign_in.purpose.client();
    let risk = match before {
        None if own_device => unusual(app, visitor, (citizen, client), known, &proofs).await?,
        _ => Unusual::default(),
    };
    let demanded = match &before {
        Some(_) => sign_in.demanded.and(demanded_before(app, visitor).await?),
        None => sign_in.demanded.and(second_step::demanded(app, citizen, name, client).await?).and(risk.demanded),
    };
    let sign_in = SignIn { demanded, ..sign_in };
    let who = (citizen, shown.citizen.account_level);
    let asked = (demanded, sign_in.remember);
    let prepared = session::prepare(app, visitor, who, proofs, asked).await?;
    let record = &prepared.current.session;
    let device = device(app, known, own_device, record);
    // Whoever keeps nothing is told of a stranger's device all the same: a thief could say that others use it.
    let shared_and_new = record.remember == Remember::Nothing && known == KnownDevice::No && own_device;
    let is_new = match (&device, &before) {
        (Device::New(_), _) => true,
        (_, None) => shared_and_new && record.is_complete(),
        (_, Some(before)) => shared_and_new && record.is_complete() && !record.demanded.proven_by(&before.proofs),
    };
    let mut event = app
        .event(visitor, EventKind::SignIn, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .with("method", name)
        .with("device", &visitor.device_name);
    if !risk.reasons.is_empty() {
        event = event.with("unusual", risk.reasons.join(" "));
    }
    if let Some(outcome) = risk.outcome {
        event = event.with("demanded", outcome);
    }
    if before.is_some() {
        event = event.with("step_up", record.authentication.level().acr());
    }
    if let Purpose::Client(request) = &sign_in.purpose {
        event = event.of(&request.client_id);
    }
    let went_on = match &before {
        Some(_) => sign_in.strengthen(record.authentication.clone()),
        None => sign_in.authenticate(record.authentication.clone()),
    };
    let Ok(sign_in) = went_on else {
        prepared.withdraw(app).await?;
        return Ok(Success::OutOfOrder(OutOfOrder));
    };
    let written = Written {
        first: before.as_ref().unwrap_or(&record.authentication),
        anew: before.is_none(),
        raised: given.credential.filter(|_| before.is_some()),
        device: (&device, record),
        told_of_device: is_new || risk.outcome == Some(OUT_OF_REACH),
        event,
    };
    match written.write(app, visitor, method).await {
        Ok(None) => {}
        Ok(Some(why)) => {
            // In a step-up nothing was lost by trying: they are still who they were before it.
            prepared.withdraw(app).await?;
            return Ok(Success::TooLate(why));
        }
        Err(failed) => {
            prepared.withdraw(app).await?;
            return Err(failed);
        }
    }
    app.metrics.signed_in();
    app.counted(Figure::SignIn, name.as_str(), sign_in.purpose.client());
    if let Err(over) = save(app, &sign_in).await? {
        prepared.withdraw(app).await?;
        return Ok(Success::OutOfOrder(over));
    }
    prepared.take_place(app, visitor).await?;
    let browser_state = app.keys.browser_state(prepared.current.id());
    let (session_hash, session) = (prepared.current.key, prepared.cookie);
    Ok(Success::Given(Box::new(SignedIn { sign_in, session_hash, session, browser_state, device })))
}

/// What is written in one transaction where a proof was good.
struct Written<'a> {
    /// What the person had proven when they began to prove this.
    first: &'a Authentication,
    /// They had not proven anything yet.
    anew: bool,
    raised: Option<Credential>,
    device: (&'a Device, &'a BrowserSession),
    told_of_device: bool,
    event: EventBuilder,
}

impl Written<'_> {
    /// `Some` with the reason where the proof does not count any more, and nothing was written.
    async fn write(
        self,
        app: &App,
        visitor: &Visitor,
        method: Box<dyn Settle>,
    ) -> Result<Option<&'static str>, FlowError> {
        let citizen = self.first.citizen;
        // After the session was prepared: a lock ends the sessions that it finds, and whichever comes second sees the other.
        let mut tx = app.store.begin().await?;
        if let Some(why) = changed_meanwhile(&mut tx, self.first).await? {
            return Ok(Some(why));
        }
        if let Some(why) = method.settle(&mut tx).await? {
            return Ok(Some(why));
        }
        if let Some(raised) = &self.raised {
            raise(app, visitor, citizen, raised, &mut tx).await?;
        }
        enter_device(app, visitor, citizen, self.device, &mut tx).await?;
        if self.told_of_device {
            tell_of_new_device(app, visitor, citizen, &mut tx).await?;
        }
        if self.anew {
            closing::cancel(app, visitor, &mut tx, citizen).await?;
        }
        tx.audit().record(&self.event.build()).await?;
        tx.commit().await?;
        Ok(None)
    }
}

/// The credential is from here on what the session has vouched for, and its owner is told.
async fn raise(
    app: &App,
    visitor: &Visitor,
    citizen: CitizenId,
    raised: &Credential,
    tx: &mut Transaction,
) -> Result<(), FlowError> {
    let Some(mut stored) = tx.credentials().find(citizen, raised.id).await? else { return Ok(()) };
    let held = &mut stored.credential;
    let before = (held.binding, held.traits.unlocked);
    held.binding = held.binding.max(raised.binding);
    held.traits.unlocked |= raised.traits.unlocked;
    if (held.binding, held.traits.unlocked) == before {
        return Ok(());
    }
    let notice = Notice::CredentialRaised { kind: held.kind, name: held.name.to_string() };
    tx.credentials().replace(&stored).await?;
    notices::tell(app, visitor, tx, citizen, notice).await
}

/// What is unusual about a first proof, and what comes of it.
#[derive(Debug, Default)]
struct Unusual {
    reasons: Vec<&'static str>,
    demanded: Requirement,
    /// What became of the demand, as the event says it.
    outcome: Option<&'static str>,
}

const ASKED_FOR: &str = "asked_for";
const OUT_OF_REACH: &str = "out_of_reach";

/// Asks the rules. Of somebody who has nothing that brings what they demand it is demanded only where the settings say so.
async fn unusual(
    app: &App,
    visitor: &Visitor,
    (citizen, client): (CitizenId, Option<&ClientId>),
    device: KnownDevice,
    proofs: &Proofs,
) -> Result<Unusual, FlowError> {
    let Assessment { reasons, demanded } = risk::assess(app, visitor, citizen, device).await?;
    let reasons = reasons.into_iter().map(Reason::as_str).collect();
    if demanded.proven_by(proofs) {
        return Ok(Unusual { reasons, ..Unusual::default() });
    }
    let held = holdings::load(app, citizen, client).await?;
    let now = app.clock.now();
    Ok(match held.is_some_and(|held| held.can_bring(proofs, demanded, now)) {
        true => Unusual { reasons, demanded, outcome: Some(ASKED_FOR) },
        false => match app.settings.risk.on_unmet {
            Unmet::Refuse => Unusual { reasons, demanded, outcome: Some(OUT_OF_REACH) },
            Unmet::Allow => Unusual { reasons, demanded: Requirement::NONE, outcome: Some(OUT_OF_REACH) },
        },
    })
}

/// Where no rule says anything of new devices, nobody is told of them.
async fn tell_of_new_device(
    app: &App,
    visitor: &Visitor,
    citizen: CitizenId,
    tx: &mut Transaction,
) -> Result<(), FlowError> {
    if app.settings.risk.new_device == Response::Off {
        return Ok(());
    }
    let notice = Notice::NewDevice { device: visitor.device_name.clone(), network: visitor.masked_address() };
    notices::tell(app, visitor, tx, citizen, notice).await
}

/// What is demanded of the session that goes on: a step-up within it takes nothing of that away.
async fn demanded_before(app: &App, visitor: &Visitor) -> Result<Requirement, FlowError> {
    Ok(session::begun(app, visitor).await?.map_or(Requirement::NONE, |begun| begun.session.demanded))
}

/// Whether the account was locked, or signed out everywhere or in this session, since the person began to prove themselves.
async fn changed_meanwhile(
    tx: &mut Transaction,
    authentication: &Authentication,
) -> Result<Option<&'static str>, FlowError> {
    let standing = tx.citizens().sign_in_standing(authentication).await?;
    Ok((standing != SignInStanding::Honoured).then_some(LOCKED))
}

/// What the device is to whoever has just proven something in the session `record`.
fn device(app: &App, before: KnownDevice, own_device: bool, record: &BrowserSession) -> Device {
    let at_a_counter = |proof: &Proof| proof.method == AuthenticationMethod::CounterCode;
    let own_device = own_device && !record.authentication.proofs.iter().any(at_a_counter);
    match (before, record.remember) {
        _ if !own_device => Device::Stranger,
        (KnownDevice::Yes(secret), Remember::Nothing) => Device::Forgotten(secret),
        (KnownDevice::Yes(secret), Remember::Device | Remember::Name) => Device::Known(secret),
        (KnownDevice::No, Remember::Nothing) => Device::Stranger,
        // One of which more is demanded is not the citizen's until that is proven: half of a sign-in shows too little.
        (KnownDevice::No, _) if !record.is_complete() => Device::Stranger,
        (KnownDevice::No, Remember::Device | Remember::Name) => Device::New(cookie_secret(&*app.random)),
    }
}

/// Enters the device as the citizen's, or takes it off; with their name, where they chose that and have proven what is demanded.
async fn enter_device(
    app: &App,
    visitor: &Visitor,
    citizen: CitizenId,
    (device, record): (&Device, &BrowserSession),
    tx: &mut Transaction,
) -> Result<(), FlowError> {
    let secret = match device {
        Device::New(cookie) => hash_secret(cookie.expose().as_bytes()),
        Device::Known(secret) => *secret,
        Device::Forgotten(secret) => return Ok(tx.known_devices().forget_here(citizen, *secret).await?),
        Device::Stranger => return Ok(()),
    };
    let now = app.clock.now();
    let device = storage::KnownDevice {
        id: DeviceId::new(now, &*app.random),
        secret,
        label: visitor.device_name.clone(),
        created_at: now,
        last_used_at: now,
        place: Some(risk::place(app, visitor, citizen)?),
    };
    tx.known_devices().remember(citizen, &device).await?;
    if record.remember == Remember::Name && record.is_complete() {
        tx.remembered_people().remember(citizen, secret, now).await?;
    }
    Ok(())
}

/// Whether one of the secrets of the visitor's device is one that `citizen` has signed in with.
pub async fn known_device(app: &App, visitor: &Visitor, citizen: CitizenId) -> Result<KnownDevice, FlowError> {
    if visitor.devices.is_empty() {
        return Ok(KnownDevice::No);
    }
    let found = app.store.read().await?.known_devices().find(citizen, &visitor.devices).await?;
    Ok(found.map_or(KnownDevice::No, |device| KnownDevice::Yes(device.secret)))
}
