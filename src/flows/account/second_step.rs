//! Whether every sign-in of a citizen asks for a second step: on from the day they have one, until they switch it off.

use crate::domain::assurance::{AuthenticationMethod, Requirement};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::SecondStep;
use crate::domain::ids::{CitizenId, ClientId};
use crate::storage::MayHave;

use super::super::session::CurrentSession;
use super::super::visitor::Visitor;
use super::super::{App, FlowError, holdings};

/// What this citizen's own wish demands of a sign-in for `client`, or for their own account, that began with `method`. It is never more than they can bring.
pub async fn demanded(
    app: &App,
    citizen: CitizenId,
    method: AuthenticationMethod,
    client: Option<&ClientId>,
) -> Result<Requirement, FlowError> {
    // An officer has seen them, and they have nothing with them.
    if method == AuthenticationMethod::CounterCode {
        return Ok(Requirement::NONE);
    }
    let wish = app.store.read().await?.citizens().second_step(citizen).await?;
    // Most people have a password alone, and nothing more is looked up.
    let Some((SecondStep::Always, MayHave::Yes)) = wish else { return Ok(Requirement::NONE) };
    Ok(match has_one(app, citizen, client).await? {
        true => Requirement::TWO_STEPS,
        false => Requirement::NONE,
    })
}

/// The wish, where there is a second step to ask for.
pub async fn wish(app: &App, citizen: CitizenId) -> Result<Option<SecondStep>, FlowError> {
    let wish = app.store.read().await?.citizens().second_step(citizen).await?;
    Ok(match wish {
        Some((wish, MayHave::Yes)) if has_one(app, citizen, None).await? => Some(wish),
        _ => None,
    })
}

/// Switches it. Whoever switches it on is alone in the account from then on: a session that stands on a stolen password ends.
pub async fn switch(app: &App, visitor: &Visitor, current: &CurrentSession, wish: SecondStep) -> Result<(), FlowError> {
    let citizen = current.citizen();
    let event = app
        .event(visitor, EventKind::SecondStepSwitched, Outcome::Success)
        .by(Actor::Citizen(citizen))
        .about(citizen)
        .with("second_step", if wish == SecondStep::Always { "always" } else { "where_asked" })
        .with("device", &visitor.device_name);
    let mut tx = app.store.begin().await?;
    if !super::stands(&mut tx, current).await? {
        return Ok(());
    }
    tx.citizens().set_second_step(citizen, wish, app.clock.now()).await?;
    tx.audit().record(&event.build()).await?;
    tx.commit().await?;
    if wish == SecondStep::Always {
        super::end_other_sessions(app, visitor, current).await?;
    }
    Ok(())
}

async fn has_one(app: &App, citizen: CitizenId, client: Option<&ClientId>) -> Result<bool, FlowError> {
    let held = holdings::load(app, citizen, client).await?;
    Ok(held.is_some_and(|held| held.has_second_step(app.clock.now())))
}
