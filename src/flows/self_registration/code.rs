//! The code that went over a channel of the registry's: five tries, ten minutes, once.

use uuid::Uuid;

use super::super::sent_code::LIFETIME;
use super::super::{App, FlowError, short_lived};
use super::record::{self, Answered, Outcome, Registering, Stage};
use super::{ask, claim, load};
use crate::crypto::hash::constant_time_eq;
use crate::domain::sign_in::SignIn;
use crate::sessions::Claim;
use crate::storage::TRIES_A_CODE;

/// What becomes of a code that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Entered {
    Right,
    /// One sentence for whatever there is to it: that none was sent as well.
    Wrong,
    OutOfOrder,
}

/// How asking stands, for the page: it shows nothing of anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It goes on, or a code was sent, or there is nobody to send one to.
    ForTheCode,
    /// The registry gives no answer.
    RegistryAway,
}

pub async fn waiting(app: &App, sign_in: &SignIn) -> Result<Waiting, FlowError> {
    let away = outcome(app, sign_in).await?.is_some_and(|outcome| ask::is_unanswered(&outcome));
    Ok(if away { Waiting::RegistryAway } else { Waiting::ForTheCode })
}

/// Holds `typed` against the code. The try is counted before it is looked at.
pub async fn enter(app: &App, sign_in: &SignIn, typed: &str) -> Result<Entered, FlowError> {
    let Some(Registering { claimed, stage: Stage::Asked { attempt } }) = load(app, sign_in).await? else {
        return Ok(Entered::OutOfOrder);
    };
    if !has_a_try_left(app, attempt).await? {
        return Ok(Entered::Wrong);
    }
    let Some(outcome) = outcome(app, sign_in).await? else { return Ok(Entered::Wrong) };
    let Answered::Yes { found: sealed } = &outcome.answered else { return Ok(Entered::Wrong) };
    let found = record::open_found(app, sign_in.id, sealed)?;
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    // Of whom none was sent, what was typed is held against nothing that could be typed.
    let code = found.as_ref().map_or("-", |found| found.code.as_str());
    let right = constant_time_eq(code.as_bytes(), typed.as_bytes()) && found.is_some();
    if !right {
        app.metrics.self_registration("wrong_code");
        return Ok(Entered::Wrong);
    }
    // Of two forms that were sent at once, one is answered.
    if app.sessions.take(&short_lived::self_registration_outcome(attempt)).await?.is_none() {
        return Ok(Entered::Wrong);
    }
    let answered = Registering { claimed, stage: Stage::Answered { found: sealed.clone() } };
    claim::keep(app, sign_in, &answered).await?;
    Ok(Entered::Right)
}

/// Takes one of the tries that a code has: each is there once, however many forms come at once.
async fn has_a_try_left(app: &App, attempt: Uuid) -> Result<bool, FlowError> {
    for number in 0..TRIES_A_CODE {
        let key = short_lived::self_registration_try(attempt, number);
        // As long as the code, which may have been sent a moment ago.
        if app.sessions.claim(&key, &(), LIFETIME).await? == Claim::Won {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn outcome(app: &App, sign_in: &SignIn) -> Result<Option<Outcome>, FlowError> {
    let Some(Registering { stage: Stage::Asked { attempt }, .. }) = load(app, sign_in).await? else { return Ok(None) };
    let outcome = app.sessions.get(&short_lived::self_registration_outcome(attempt)).await?;
    Ok(outcome.filter(|outcome| app.clock.now() < outcome.expires_at))
}
