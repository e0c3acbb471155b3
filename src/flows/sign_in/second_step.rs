//! A code in a second step: what is the same of an application's, a list's and a message's.

use std::time::Duration;

use crate::domain::assurance::AuthenticationMethod;
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::sign_in::{OutOfOrder, Purpose, SignIn, State};

use super::super::throttle::{KnownDevice, Throttle, Tries, Whose};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::prove::{self, Given, LOCKED, Settle, Shown, SignedIn, Success};
use super::step_up;

/// How proving it ends.
#[derive(Debug)]
pub enum Proven {
    Given(Box<SignedIn>),
    Refused(Refusal),
    OutOfOrder(OutOfOrder),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is not the code, or it was used before.
    Wrong,
    /// Codes of this kind were tried so often that they count no more.
    Exhausted,
    Throttled {
        retry_after: Duration,
    },
}

/// Who is asked for the code.
#[derive(Debug)]
pub(super) struct Asked {
    pub citizen: Citizen,
    device: KnownDevice,
    method: AuthenticationMethod,
    tries: Tries,
}

/// Lets a try in: of whoever has proven something already, and is offered this now. What comes otherwise changes nothing.
pub(super) async fn enter(
    app: &App,
    visitor: &Visitor,
    sign_in: &SignIn,
    method: AuthenticationMethod,
) -> Result<Result<Asked, Proven>, FlowError> {
    let Some(citizen) = asked(app, sign_in, method).await? else {
        return Ok(Err(Proven::OutOfOrder(OutOfOrder)));
    };
    let device = prove::known_device(app, visitor, citizen.id).await?;
    let tries = Tries::new(app, visitor, method, sign_in.purpose.client(), Whose::Citizen(citizen.id))?;
    let mut asked = Asked { citizen, device, method, tries };
    if let Throttle::Closed { retry_after, turned_away } = asked.tries.enter(app).await? {
        app.sign_in_refused("throttled", sign_in.purpose.client());
        if turned_away == 1 {
            record(app, visitor, sign_in, &asked, "throttled");
        }
        return Ok(Err(Proven::Refused(Refusal::Throttled { retry_after })));
    }
    if !asked.citizen.status.is_active() {
        return Ok(Err(asked.refused(app, visitor, sign_in, LOCKED)));
    }
    Ok(Ok(asked))
}

/// Of whom a code of this kind is expected now; `None` where none is.
pub async fn asked(app: &App, sign_in: &SignIn, method: AuthenticationMethod) -> Result<Option<Citizen>, FlowError> {
    let State::Authenticated(by) = &sign_in.state else { return Ok(None) };
    if !step_up::is_offered(app, sign_in, method).await? {
        return Ok(None);
    }
    Ok(app.store.read().await?.citizens().find(by.citizen).await?)
}

impl Asked {
    /// It was wrong, for the reason `why`, which the log says and the page does not.
    pub(super) fn refused(&self, app: &App, visitor: &Visitor, sign_in: &SignIn, why: &'static str) -> Proven {
        app.sign_in_refused(why, sign_in.purpose.client());
        record(app, visitor, sign_in, self, why);
        Proven::Refused(Refusal::Wrong)
    }

    /// It was right: the sign-in goes on, unless `method` finds that it counts no more.
    pub(super) async fn proven(
        self,
        app: &App,
        visitor: &Visitor,
        sign_in: SignIn,
        given: Given,
        method: Box<dyn Settle>,
    ) -> Result<Proven, FlowError> {
        let shown = Shown { citizen: &self.citizen, given, device: self.device };
        match prove::succeed(app, visitor, sign_in.clone(), shown, method).await? {
            Success::Given(signed_in) => {
                self.tries.forgive(app).await?;
                Ok(Proven::Given(signed_in))
            }
            Success::OutOfOrder(why) => {
                self.tries.forgive(app).await?;
                Ok(Proven::OutOfOrder(why))
            }
            Success::TooLate(why) => Ok(self.refused(app, visitor, &sign_in, why)),
        }
    }
}

fn record(app: &App, visitor: &Visitor, sign_in: &SignIn, asked: &Asked, why: &'static str) {
    let event = app
        .event(visitor, EventKind::SignIn, Outcome::Refused)
        .about(asked.citizen.id)
        .with("method", asked.method)
        .with("why", why)
        .with("device", &visitor.device_name);
    app.record(match &sign_in.purpose {
        Purpose::Client(request) => event.of(&request.client_id),
        Purpose::Account { .. } | Purpose::NewCertificate { .. } => event,
    });
}
