//! A mandate ends: what was granted with it ends too, portals are told that their sessions are over, and both sides hear of it.
//!
//! Everything is done in the transaction that ends it. Whoever exchanges a code or refreshes a token at the same time holds the mandate:
//! what they write is seen here and ended, or they come after and are refused.
//!
//! Whoever ends something takes hold in one order: of organisations by their ids, and then of people by theirs. So of two who end what
//! the same people hold, one waits for the other.

use std::collections::BTreeSet;

use crate::domain::audit::{Actor, EventKind};
use crate::domain::citizen::Citizen;
use crate::domain::ids::{CitizenId, MandateId, OrganisationId};
use crate::domain::mandate::{Basis, EndReason, Mandate};
use crate::domain::message::Notice;
use crate::domain::organisation::Organisation;
use crate::storage::Transaction;

use super::super::audit::EventBuilder;
use super::super::notices::{self, Post};
use super::super::{FlowError, single_logout};

/// Who ends something, and how it is told and recorded.
pub(in crate::flows) struct Closing<'a> {
    pub post: Post<'a>,
    /// An event of theirs.
    pub event: &'a (dyn Fn(EventKind) -> EventBuilder + Sync),
}

impl std::fmt::Debug for Closing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Closing")
    }
}

/// What ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    pub mandates: usize,
    /// Portals that are told that a session of theirs is over.
    pub told: usize,
}

/// Ends a mandate of `organisation`'s, which is held, and all that was ever granted with it. Nothing where it has ended before.
pub(in crate::flows) async fn end(
    closing: &Closing<'_>,
    tx: &mut Transaction,
    organisation: &Organisation,
    (citizen, mandate): (CitizenId, MandateId),
    why: EndReason,
) -> Result<Closed, FlowError> {
    let now = closing.post.now;
    let mut waiting = vec![(citizen, mandate, why)];
    let mut ended = Vec::new();
    while let Some((citizen, mandate, why)) = waiting.pop() {
        if !tx.mandates().end(citizen, mandate, why, now).await? {
            continue;
        }
        tx.mandate_invitations().withdraw_of(organisation.id, mandate, now).await?;
        let derived = tx.mandates().derived_from(organisation.id, mandate).await?;
        waiting.extend(derived.into_iter().map(|(citizen, mandate)| (citizen, mandate, EndReason::BasisEnded)));
        ended.push((citizen, mandate, why));
    }
    ended.sort_by_key(|(citizen, mandate, _)| (*citizen, *mandate));
    let mut closed = Closed { mandates: ended.len(), told: 0 };
    for (citizen, mandate, why) in ended {
        closed.told += close(closing, tx, citizen, mandate).await?;
        let notice = Notice::MandateEnded { organisation: organisation.name.as_str().to_owned() };
        let event = (closing.event)(EventKind::MandateEnded)
            .with("organisation", organisation.id)
            .with("mandate", mandate)
            .with("why", why.as_str());
        match why {
            // Nobody reads it, or a stranger would whose account it was.
            EndReason::HolderGone => tx.audit().record(&event.about(citizen).build()).await?,
            _ => notices::tell_of(&closing.post, tx, citizen, notice, event).await?,
        }
    }
    Ok(closed)
}

/// A mandate, and whose and of which organisation it is.
pub(in crate::flows) type Of = (OrganisationId, CitizenId, MandateId);

/// Takes hold of the sessions of all whose mandates end with these, whose organisations are held, and of those of `also`: nobody joins
/// one of them before the transaction is over.
pub(in crate::flows) async fn hold_people(
    tx: &mut Transaction,
    mandates: impl IntoIterator<Item = Of>,
    also: Option<CitizenId>,
) -> Result<(), FlowError> {
    let mut people = BTreeSet::from_iter(also);
    let mut waiting: Vec<Of> = mandates.into_iter().collect();
    while let Some((organisation, citizen, mandate)) = waiting.pop() {
        people.insert(citizen);
        let derived = tx.mandates().derived_from(organisation, mandate).await?;
        waiting.extend(derived.into_iter().map(|(citizen, mandate)| (organisation, citizen, mandate)));
    }
    for citizen in people {
        tx.session_clients().close(citizen).await?;
    }
    Ok(())
}

/// Takes hold of all that ends with somebody's account, before anything of it is read.
pub(in crate::flows) async fn hold_of_holder(tx: &mut Transaction, holder: CitizenId) -> Result<(), FlowError> {
    let own = tx.mandates().of_citizen(holder, MANDATES).await?;
    let organisations: BTreeSet<OrganisationId> = own.iter().map(|held| held.organisation.id).collect();
    for organisation in organisations {
        tx.organisations().hold(organisation).await?;
    }
    let mandates = own.iter().map(|held| (held.organisation.id, holder, held.mandate.id));
    hold_people(tx, mandates, Some(holder)).await
}

/// More than anybody acts for.
const MANDATES: u32 = 500;

/// Ends every mandate of somebody whose account is over, and with each what they passed on by it. All of it is held.
pub(in crate::flows) async fn end_of_holder(
    closing: &Closing<'_>,
    tx: &mut Transaction,
    holder: CitizenId,
) -> Result<(), FlowError> {
    for held in tx.mandates().of_citizen(holder, MANDATES).await? {
        if let Some(organisation) = tx.organisations().hold(held.organisation.id).await? {
            end(closing, tx, &organisation, (holder, held.mandate.id), EndReason::HolderGone).await?;
        }
    }
    Ok(())
}

/// Ends what was granted by a mandate, and the sessions at the portals that it was granted to. The mandate itself may stand.
pub(in crate::flows) async fn close(
    closing: &Closing<'_>,
    tx: &mut Transaction,
    citizen: CitizenId,
    mandate: MandateId,
) -> Result<usize, FlowError> {
    let now = closing.post.now;
    tx.session_clients().close(citizen).await?;
    // Before the grants are forgotten as live: they say where somebody was signed in.
    let left = tx.session_clients().leave_mandate(citizen, mandate).await?;
    tx.grants().revoke_of_mandate(citizen, mandate, now).await?;
    Ok(single_logout::enqueue(tx, &left, None, now, closing.post.random).await?)
}

/// Tells whoever granted a mandate that `holder` has given it back, or has taken it.
pub(in crate::flows) async fn tell_granter(
    closing: &Closing<'_>,
    tx: &mut Transaction,
    organisation: &Organisation,
    mandate: &Mandate,
    holder: &Citizen,
    kind: EventKind,
) -> Result<(), FlowError> {
    let Basis::Derived { by, .. } = mandate.basis else { return Ok(()) };
    let (organisation_name, person) = (organisation.name.as_str().to_owned(), holder.profile.masked_name());
    let notice = match kind {
        EventKind::MandateGranted => Notice::MandateAccepted { organisation: organisation_name, person },
        _ => Notice::MandateGivenBack { organisation: organisation_name, person },
    };
    let event = (closing.event)(notice.event()).by(Actor::Citizen(holder.id));
    let event = event.with("organisation", organisation.id).with("mandate", mandate.id);
    notices::tell_of(&closing.post, tx, by, notice, event).await
}
