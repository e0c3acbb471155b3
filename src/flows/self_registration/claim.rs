//! The person says who they are. That is noted and answered, and then the registry is asked.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::super::sign_in::MOST_EXTENSIONS;
use super::super::throttle::{Throttle, count};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, short_lived};
use super::record::{self, Registering, Stage};
use super::{Step, ask, load, step};
use crate::config::Rate;
use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::domain::registry::Claimed;
use crate::domain::self_registration::{self, Typed};
use crate::domain::sign_in::SignIn;
use crate::domain::sign_in_name::SignInName;
use crate::sessions::CounterKey;

/// What becomes of what somebody says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Claiming {
    /// It is looked into. Nothing more is said of it to anybody.
    Noted,
    Refused(self_registration::Refusal),
    /// Of this number, from this network, or altogether it was tried too often.
    Throttled {
        retry_after: Duration,
    },
    /// No account is opened here.
    OutOfOrder,
}

/// Notes who somebody says they are; `language` is what they read. Saying it again begins anew, and a code of before is good for
/// nothing.
pub async fn claim(
    app: &Arc<App>,
    visitor: &Visitor,
    sign_in: &SignIn,
    typed: Typed<'_>,
    language: &str,
) -> Result<Claiming, FlowError> {
    if step(app, sign_in).await?.is_none() || !app.settings.national_id.enabled().contains(&typed.scheme) {
        return Ok(Claiming::OutOfOrder);
    }
    match self_registration::judge(typed, &app.settings.identity.ages, app.clock.now()) {
        Ok(claimed) => begin(app, visitor, sign_in, claimed, language).await,
        Err(refusal) => Ok(Claiming::Refused(refusal)),
    }
}

/// The same again: the code did not come, or the registry was away.
pub async fn again(app: &Arc<App>, visitor: &Visitor, sign_in: &SignIn, language: &str) -> Result<Claiming, FlowError> {
    match step(app, sign_in).await? {
        Some(Step::Code) => {}
        _ => return Ok(Claiming::OutOfOrder),
    }
    match said(app, sign_in).await? {
        Some(claimed) => begin(app, visitor, sign_in, claimed, language).await,
        None => Ok(Claiming::OutOfOrder),
    }
}

/// What they said before, for the form to show again.
pub async fn said(app: &App, sign_in: &SignIn) -> Result<Option<Claimed>, FlowError> {
    let registering = load(app, sign_in).await?;
    registering.map(|own| record::open_claimed(app, sign_in.id, &own.claimed)).transpose()
}

async fn begin(
    app: &Arc<App>,
    visitor: &Visitor,
    sign_in: &SignIn,
    claimed: Claimed,
    language: &str,
) -> Result<Claiming, FlowError> {
    if let Throttle::Closed { retry_after, .. } = enter(app, visitor, &claimed).await? {
        app.metrics.self_registration("throttled");
        return Ok(Claiming::Throttled { retry_after });
    }
    let attempt = Uuid::from_bytes(app.random.bytes());
    let sealed = record::seal_claimed(app, sign_in.id, &claimed)?;
    let registering = Registering { claimed: sealed, stage: Stage::Asked { attempt } };
    keep(app, sign_in, &registering).await?;
    let asking = ask::Asking { sign_in: sign_in.id, attempt, claimed, language: language.to_owned() };
    let (by_itself, visitor) = (app.clone(), visitor.clone());
    app.background.spawn(async move { ask::ask(&by_itself, &visitor, asking).await });
    Ok(Claiming::Noted)
}

/// Counts one more attempt: by the person who was said, so that nobody is sent codes without end; by network; and of all. A number that
/// comes with another name or birthday is another's attempt: whoever knows somebody's number alone keeps them from nothing.
async fn enter(app: &App, visitor: &Visitor, claimed: &Claimed) -> Result<Throttle, FlowError> {
    let limits = &app.settings.self_registration;
    let number = app.store.name_tag(&SignInName::NationalId(claimed.person.clone()))?;
    let said = format!("{number}\0{}\0{}", claimed.name.to_lowercase(), claimed.birthdate);
    let said = base64url::encode(&sha256(said.as_bytes()));
    let counters: [(CounterKey, Rate); 3] = [
        (short_lived::self_registrations_from(&visitor.network()), limits.per_address),
        (short_lived::self_registrations_with(&said), limits.per_number),
        (short_lived::self_registrations(), limits.in_all),
    ];
    for (place, (key, rate)) in counters.iter().enumerate() {
        let counted = count(app, key, *rate).await?;
        if counted != Throttle::Open {
            for (key, rate) in &counters[..place] {
                app.sessions.discount(key, rate.window).await?;
            }
            return Ok(counted);
        }
    }
    Ok(Throttle::Open)
}

/// For as long as the sign-in can be made to last.
pub(super) async fn keep(app: &App, sign_in: &SignIn, registering: &Registering) -> Result<(), FlowError> {
    let until = sign_in.started_at + app.settings.lifetimes.sign_in * MOST_EXTENSIONS;
    let ttl = app.clock.now().until(until.max(sign_in.expires_at));
    Ok(app.sessions.put(&short_lived::registering(sign_in.id), registering, ttl).await?)
}
