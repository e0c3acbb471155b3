//! What is kept about a citizen, for them to take away: after a fresh proof, a few times an hour, and noted in their activity; of all of
//! it they are told on every channel.

use std::time::Duration;

use crate::config::Rate;
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::disclosure::Disclosure;
use crate::domain::ids::CitizenId;
use crate::domain::message::Notice;
use crate::domain::verification::Verification;

use super::super::notices::{self, Post};
use super::super::own_data::{self, OwnData};
use super::super::session::CurrentSession;
use super::super::throttle::{self, Throttle};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, short_lived};

/// So often in an hour: enough for every form of it, and no way to make the servers busy.
const RATE: Rate = Rate { most: 10, window: Duration::from_secs(3600) };

/// What is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Everything,
    Activity,
}

impl What {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Activity => "activity",
        }
    }
}

/// Counts and notes that `what` is taken away as `format`, before anything of it is read.
///
/// # Errors
/// `TooOften`.
pub async fn take(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    what: What,
    format: &'static str,
) -> Result<(), FlowError> {
    let citizen = current.citizen();
    let counted = throttle::count(app, &short_lived::data_downloads(citizen), RATE).await?;
    if let Throttle::Closed { retry_after, .. } = counted {
        return Err(FlowError::TooOften { retry_after });
    }
    let event = app
        .event(visitor, EventKind::DataDownloaded, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .with("what", what.as_str())
        .with("format", format)
        .with("device", &visitor.device_name);
    if what == What::Activity {
        return app.record_before_answer(event).await;
    }
    // Whoever took it may be somebody else.
    let mut tx = app.store.begin().await?;
    notices::tell_of(&Post::of(app), &mut tx, citizen, Notice::DataTaken, event).await?;
    tx.commit().await?;
    app.post.wake();
    Ok(())
}

/// All of it but the activity, which may be long.
pub async fn everything(app: &App, citizen: &Citizen) -> Result<OwnData, FlowError> {
    let mut tx = app.store.begin().await?;
    Ok(own_data::gather(&mut tx, citizen).await?)
}

/// How it was verified who they are, as far as that holds, the latest first.
pub async fn verified(app: &App, citizen: CitizenId) -> Result<Vec<Verification>, FlowError> {
    Ok(app.store.read().await?.verifications().standing(citizen).await?)
}

/// What authorities were told that the law lets ask, where it may be known, the latest first.
pub async fn disclosures(app: &App, citizen: CitizenId) -> Result<Vec<Disclosure>, FlowError> {
    Ok(app.store.read().await?.disclosures().told(citizen).await?)
}
