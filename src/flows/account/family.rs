//! The accounts of the minors whom a citizen looks after: their guardian sees which portals know them, and can lock them.

use crate::domain::account_life::{By, Refused, Transition};
use crate::domain::age::Stage;
use crate::domain::audit::{Actor, Outcome};
use crate::domain::citizen::Citizen;
use crate::domain::guardianship::Guardianship;
use crate::domain::ids::{CitizenId, GuardianshipId};
use crate::storage::RevocationReason;

use super::super::account_life::{Change, Trust, change_status};
use super::super::notices::Post;
use super::super::session::{self, CurrentSession};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};

/// A minor, and how long this citizen looks after them.
#[derive(Clone, Debug)]
pub struct Ward {
    pub citizen: Citizen,
    pub guardianship: Guardianship,
}

/// Those whom this citizen looks after now. Who has turned out to be older than was thought when it was entered is not among them.
pub async fn wards(app: &App, guardian: CitizenId) -> Result<Vec<Ward>, FlowError> {
    let now = app.clock.now();
    let mut store = app.store.read().await?;
    let mut wards = Vec::new();
    for guardianship in store.guardianships().of_guardian(guardian, now).await? {
        let found = store.citizens().find(guardianship.minor).await?;
        let found =
            found.filter(|minor| app.settings.identity.ages.stage(minor.profile.birthdate, now) != Stage::OfAge);
        wards.extend(found.map(|citizen| Ward { citizen, guardianship }));
    }
    Ok(wards)
}

/// One of them. `None` of anybody else, whoever it is.
pub async fn ward(app: &App, guardian: CitizenId, id: GuardianshipId) -> Result<Option<Ward>, FlowError> {
    Ok(wards(app, guardian).await?.into_iter().find(|ward| ward.guardianship.id == id))
}

/// The guardian locks the minor's account: everything ends there that would if its owner said that something was not their doing.
pub async fn lock(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    minor: CitizenId,
) -> Result<Result<(), Refused>, FlowError> {
    let (guardian, now) = (current.citizen(), app.clock.now());
    let event = app
        .event(visitor, Transition::Lock.event(), Outcome::Success)
        .by(Actor::Citizen(guardian))
        .with("reason", "guardian")
        .with("device", &visitor.device_name);
    let change = Change {
        citizen: minor,
        transition: Transition::Lock,
        by: By::Guardian,
        trust: Trust::Lost(RevocationReason::NotMe),
        ages: &app.settings.identity.ages,
        event,
        post: Post::of(app),
    };
    let mut tx = app.store.begin().await?;
    // Looked at again where it is done: a registrar may have ended it, or the guardian's own session have ended.
    if !super::stands(&mut tx, current).await? || !tx.guardianships().stands(minor, guardian, now).await? {
        return Ok(Ok(()));
    }
    let changed = change_status(&mut tx, change).await?;
    if changed.is_ok() {
        tx.commit().await?;
        app.deliveries.wake();
        session::forget_all(app, minor).await?;
    }
    Ok(changed.map(drop))
}
