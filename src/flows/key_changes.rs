//! What is done to everybody after a key was changed, a few at a time: by the servers in the background, or by a
//! command at once. Whoever comes takes the next turn (`storage::KeyChanges`).

use std::time::Duration;

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::random::Random;
use crate::domain::time::{Clock, Timestamp};
use crate::storage::{Dealt, Error, Going, KeyChange, KeyChangeKind, SealedKeyKind, Store, Transaction, Turn};

use super::App;
use super::audit::EventBuilder;

/// Citizens of one transaction: some hundredths of a second.
const AT_ONCE: u32 = 500;
/// Between two turns of the servers, however many there are: a hundred million citizens take a night.
pub const PAUSE: Duration = Duration::from_millis(100);
/// How long a change of the index key waits, so that every server that runs has heard of the key: what one of them wrote without it
/// would not be found. Longer than any of them goes without reading the keys.
pub const EVERYBODY_KNOWS: Duration = Duration::from_secs(60);

/// Who takes turns, and how far apart.
#[derive(Clone)]
pub struct Worker<'a> {
    pub store: &'a Store,
    pub clock: &'a dyn Clock,
    pub random: &'a dyn Random,
    pub actor: Actor,
    /// Until the next turn, whoever takes it.
    pub pause: Duration,
    /// How much of another's pause is not waited for.
    pub ahead: Duration,
}

/// What became of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    /// Nothing is due, or not for whoever knows only these keys.
    Idle,
    Worked,
    /// The change has ended.
    Finished,
}

impl<'a> Worker<'a> {
    /// A server, in the background.
    pub fn of(app: &'a App) -> Self {
        Self {
            store: &app.store,
            clock: &*app.clock,
            random: &*app.random,
            actor: Actor::System,
            pause: PAUSE,
            ahead: Duration::ZERO,
        }
    }

    /// One turn at whichever change has one due.
    pub async fn turn(&self) -> Result<Turned, Error> {
        for kind in KeyChangeKind::ALL {
            match self.turn_of(kind).await? {
                Turned::Idle => {}
                turned => return Ok(turned),
            }
        }
        Ok(Turned::Idle)
    }

    /// One turn at a change of this kind.
    pub async fn turn_of(&self, kind: KeyChangeKind) -> Result<Turned, Error> {
        let Some(known) = self.known(kind)? else { return Ok(Turned::Idle) };
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let Some(turn) = tx.key_changes().take(kind, known, now + self.ahead, now + self.pause).await? else {
            return Ok(Turned::Idle);
        };
        let dealt: Dealt = match kind {
            KeyChangeKind::Master => tx.citizens().rewrap(turn.after, AT_ONCE).await?,
            KeyChangeKind::Index => tx.citizens().index_names(turn.after, AT_ONCE).await?,
            KeyChangeKind::IndexRemoval => tx.citizens().remove_older_names(turn.version, turn.after, AT_ONCE).await?,
            KeyChangeKind::OrganisationMaster => tx.organisations().rewrap(turn.after, AT_ONCE).await?,
            KeyChangeKind::OrganisationIndex => tx.organisations().index_codes(turn.after, AT_ONCE).await?,
            KeyChangeKind::OrganisationIndexRemoval => {
                tx.organisations().remove_older_codes(turn.version, turn.after, AT_ONCE).await?
            }
        };
        let going = tx.key_changes().advance(&turn, &dealt, now).await?;
        if going == Going::Finished {
            self.end(&mut tx, &turn).await?;
        }
        tx.commit().await?;
        Ok(if going == Going::Finished { Turned::Finished } else { Turned::Worked })
    }

    /// Up to which version this process can work at a change: none where it lacks the key, or still uses one that is to go.
    fn known(&self, kind: KeyChangeKind) -> Result<Option<u16>, Error> {
        let (master, index) = self.store.key_versions()?;
        Ok(match (kind, &index[..]) {
            (KeyChangeKind::Master | KeyChangeKind::OrganisationMaster, _) => Some(master),
            (KeyChangeKind::Index | KeyChangeKind::OrganisationIndex, [newest, ..]) => Some(*newest),
            (KeyChangeKind::IndexRemoval | KeyChangeKind::OrganisationIndexRemoval, [only]) => Some(*only),
            _ => None,
        })
    }

    /// What citizens and organisations both have behind them is over.
    async fn end(&self, tx: &mut Transaction, turn: &Turn) -> Result<(), Error> {
        let (together, event) = match turn.kind {
            KeyChangeKind::Master | KeyChangeKind::OrganisationMaster => {
                (KeyChangeKind::MASTER, EventKind::MasterKeyApplied)
            }
            KeyChangeKind::Index | KeyChangeKind::OrganisationIndex => {
                (KeyChangeKind::INDEX, EventKind::IndexKeyApplied)
            }
            KeyChangeKind::IndexRemoval | KeyChangeKind::OrganisationIndexRemoval => {
                (KeyChangeKind::INDEX_REMOVAL, EventKind::IndexKeyErased)
            }
        };
        let changes = tx.key_changes().list().await?;
        if !have_ended(&changes, together, turn.version) {
            return Ok(());
        }
        if event == EventKind::IndexKeyErased {
            tx.sealed_keys().erase_retired(SealedKeyKind::BlindIndex, turn.version).await?;
        }
        let event = EventBuilder::new(self.clock.now(), self.random, event, Outcome::Success);
        tx.audit().record(&event.by(self.actor.clone()).with("version", turn.version).build()).await
    }
}

/// Whether each of `kinds` has reached everybody, with this version.
pub fn have_ended(changes: &[KeyChange], kinds: [KeyChangeKind; 2], version: u16) -> bool {
    kinds.into_iter().all(|kind| {
        let ended =
            |change: &KeyChange| change.kind == kind && change.version == version && change.finished_at.is_some();
        changes.iter().any(ended)
    })
}

/// Begins what a new version of a key demands for everybody, citizens and organisations, at `due_at`.
pub async fn begin(
    tx: &mut Transaction,
    kinds: [KeyChangeKind; 2],
    version: u16,
    due_at: Timestamp,
    now: Timestamp,
) -> Result<(), Error> {
    let totals = [tx.citizens().count().await?, tx.organisations().count().await?];
    for (kind, total) in kinds.into_iter().zip(totals) {
        tx.key_changes().begin(kind, version, total, due_at, now).await?;
    }
    Ok(())
}

/// Tells how far every change has come.
pub async fn note_progress(app: &App) -> Result<(), Error> {
    let changes: Vec<KeyChange> = app.store.read().await?.key_changes().list().await?;
    for change in &changes {
        app.metrics.key_change(change);
    }
    Ok(())
}
