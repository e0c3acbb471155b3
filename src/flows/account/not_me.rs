//! "This was not me": the account is closed in one action, by whoever is signed in to it, until the authority opens it.

use crate::domain::account_life::{By, Transition};
use crate::domain::audit::{Actor, Outcome};
use crate::domain::ids::EventId;
use crate::storage::RevocationReason;

use super::super::account_life::{Change, Trust, change_status};
use super::super::notices::Post;
use super::super::session::{self, CurrentSession};
use super::super::visitor::Visitor;
use super::super::{App, FlowError};

/// Locks the account as an operator would: every session ends, no token works, and nobody signs in; and what was granted stays
/// ended when the account is opened again, because somebody else may have granted it. Nothing has to be proven
/// for it beside the session, because an owner in a hurry may have nothing else left, and what it closes an office opens again.
///
/// `about` is the event that they did not do, where they pointed at one: an office that opens the account again begins there.
pub async fn lock(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    about: Option<EventId>,
) -> Result<(), FlowError> {
    let citizen = current.citizen();
    let mut event = app
        .event(visitor, Transition::Lock.event(), Outcome::Success)
        .by(Actor::Citizen(citizen))
        .with("reason", "not_me")
        .with("device", &visitor.device_name);
    if let Some(about) = about {
        event = event.with("event", about);
    }
    let change = Change {
        citizen,
        transition: Transition::Lock,
        by: By::Citizen,
        // Whoever it was may have made their device one of the citizen's.
        trust: Trust::Lost(RevocationReason::NotMe),
        ages: &app.settings.identity.ages,
        event,
        post: Post::of(app),
    };
    let mut tx = app.store.begin().await?;
    // Where it is locked already, or worse, everything has ended that this would end.
    if change_status(&mut tx, change).await?.is_ok() {
        tx.commit().await?;
        app.deliveries.wake();
    }
    session::forget_all(app, citizen).await
}
