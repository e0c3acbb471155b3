//! What is done to every citizen, and every organisation, after a key was changed: how far it has come, and whose turn it is.
//!
//! They are dealt with in the order of their ids, some in a transaction. That transaction begins by putting off the next turn
//! in the change's row: so a second server waits for the first to commit, finds that nothing is due, and does no work twice; and
//! what a killed server had begun is as if it had not been. A pass that finds nothing left to do ends the change: whatever a
//! server wrote that had not heard of the new key is found by the pass after.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use crate::domain::time::Timestamp;

const COLUMNS: &str =
    "SELECT kind, version, pass, seen, changed, total, due_at, begun_at, finished_at FROM key_changes";
const BEGIN: &str =
    "INSERT INTO key_changes (kind, version, after_id, pass, seen, changed, total, due_at, begun_at, finished_at)
    VALUES ($1, $2, $3, 1, 0, 0, $4, $5, $6, NULL)
    ON CONFLICT (kind) DO UPDATE SET version = excluded.version, after_id = excluded.after_id, pass = 1, seen = 0, changed = 0,
        total = excluded.total, due_at = excluded.due_at, begun_at = excluded.begun_at, finished_at = NULL
    WHERE key_changes.version <> excluded.version OR key_changes.finished_at IS NOT NULL";
const TAKE: &str = "UPDATE key_changes SET due_at = $4
    WHERE kind = $1 AND version <= $2 AND due_at <= $3 AND finished_at IS NULL RETURNING version, after_id, changed";
const HASTEN: &str = "UPDATE key_changes SET due_at = $2 WHERE kind = $1 AND due_at > $2 AND finished_at IS NULL";
const ADVANCE: &str = "UPDATE key_changes SET after_id = $2, seen = seen + $3, changed = changed + $4 WHERE kind = $1";
const NEXT_PASS: &str = "UPDATE key_changes SET after_id = $2, pass = pass + 1, seen = 0, changed = 0 WHERE kind = $1";
const FINISH: &str = "UPDATE key_changes SET finished_at = $2 WHERE kind = $1";

/// Changes, seen from one connection.
pub struct KeyChanges<'c, C>(pub(super) &'c mut C);

/// What is done. The text is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyChangeKind {
    /// Every citizen's data key is wrapped by a version of the master key.
    Master,
    /// Every organisation's.
    OrganisationMaster,
    /// Every citizen's names are written under a version of the index key.
    Index,
    /// Every organisation's code is.
    OrganisationIndex,
    /// What stands of citizens under an older version of the index key is removed.
    IndexRemoval,
    /// What stands of organisations is.
    OrganisationIndexRemoval,
}

impl KeyChangeKind {
    pub const MASTER: [Self; 2] = [Self::Master, Self::OrganisationMaster];
    pub const INDEX: [Self; 2] = [Self::Index, Self::OrganisationIndex];
    pub const INDEX_REMOVAL: [Self; 2] = [Self::IndexRemoval, Self::OrganisationIndexRemoval];
    pub const ALL: [Self; 6] = [
        Self::Master,
        Self::OrganisationMaster,
        Self::Index,
        Self::OrganisationIndex,
        Self::IndexRemoval,
        Self::OrganisationIndexRemoval,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Master => "master",
            Self::Index => "index",
            Self::IndexRemoval => "index_removal",
            Self::OrganisationMaster => "organisation_master",
            Self::OrganisationIndex => "organisation_index",
            Self::OrganisationIndexRemoval => "organisation_index_removal",
        }
    }
}

/// A change, and how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyChange {
    pub kind: KeyChangeKind,
    pub version: u16,
    /// From 1. The last one finds nothing to do.
    pub pass: u32,
    /// Citizens, or organisations, that this pass has seen, and of them those that there was something to do for.
    pub seen: u64,
    pub changed: u64,
    /// How many there were when it was begun.
    pub total: u64,
    /// When it goes on.
    pub due_at: Timestamp,
    pub begun_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

/// A turn at a change: it lasts as long as the transaction.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    pub kind: KeyChangeKind,
    pub version: u16,
    /// Who was dealt with last.
    pub after: Uuid,
    changed: u64,
}

/// What a turn has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dealt {
    pub seen: u64,
    pub changed: u64,
    /// The last citizen of them; `None` where there was nobody left.
    pub last: Option<Uuid>,
}

/// Whether a change goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Going {
    On,
    /// This turn was the last: the whole pass found nothing to do.
    Finished,
}

impl<C: Read> KeyChanges<'_, C> {
    /// All of them, those that have ended too.
    pub async fn list(&mut self) -> Result<Vec<KeyChange>, Error> {
        let rows: Vec<Row> = on_backend!(self.0, |db| sqlx::query_as(COLUMNS).fetch_all(db).await)?;
        rows.into_iter().map(Row::open).collect()
    }
}

impl KeyChanges<'_, Transaction> {
    /// Begins a change, at `due_at`. One to the same version that is under way goes on where it is.
    pub async fn begin(
        &mut self,
        kind: KeyChangeKind,
        version: u16,
        total: u64,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(BEGIN)
                .bind(kind.as_str())
                .bind(i32::from(version))
                .bind(Uuid::nil())
                .bind(i64::try_from(total).unwrap_or(i64::MAX))
                .bind(due_at.micros())
                .bind(now.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Lets a change go on at once, although servers that run may not have heard of the key yet.
    pub async fn hasten(&mut self, kind: KeyChangeKind, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(HASTEN).bind(kind.as_str()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// Takes the turn that is due, of a change to a version up to `known`, and puts the next one off until `next`. `None` where
    /// nothing is to be done, or another server has just done it.
    pub async fn take(
        &mut self,
        kind: KeyChangeKind,
        known: u16,
        now: Timestamp,
        next: Timestamp,
    ) -> Result<Option<Turn>, Error> {
        let taken: Option<(i32, Uuid, i64)> = on_backend!(self.0, |db| {
            sqlx::query_as(TAKE)
                .bind(kind.as_str())
                .bind(i32::from(known))
                .bind(now.micros())
                .bind(next.micros())
                .fetch_optional(db)
                .await
        })?;
        taken
            .map(|(version, after, changed)| {
                let version = version.try_into().map_err(|_| Error::Corrupt("a key's version"))?;
                Ok(Turn { kind, version, after, changed: changed.unsigned_abs() })
            })
            .transpose()
    }

    /// Writes down what a turn has done.
    pub async fn advance(&mut self, turn: &Turn, dealt: &Dealt, now: Timestamp) -> Result<Going, Error> {
        let kind = turn.kind.as_str();
        if let Some(last) = dealt.last {
            let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
            let (seen, changed) = (count(dealt.seen), count(dealt.changed));
            on_backend!(self.0, |db| {
                let advance = sqlx::query(ADVANCE).bind(kind).bind(last);
                advance.bind(seen).bind(changed).execute(db).await.map(drop)
            })?;
            return Ok(Going::On);
        }
        if turn.changed > 0 {
            on_backend!(self.0, |db| sqlx::query(NEXT_PASS).bind(kind).bind(Uuid::nil()).execute(db).await.map(drop))?;
            return Ok(Going::On);
        }
        on_backend!(self.0, |db| sqlx::query(FINISH).bind(kind).bind(now.micros()).execute(db).await.map(drop))?;
        Ok(Going::Finished)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    kind: String,
    version: i32,
    pass: i32,
    seen: i64,
    changed: i64,
    total: i64,
    due_at: i64,
    begun_at: i64,
    finished_at: Option<i64>,
}

impl Row {
    fn open(self) -> Result<KeyChange, Error> {
        let kind = KeyChangeKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind);
        Ok(KeyChange {
            kind: kind.ok_or(Error::Corrupt("a change of keys"))?,
            version: self.version.try_into().map_err(|_| Error::Corrupt("a key's version"))?,
            pass: self.pass.unsigned_abs(),
            seen: self.seen.unsigned_abs(),
            changed: self.changed.unsigned_abs(),
            total: self.total.unsigned_abs(),
            due_at: Timestamp::from_micros(self.due_at),
            begun_at: Timestamp::from_micros(self.begun_at),
            finished_at: self.finished_at.map(Timestamp::from_micros),
        })
    }
}
