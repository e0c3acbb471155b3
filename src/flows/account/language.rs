//! The language that a citizen is spoken to in: kept with the account, for every device of theirs and for letters.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::storage;

use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError};
use super::contact;

/// Keeps the choice; `false` where the session ended meanwhile. `tag` is one of the languages that the pages are in.
pub async fn choose(app: &App, visitor: &Visitor, current: &CurrentSession, tag: &str) -> Result<bool, FlowError> {
    let citizen = current.citizen();
    let event = app
        .event(visitor, EventKind::LanguageChosen, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .with("language", tag);
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(false);
    }
    let found = tx.citizens().find(citizen).await?;
    let mut profile = found.ok_or(storage::Error::Corrupt("no citizen of this id"))?.profile;
    if profile.language.as_deref() == Some(tag) {
        return Ok(true);
    }
    profile.language = Some(tag.to_owned());
    let names = contact::names(app, &profile);
    tx.citizens().update_profile(citizen, &profile, &names, app.clock.now()).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    Ok(true)
}
