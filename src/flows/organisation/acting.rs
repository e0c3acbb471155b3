//! By which mandates somebody may act at a portal now, and whether what stands on one still does.

use crate::domain::access_token::ActingFor;
use crate::domain::authorization::AuthorizationRequest;
use crate::domain::claims;
use crate::domain::client::Client;
use crate::domain::ids::CitizenId;
use crate::domain::mandate::{Acting, InWhoseName, NotInForce};
use crate::domain::release::Door;
use crate::domain::time::Timestamp;
use crate::protocol::authorize::prompt::ChoiceStanding;
use crate::storage::{Held, Transaction};

use super::super::session::CurrentSession;
use super::super::{App, FlowError};

/// More than anybody acts for.
const MOST: u32 = 200;

/// The mandates by which `citizen` may act at `client` now, the oldest first.
pub async fn options(app: &App, citizen: CitizenId, client: &Client) -> Result<Vec<Held>, FlowError> {
    let now = app.clock.now();
    let mut held = app.store.read().await?.mandates().of_citizen(citizen, MOST).await?;
    held.retain(|held| permits(held, client, now).is_ok());
    Ok(held)
}

/// Whether a session's person has to be asked in whose name they answer `request`, and what the answer is where they need not.
///
/// Whoever can answer a page is asked each time that there is a choice: what is done in somebody else's name is meant. Where no page
/// may be shown, what was chosen in this session at this client counts, as long as it could be chosen again.
pub async fn standing(
    app: &App,
    client: &Client,
    request: &AuthorizationRequest,
    current: &CurrentSession,
) -> Result<ChoiceStanding, FlowError> {
    if !request.asks_in_whose_name() {
        return Ok(ChoiceStanding::Settled(None));
    }
    let options = options(app, current.citizen(), client).await?;
    if options.is_empty() {
        return Ok(ChoiceStanding::Settled(None));
    }
    if !request.prompt.none {
        return Ok(ChoiceStanding::Missing);
    }
    let mut store = app.store.read().await?;
    let chosen = store.session_clients().in_whose_name(current.citizen(), current.id(), &client.id).await?;
    Ok(match chosen {
        Some(InWhoseName::Myself) if request.organisation_hint.is_none() => ChoiceStanding::Settled(None),
        Some(InWhoseName::Organisation(acting)) => {
            let same = |held: &&Held| held.acting() == acting && is_hinted(request, held);
            match options.iter().find(same) {
                Some(_) => ChoiceStanding::Settled(Some(acting)),
                None => ChoiceStanding::Missing,
            }
        }
        Some(InWhoseName::Myself) | None => ChoiceStanding::Missing,
    })
}

/// Whether the request names this organisation, or none.
pub fn is_hinted(request: &AuthorizationRequest, held: &Held) -> bool {
    request.organisation_hint.as_ref().is_none_or(|hinted| *hinted == held.organisation.code)
}

/// The mandate that a grant is to stand on, which does not end before the transaction does.
pub(in crate::flows) async fn hold(
    tx: &mut Transaction,
    client: &Client,
    citizen: CitizenId,
    acting: Acting,
    now: Timestamp,
) -> Result<Result<(), NotInForce>, FlowError> {
    let held = tx.mandates().hold(citizen, acting.mandate).await?;
    Ok(still(held, client, acting, now).map(drop))
}

/// The mandate that a grant stands on, where it still does.
pub(in crate::flows) async fn find(
    app: &App,
    client: &Client,
    citizen: CitizenId,
    acting: Acting,
) -> Result<Option<Held>, FlowError> {
    let held = app.store.read().await?.mandates().find(citizen, acting.mandate).await?;
    Ok(still(held, client, acting, app.clock.now()).ok())
}

/// As [`find`], for a grant that may stand on none: whether what it stands on still does.
pub(in crate::flows) async fn stands(
    app: &App,
    client: &Client,
    citizen: CitizenId,
    acting: Option<Acting>,
) -> Result<bool, FlowError> {
    match acting {
        None => Ok(true),
        Some(acting) => Ok(find(app, client, citizen, acting).await?.is_some()),
    }
}

fn still(held: Option<Held>, client: &Client, acting: Acting, now: Timestamp) -> Result<Held, NotInForce> {
    let held = held.filter(|held| held.acting() == acting).ok_or(NotInForce::Ended)?;
    permits(&held, client, now)?;
    Ok(held)
}

fn permits(held: &Held, client: &Client, now: Timestamp) -> Result<(), NotInForce> {
    // Where a client may no more be told for whom somebody acts, nobody acts there for anybody: what it was told before would be taken
    // for the person's own.
    let in_clear = |door: Door| !door.is_encrypted(client);
    let is_exposed = client.release.demands_encryption(claims::ORGANISATION) && Door::ALL.into_iter().any(in_clear);
    if !client.may_be_told(claims::ORGANISATION) || is_exposed {
        return Err(NotInForce::OtherPortals);
    }
    held.mandate.permits(&client.id, held.now(now))
}

/// What tokens say of it.
pub(in crate::flows) fn acting_for(held: &Held) -> ActingFor {
    ActingFor {
        organisation: held.organisation.id,
        code: held.organisation.code.clone(),
        role: held.mandate.role,
        mandate: held.mandate.id,
    }
}
