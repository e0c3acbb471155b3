//! The person proves who they are with a password.
//!
//! Someone unknown, someone without a password, someone locked and someone with another password are answered with
//! the same words after the same work: one look-up, one hash.

use std::time::Duration;

use crate::credentials::password::Outcome as Verified;
use crate::domain::assurance::{self, AuthenticationMethod};
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::ids::CitizenId;
use crate::domain::password_hash::PasswordHash;
use crate::domain::password_policy::NormalisedPassword;
use crate::domain::secret::SecretString;
use crate::domain::sign_in::{OutOfOrder, Purpose, SignIn, State};
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;
use crate::storage::{FoundByName, Store, Transaction};

use super::super::audit::EventBuilder;
use super::super::throttle::{KnownDevice, Throttle, Tries, Whose};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::prove::{self, LOCKED, Settle, Shown, SignedIn, Success};
use super::step_up;
use super::whom::{self, Whom};

/// How proving it ends.
#[derive(Debug)]
pub enum Proof {
    Given(Box<SignedIn>),
    Refused(Refusal),
    OutOfOrder(OutOfOrder),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// One sentence for every reason there is.
    WrongNameOrPassword {
        /// How long the next try has to wait.
        pause: Option<Duration>,
    },
    Throttled {
        retry_after: Duration,
    },
}

const PASSWORD_CHANGED: &str = "password_changed";
const PASSWORD_NOT_ENOUGH: &str = "password_alone_no_longer_works";

/// Holds `typed` against the password of whom the person said they are.
pub async fn prove(app: &App, visitor: &Visitor, sign_in: SignIn, typed: &SecretString) -> Result<Proof, FlowError> {
    let method = AuthenticationMethod::Password;
    let wanted = match &sign_in.state {
        State::Identified(_) => true,
        _ => step_up::is_offered(app, &sign_in, method).await?,
    };
    let Some(Whom { name, .. }) = whom::expected(app, &sign_in).await?.filter(|_| wanted) else {
        return Ok(Proof::OutOfOrder(OutOfOrder));
    };
    // From before anything is looked up: what ends sessions while it is being checked ends this one.
    let began_at = app.clock.now();
    let found = app.store.read().await?.citizens().find_by_name(&name).await?;
    // Nobody's devices are looked up where nobody has this name: it takes as long.
    let whose = found.as_ref().map_or_else(|| CitizenId::new(app.clock.now(), &*app.random), |found| found.citizen.id);
    let device = prove::known_device(app, visitor, whose).await?;
    let whose = match &sign_in.state {
        State::Authenticated(by) => Whose::Citizen(by.citizen),
        _ => Whose::Name(&name, device),
    };
    let mut tries = Tries::new(app, visitor, method, sign_in.purpose.client(), whose)?;
    if let Throttle::Closed { retry_after, turned_away } = tries.enter(app).await? {
        app.sign_in_refused("throttled", sign_in.purpose.client());
        // The first of a window is written: a flood of them costs nobody a hash, and must not fill the log either.
        if turned_away == 1 {
            app.record(refusal(app, visitor, &sign_in, &name, None, "throttled"));
        }
        return Ok(Proof::Refused(Refusal::Throttled { retry_after }));
    }

    let wrong = Refusal::WrongNameOrPassword { pause: tries.pause() };
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
        return Ok(Proof::Refused(wrong));
    };
    let citizen = found.citizen.id;
    let changed_at = found.password.as_ref().map(|stored| stored.changed_at);
    let failures_in_a_row = stored_failures(&found);
    let in_a_row = app.settings.throttling.failures_in_a_row;
    let why_not = match verified {
        Verified::Mismatch => Some("wrong_password"),
        Verified::Match { .. } if !found.citizen.status.is_active() => Some(LOCKED),
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
        return Ok(Proof::Refused(wrong));
    }

    if let (Verified::Match { needs_rehash: true }, Some(password), Some(old)) = (verified, password, found.password) {
        rehash(app, visitor, citizen, &password, &old.phc).await?;
    }
    let proof = assurance::Proof::password(began_at);
    let shown = Shown { citizen: &found.citizen, given: proof.into(), device };
    let right = Box::new(Right { citizen, device, in_a_row, changed_at });
    match prove::succeed(app, visitor, sign_in.clone(), shown, right).await? {
        Success::Given(signed_in) => {
            tries.forgive(app).await?;
            Ok(Proof::Given(signed_in))
        }
        Success::OutOfOrder(why) => {
            tries.forgive(app).await?;
            Ok(Proof::OutOfOrder(why))
        }
        Success::TooLate(why) => {
            refused(app, visitor, &sign_in, &name, Some(citizen), why);
            Ok(Proof::Refused(wrong))
        }
    }
}

/// What is written where a password was right, and looked at again.
struct Right {
    citizen: CitizenId,
    device: KnownDevice,
    in_a_row: u32,
    /// When the password was set that was right.
    changed_at: Option<Timestamp>,
}

#[async_trait::async_trait]
impl Settle for Right {
    async fn settle(self: Box<Self>, tx: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        let stored = tx.passwords().find(self.citizen).await?;
        // Its owner may have set another one while this one was being checked, and whoever knew it is out.
        let Some(stored) = stored.filter(|stored| Some(stored.changed_at) == self.changed_at) else {
            return Ok(Some(PASSWORD_CHANGED));
        };
        // Others may have guessed at it once too often.
        if self.device == KnownDevice::No && stored.failures_in_a_row >= self.in_a_row {
            return Ok(Some(PASSWORD_NOT_ENOUGH));
        }
        if stored.failures_in_a_row > 0 {
            tx.passwords().reset_failures(self.citizen).await?;
        }
        Ok(None)
    }
}

fn stored_failures(found: &FoundByName) -> u32 {
    found.password.as_ref().map_or(0, |stored| stored.failures_in_a_row)
}

/// The parameters have risen since this password was hashed, or an older system hashed it.
async fn rehash(
    app: &App,
    visitor: &Visitor,
    citizen: CitizenId,
    password: &NormalisedPassword,
    old: &SecretString,
) -> Result<(), FlowError> {
    let new = SecretString::new(app.hasher.hash(password).await?.as_str());
    if app.store.write().await?.passwords().rehash(citizen, old, &new).await? {
        let before = PasswordHash::from_phc(old.expose()).kind();
        app.record(
            app.event(visitor, EventKind::PasswordRehashed, Outcome::Success).about(citizen).with("before", before),
        );
    }
    Ok(())
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
    app.sign_in_refused(why, sign_in.purpose.client());
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
