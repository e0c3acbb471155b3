//! A citizen says what is wrong in their data; a registrar looks at it, and they read the answer here.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::correction::{About, Correction, MOST_WAITING, Said, State, WordsFault, words};
use crate::domain::ids::{CitizenId, CorrectionId};

use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError};

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Asked {
    Noted,
    Words(WordsFault),
    /// So many wait that one more helps nobody.
    TooMany,
    /// The session ended, or the account was locked.
    SignedOut,
}

/// The latest, the latest first.
pub async fn list(app: &App, citizen: CitizenId) -> Result<Vec<Correction>, FlowError> {
    Ok(app.store.read().await?.corrections().of_citizen(citizen).await?)
}

pub async fn ask(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    about: About,
    typed: &str,
) -> Result<Asked, FlowError> {
    let said = match words(typed) {
        Ok(words) => Said { about, words },
        Err(fault) => return Ok(Asked::Words(fault)),
    };
    let (citizen, now) = (current.citizen(), app.clock.now());
    let id = CorrectionId::new(now, &*app.random);
    let event = app
        .event(visitor, EventKind::CorrectionAsked, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .with("correction", id)
        .with("about", about.as_str());
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(Asked::SignedOut);
    }
    let waiting = tx.corrections().of_citizen(citizen).await?;
    if waiting.iter().filter(|correction| correction.state == State::Waiting).count() >= MOST_WAITING {
        return Ok(Asked::TooMany);
    }
    tx.corrections().insert(citizen, id, &said, now).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(Asked::Noted)
}
