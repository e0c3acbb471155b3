//! At an office's counter: the person has nothing with them, an officer has seen who they are and handed them a code on paper.
//!
//! It reaches what the settings say, once, for minutes; the device is the office's, and is not remembered as theirs.

use std::time::Duration;

use crate::crypto::hash::hash_secret;
use crate::domain::assurance::{AuthenticationLevel, AuthenticationMethod, Factors, Proof};
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::ids::CitizenId;
use crate::domain::issued_code::{CodeText, CodeUse};
use crate::domain::secret::SecretHash;
use crate::domain::sign_in::{OutOfOrder, SignIn, State};
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;
use crate::storage::{Spent, Transaction};

use super::super::throttle::{KnownDevice, Throttle, Tries, Whose};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::prove::{self, Settle, Shown, SignedIn, Success};
use super::whom::{self, Whom};

/// How proving it ends.
#[derive(Debug)]
pub enum Proven {
    Given(Box<SignedIn>),
    Refused(Refusal),
    OutOfOrder(OutOfOrder),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// One sentence for every reason there is.
    WrongNameOrCode,
    Throttled {
        retry_after: Duration,
    },
}

const CODE_USED: &str = "code_used";

/// Whether this sign-in may be proven so: nobody has proven anything, and the settings allow it.
pub fn is_asked(app: &App, sign_in: &SignIn) -> bool {
    app.settings.counter.enabled && matches!(sign_in.state, State::Identified { .. })
}

/// Holds `typed` against the code that was handed to whom the person said they are.
pub async fn prove(app: &App, visitor: &Visitor, sign_in: SignIn, typed: &str) -> Result<Proven, FlowError> {
    let Some(Whom { name, .. }) = whom::expected(app, &sign_in).await?.filter(|_| is_asked(app, &sign_in)) else {
        return Ok(Proven::OutOfOrder(OutOfOrder));
    };
    let now = app.clock.now();
    let method = AuthenticationMethod::CounterCode;
    // The counter's device serves everybody: it is known as nobody's.
    let mut tries = Tries::new(app, visitor, method, sign_in.purpose.client(), Whose::Name(&name, KnownDevice::No))?;
    if let Throttle::Closed { retry_after, .. } = tries.enter(app).await? {
        app.sign_in_refused("throttled", sign_in.purpose.client());
        return Ok(Proven::Refused(Refusal::Throttled { retry_after }));
    }
    let found = app.store.read().await?.citizens().find_by_name(&name).await?.map(|found| found.citizen);
    let whose = found.as_ref().map_or_else(|| CitizenId::new(now, &*app.random), |citizen| citizen.id);
    let code = CodeText::read(typed);
    // What can be no code is looked up as one that nobody has.
    let hash = hash_secret(code.as_ref().map_or(typed, CodeText::letters).as_bytes());
    let good = app.store.read().await?.issued_codes().is_good(hash, whose, CodeUse::Counter, now).await?;
    let active = found.filter(|citizen| citizen.status.is_active() && good);
    let Some(citizen) = active else {
        refused(app, visitor, &sign_in, &name, "wrong_code");
        return Ok(Proven::Refused(Refusal::WrongNameOrCode));
    };
    let proof = proof(app.settings.counter.level, now);
    let shown = Shown { citizen: &citizen, given: proof.into(), device: KnownDevice::No };
    let spending = Box::new(Spending { citizen: citizen.id, code: hash, now });
    match prove::succeed(app, visitor, sign_in.clone(), shown, spending).await? {
        Success::Given(signed_in) => {
            tries.forgive(app).await?;
            Ok(Proven::Given(signed_in))
        }
        Success::OutOfOrder(why) => Ok(Proven::OutOfOrder(why)),
        Success::TooLate(why) => {
            refused(app, visitor, &sign_in, &name, why);
            Ok(Proven::Refused(Refusal::WrongNameOrCode))
        }
    }
}

const fn proof(level: AuthenticationLevel, now: Timestamp) -> Proof {
    let factors = Factors::at_a_counter(level);
    Proof { method: AuthenticationMethod::CounterCode, factors, binding: level, ..Proof::password(now) }
}

/// The one use of the code.
struct Spending {
    citizen: CitizenId,
    code: SecretHash,
    now: Timestamp,
}

#[async_trait::async_trait]
impl Settle for Spending {
    async fn settle(self: Box<Self>, tx: &mut Transaction) -> Result<Option<&'static str>, FlowError> {
        let spent = tx.issued_codes().spend(self.code, self.citizen, CodeUse::Counter, self.now).await?;
        Ok((spent == Spent::Gone).then_some(CODE_USED))
    }
}

fn refused(app: &App, visitor: &Visitor, sign_in: &SignIn, name: &SignInName, why: &'static str) {
    app.sign_in_refused(why, sign_in.purpose.client());
    let mut event = app
        .event(visitor, EventKind::SignIn, Outcome::Refused)
        .with("name", name.masked())
        .with("method", AuthenticationMethod::CounterCode)
        .with("why", why)
        .with("device", &visitor.device_name);
    if let Some(client) = sign_in.purpose.client() {
        event = event.of(client);
    }
    app.record(event);
}
