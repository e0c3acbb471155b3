//! A recovery begun from the outside: by a code of the person's own list, or one that a registrar handed over.
//!
//! Whoever has no account, has no such code, is locked or types a wrong one is answered with the same words after the same
//! work: one look-up of the name, one of each kind of code, one hash.

use std::time::Duration;

use crate::config::OldCredentials;
use crate::credentials::recovery_codes::hash_typed;
use crate::crypto::hash::hash_secret;
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::ids::{CitizenId, CredentialId};
use crate::domain::issued_code::{CodeText, CodeUse};
use crate::domain::national_id::Scheme;
use crate::domain::password_policy;
use crate::domain::recovery::{Kept, Means};
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::sign_in_name::{NameFault, SignInName};
use crate::domain::time::Timestamp;
use crate::storage::Spent;

use super::super::account::password::judged;
use super::super::sign_in::prove::{Settle, known_device};
use super::super::sign_in::recovery_code::Spending;
use super::super::throttle::{Throttle, Tries, Whose};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, notices};
use super::finish::{self, Applied};

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Began {
    /// The new password opens the account from then on.
    Waiting {
        takes_effect_at: Timestamp,
    },
    /// It does at once.
    Finished,
    Refused(Refusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Name(NameFault),
    Password(password_policy::Refusal),
    /// One sentence for every reason there is.
    WrongNameOrCode,
    Throttled {
        retry_after: Duration,
    },
}

/// What was typed.
#[derive(Debug)]
pub struct Typed<'a> {
    pub name: &'a str,
    /// What a bare number is.
    pub scheme: Scheme,
    pub code: &'a str,
    pub password: &'a SecretString,
}

/// Begins a recovery with what was typed; with a registrar's code it is finished as well.
pub async fn begin(app: &App, visitor: &Visitor, typed: Typed<'_>) -> Result<Began, FlowError> {
    let default = app.settings.national_id.default_scheme();
    let name = match SignInName::parse_as(typed.name, typed.scheme, default) {
        Ok(name) => name,
        Err(fault) => return Ok(Began::Refused(Refusal::Name(fault))),
    };
    // Whoever they are: what is wrong with it for this person alone is said once the code has shown who that is.
    let password = match judged(app, None, typed.password) {
        Ok(password) => password,
        Err(refusal) => return Ok(Began::Refused(Refusal::Password(refusal))),
    };
    let found = app.store.read().await?.citizens().find_by_name(&name).await?.map(|found| found.citizen);
    let whose = found.as_ref().map_or_else(|| CitizenId::new(app.clock.now(), &*app.random), |citizen| citizen.id);
    let device = known_device(app, visitor, whose).await?;
    let method = AuthenticationMethod::RecoveryCode;
    let mut tries = Tries::new(app, visitor, method, None, Whose::Name(&name, device))?;
    if let Throttle::Closed { retry_after, .. } = tries.enter(app).await? {
        return Ok(Began::Refused(Refusal::Throttled { retry_after }));
    }
    let phc = match app.hasher.hash(&password).await {
        Ok(hash) => SecretString::new(hash.as_str()),
        Err(error) => {
            tries.withdraw(app).await?;
            return Err(error.into());
        }
    };
    let presented = look_up(app, whose, typed.code).await?;
    let active = found.filter(|citizen| citizen.status.is_active());
    let (Some(citizen), Some(presented)) = (active, presented) else {
        refused(app, visitor, &name);
        return Ok(Began::Refused(Refusal::WrongNameOrCode));
    };
    if let Err(refusal) = judged(app, Some(&citizen), typed.password) {
        tries.withdraw(app).await?;
        return Ok(Began::Refused(Refusal::Password(refusal)));
    }
    let began = write(app, visitor, &citizen, presented, phc).await?;
    match began {
        Began::Refused(_) => refused(app, visitor, &name),
        Began::Waiting { .. } | Began::Finished => tries.forgive(app).await?,
    }
    Ok(began)
}

/// A code that is good.
enum Presented {
    /// A registrar handed it over.
    Issued(SecretHash),
    /// It is on a list of the person's own.
    OfList { list: CredentialId, code: SecretHash },
}

async fn look_up(app: &App, whose: CitizenId, typed: &str) -> Result<Option<Presented>, FlowError> {
    // What can be no code is looked up as one that nobody has.
    let written = CodeText::read(typed);
    let issued = hash_secret(written.as_ref().map_or(typed, CodeText::letters).as_bytes());
    let mut store = app.store.read().await?;
    let good = store.issued_codes().is_good(issued, whose, CodeUse::Recover, app.clock.now()).await?;
    let code = hash_typed(typed).unwrap_or(issued);
    let list = store.recovery_codes().list_of(whose, code).await?;
    let issued = good.then_some(Presented::Issued(issued));
    Ok(list.map(|list| Presented::OfList { list, code }).or(issued))
}

/// The code is spent, the recovery written and its owner told, all at once.
async fn write(
    app: &App,
    visitor: &Visitor,
    citizen: &Citizen,
    presented: Presented,
    phc: SecretString,
) -> Result<Began, FlowError> {
    let now = app.clock.now();
    let kept = match app.settings.recovery.old_credentials {
        OldCredentials::Kept => Kept::All,
        OldCredentials::Removed => Kept::Only(Vec::new()),
    };
    let mut tx = app.store.begin().await?;
    let means = match presented {
        Presented::Issued(code) => {
            if tx.issued_codes().spend(code, citizen.id, CodeUse::Recover, now).await? == Spent::Gone {
                return Ok(Began::Refused(Refusal::WrongNameOrCode));
            }
            let event = app
                .event(visitor, EventKind::IssuedCodeUsed, Outcome::Success)
                .by(Actor::Citizen(citizen.id))
                .about(citizen.id)
                .with("purpose", CodeUse::Recover);
            tx.audit().record(&event.build()).await?;
            Means::InPerson
        }
        Presented::OfList { list, code } => {
            let spending = Box::new(Spending::new(app, visitor, citizen.id, list, code));
            if spending.settle(&mut tx).await?.is_some() {
                return Ok(Began::Refused(Refusal::WrongNameOrCode));
            }
            Means::RecoveryCode
        }
    };
    let (recovery, secret) = super::new(app, citizen.id, means, Some(phc), kept);
    tx.recoveries().begin(&recovery).await?;
    if means == Means::InPerson {
        let applied = finish::apply(app, &mut tx, &recovery).await?;
        tx.commit().await?;
        return Ok(match applied {
            Applied::Done => {
                finish::forget_sessions(app, citizen.id).await?;
                Began::Finished
            }
            Applied::TooLate => Began::Refused(Refusal::WrongNameOrCode),
        });
    }
    notices::tell(app, visitor, &mut tx, citizen.id, super::begun(&recovery, &secret)).await?;
    tx.commit().await?;
    Ok(Began::Waiting { takes_effect_at: recovery.takes_effect_at })
}

fn refused(app: &App, visitor: &Visitor, name: &SignInName) {
    let event = app.event(visitor, EventKind::RecoveryRefused, Outcome::Refused).with("name", name.masked());
    app.record(event.with("device", &visitor.device_name));
}
