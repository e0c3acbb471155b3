//! The guard of sensitive acts in the account: enrolling, renaming and removing what one proves oneself with, another
//! password. Whoever found a computer unlocked, or stole one factor of two, does none of them.

use std::time::Duration;

use crate::domain::assurance::{Proofs, Requirement};
use crate::domain::holdings::Holdings;

use super::super::session::CurrentSession;
use super::super::sign_in::{self, Begun};
use super::super::visitor::Visitor;
use super::super::{App, FlowError, holdings};

/// For so long after it was given a proof allows a sensitive act.
pub const FRESH_FOR: Duration = Duration::from_secs(600);

/// Whether a session may do a sensitive act now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Guard {
    Allowed,
    /// Not before so much was proven anew: the strongest that this citizen can bring.
    StepUp(Requirement),
}

/// Whether this session may do a sensitive act now.
pub async fn sensitive(app: &App, current: &CurrentSession) -> Result<Guard, FlowError> {
    let now = app.clock.now();
    let Some(held) = holdings::load(app, current.citizen(), None).await? else {
        return Ok(Guard::StepUp(Requirement::NONE));
    };
    let mut least = held.strongest(now);
    if least == Requirement::NONE {
        // What was added with a password alone counts for no more than it, and all the same whoever has only the password removes
        // nothing. Just after it was added it is not asked for: its owner is still at work.
        let settled = Holdings {
            credentials: held.credentials.into_iter().filter(|held| held.created_at < now - FRESH_FOR).collect(),
            ..held
        };
        if settled.can_bring(&Proofs::default(), Requirement::TWO_STEPS, now) {
            least = Requirement::TWO_STEPS;
        }
    }
    Ok(match least.proven_by(&fresh(app, current)) {
        true => Guard::Allowed,
        false => Guard::StepUp(least),
    })
}

/// What this session has proven so lately that it allows a sensitive act. A code from an officer opens the account to read in,
/// and changes nothing.
pub fn fresh(app: &App, current: &CurrentSession) -> Proofs {
    current.session.authentication.proofs.clone().since(app.clock.now() - FRESH_FOR).vouching()
}

/// Begins the sign-in that reaches `least` and comes back to `return_to`. What was proven just now is not asked for again;
/// where something older stands beside it everything is, so that nothing that was proven hours ago lets the sign-in pass.
pub async fn step_up(
    app: &App,
    visitor: &Visitor,
    current: &CurrentSession,
    return_to: String,
    least: Requirement,
) -> Result<Begun, FlowError> {
    match fresh(app, current) == current.session.authentication.proofs {
        true => sign_in::step_up_for_account(app, visitor, current, return_to, least).await,
        false => sign_in::begin_for_account(app, visitor, return_to, least).await,
    }
}
