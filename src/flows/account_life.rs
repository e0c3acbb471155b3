//! The one way an account's state is changed: what the new state means for all that hangs on it is done in the same transaction
//! (docs/account-life.md).

use crate::domain::account_life::{By, Fate, Meaning, Portals, Refused, Transition, Why};
use crate::domain::age::{Ages, TooYoung};
use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::citizen::CitizenStatus;
use crate::domain::ids::CitizenId;
use crate::domain::random::Random;
use crate::domain::signals::{Happening, Initiator};
use crate::domain::time::Timestamp;
use crate::storage::{self, RevocationReason, Transaction};

use super::audit::EventBuilder;
use super::notices::Post;
use super::organisation::ending::{self, Closing};
use super::{App, FlowError, session, signals, single_logout};

/// What is to happen to whose account.
pub struct Change<'a> {
    pub citizen: CitizenId,
    pub transition: Transition,
    pub by: By,
    pub trust: Trust,
    pub ages: &'a Ages,
    /// Its record, of the kind that [`Transition::event`] says, with who did it and why; the states are added here.
    pub event: EventBuilder,
    /// What whoever has to know of it is told with.
    pub post: Post<'a>,
}

/// Whether it was its owner who was in the account until now, as far as anybody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    Kept,
    /// Somebody else may have been in it: what was granted and left there goes as well, for this reason.
    Lost(RevocationReason),
}

/// What has become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    pub from: CitizenStatus,
    pub to: CitizenStatus,
}

/// Takes an account from the state that it is in to another, and ends what the new one does not let stand: also the mandates of whoever
/// is not there any more, what they passed on by them, and what was done in an organisation's name.
///
/// Once `tx` is committed, its sessions are to be taken out of the short-lived store as well, by whoever can reach it:
/// `sessions_valid_from` has ended them already, and no session of before the change is ever honoured again.
pub async fn change_status(tx: &mut Transaction, change: Change<'_>) -> Result<Result<Changed, Refused>, FlowError> {
    let Change { citizen, transition, by, trust, ages, event, post } = change;
    let Post { now, random, .. } = post;
    // Before anything is read: nobody joins a session of theirs from here on that would not be told of its end.
    match transition.ends() {
        true => ending::hold_of_holder(tx, citizen).await?,
        false => tx.session_clients().close(citizen).await?,
    }
    let life = tx.citizens().life(citizen).await?.ok_or(storage::Error::Corrupt("no citizen of this id"))?;
    let from = life.status;
    let to = match transition.apply(from, life.suspended_from, by) {
        Ok(to) => to,
        Err(refused) => return Ok(Err(refused)),
    };
    let young = match to.is_active() {
        true => too_young(tx, citizen, ages, now).await?,
        false => None,
    };
    let to = match young {
        None => to,
        Some(young) if transition == Transition::Activate => {
            return Ok(Err(Refused { transition, from, why: Why::TooYoung(young) }));
        }
        // A lock that is lifted gives a child no sign-in that it did not have.
        Some(_) => CitizenStatus::Registered,
    };
    if !tx.citizens().set_status(citizen, (from, to), now).await? {
        return Ok(Err(Refused { transition, from, why: Why::Meanwhile }));
    }
    let meaning = match trust {
        Trust::Kept => Meaning::of(to),
        Trust::Lost(_) => Meaning::of(to).without_trust(),
    };
    let hijacked = trust != Trust::Kept;
    let why = match trust {
        Trust::Kept => RevocationReason::AccountEnded,
        Trust::Lost(why) => why,
    };
    // Before it is carried out: whoever loses a grant by it is told of it.
    if let Some(happening) = Happening::of_status(from, to, hijacked) {
        signals::tell(&post, tx, citizen, happening, Initiator::of(event.by_whom())).await?;
    }
    let by = Initiator::of(event.by_whom());
    carry_out(tx, citizen, (meaning, why, by), (now, random)).await?;
    if to.has_ended() {
        // Nobody acts for, or in the name of, whoever is not there any more.
        tx.guardianships().end_all(citizen, now).await?;
        tx.proposals().drop_all(citizen, &event.actor(), now).await?;
        // Nobody administers by the role of whoever is not there any more, and whoever comes in their place was given none.
        let roles = tx.role_grants().end_all(citizen, &event.actor(), now).await?;
        let actor = event.by_whom().clone();
        let own = |kind| EventBuilder::new(now, random, kind, Outcome::Success).by(actor.clone());
        if roles > 0 {
            let ended = own(EventKind::RoleRevoked).about(citizen).with("roles", roles).with("reason", "account_ended");
            tx.audit().record(&ended.build()).await?;
        }
        ending::end_of_holder(&Closing { post, event: &own }, tx, citizen).await?;
    }
    tx.audit().record(&event.about(citizen).with("from", from).with("to", to).build()).await?;
    Ok(Ok(Changed { from, to }))
}

/// Why this citizen may not sign in yet, if so.
async fn too_young(
    tx: &mut Transaction,
    citizen: CitizenId,
    ages: &Ages,
    now: Timestamp,
) -> Result<Option<TooYoung>, storage::Error> {
    let found = tx.citizens().find(citizen).await?;
    Ok(found.and_then(|found| ages.let_citizen_in(&found, now).err()))
}

/// What a state means, done to what is there.
async fn carry_out(
    tx: &mut Transaction,
    citizen: CitizenId,
    (meaning, why, by): (Meaning, RevocationReason, Initiator),
    (now, random): (Timestamp, &dyn Random),
) -> Result<(), storage::Error> {
    // Named one by one: whoever adds to the table says here what is done about it. Tokens rest by the state itself, which is asked
    // wherever one is used, and end with the grant that they stand on; and nobody gets as far as a credential.
    let Meaning { sessions, tokens: _, grants, codes, recoveries, known_devices, credentials: _, portals } = meaning;
    let left = match sessions {
        Fate::Ends => {
            tx.citizens().end_sessions(citizen, now).await?;
            tx.session_clients().leave_all(citizen).await?
        }
        Fate::Stands | Fate::Rests => Vec::new(),
    };
    if portals == Portals::Told {
        single_logout::enqueue(tx, &left, Some(by), now, random).await?;
    }
    if recoveries == Fate::Ends {
        tx.recoveries().stop_all(citizen, now).await?;
    }
    if codes == Fate::Ends {
        tx.sent_codes().end_all(citizen).await?;
        tx.issued_codes().end_all(citizen).await?;
    }
    if known_devices == Fate::Ends {
        tx.known_devices().forget_all(citizen).await?;
    }
    if grants == Fate::Ends {
        tx.grants().revoke_all(citizen, why, now).await?;
    }
    Ok(())
}

/// How many accounts are closed at a time.
const AT_ONCE: u32 = 100;

/// Closes every account whose owner asked for that and has not thought again.
pub async fn close_due(app: &App) -> Result<(), FlowError> {
    let now = app.clock.now();
    for citizen in app.store.read().await?.citizens().closing_due(now, AT_ONCE).await? {
        let event = EventBuilder::new(now, &*app.random, Transition::Close.event(), Outcome::Success)
            .by(Actor::System)
            .with("reason", "asked_by_owner");
        let change = Change {
            citizen,
            transition: Transition::Close,
            by: By::System,
            trust: Trust::Kept,
            ages: &app.settings.identity.ages,
            event,
            post: Post::of(app),
        };
        let mut tx = app.store.begin().await?;
        // Whoever signed in a moment ago keeps it.
        if tx.citizens().claim_closing(citizen, now).await? && change_status(&mut tx, change).await?.is_ok() {
            tx.commit().await?;
            app.deliveries.wake();
            session::forget_all(app, citizen).await?;
        }
    }
    Ok(())
}
