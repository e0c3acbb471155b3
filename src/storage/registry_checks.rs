//! When the population registry is asked about citizens again. Whoever is there is entered in the order of their ids, a cursor ahead of
//! them; servers take what is due by moving it on, and two of them never ask about the same person.

use sqlx::types::Uuid;

use super::connection::{Backend, Read, Transaction, Write, on_backend};
use super::error::Error;
use crate::domain::ids::CitizenId;
use crate::domain::time::Timestamp;

const CURSOR: &str = "SELECT citizen_id FROM registry_cursor WHERE one = 1";
// Of whom nothing is left there is nothing to ask.
const AHEAD: &str = "SELECT id FROM citizens WHERE id > $1 AND id < $2 AND erased_at IS NULL ORDER BY id LIMIT $3";
const BEGIN: &str = "INSERT INTO registry_cursor (one, citizen_id) VALUES (1, $1) ON CONFLICT (one) DO NOTHING";
const MOVE: &str = "UPDATE registry_cursor SET citizen_id = $2 WHERE one = 1 AND citizen_id = $1";
const ENTER: &str =
    "INSERT INTO registry_checks (citizen_id, due_at, tries) VALUES ($1, $2, 0) ON CONFLICT (citizen_id) DO NOTHING";
const CLAIM_POSTGRES: &str = "UPDATE registry_checks SET due_at = $2, tries = tries + 1 WHERE citizen_id IN
    (SELECT citizen_id FROM registry_checks WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
    RETURNING citizen_id, tries";
const CLAIM_SQLITE: &str = "UPDATE registry_checks SET due_at = $2, tries = tries + 1 WHERE citizen_id IN
    (SELECT citizen_id FROM registry_checks WHERE due_at <= $1 ORDER BY due_at LIMIT $3)
    RETURNING citizen_id, tries";
const SETTLE: &str =
    "UPDATE registry_checks SET due_at = $3, checked_at = $4, outcome = $2, tries = 0 WHERE citizen_id = $1";
const POSTPONE: &str = "UPDATE registry_checks SET due_at = $2 WHERE citizen_id = $1";
const HASTEN: &str = "INSERT INTO registry_checks (citizen_id, due_at, tries) VALUES ($1, $2, 0)
    ON CONFLICT (citizen_id) DO UPDATE SET due_at = excluded.due_at";
const FIND: &str = "SELECT due_at, checked_at, outcome, tries FROM registry_checks WHERE citizen_id = $1";
const COUNT: &str = "SELECT count(*), min(due_at) FROM registry_checks WHERE due_at <= $1";
// Whoever was asked about since then is due later than that: it is the index of what is due that finds them.
const ANSWERS: &str =
    "SELECT outcome, count(*), max(checked_at) FROM registry_checks WHERE due_at > $1 AND checked_at > $1
    GROUP BY outcome ORDER BY outcome";

/// Checks, seen from one connection.
pub struct RegistryChecks<'c, C>(pub(super) &'c mut C);

/// Somebody who is asked about now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueCheck {
    pub citizen: CitizenId,
    /// How often it was tried since the last answer, this time included.
    pub tries: u32,
}

/// What is known of checking one citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckRecord {
    pub due_at: Timestamp,
    pub checked_at: Option<Timestamp>,
    /// What the registry said, in a word.
    pub outcome: Option<String>,
    pub tries: u32,
}

/// What waits to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    pub citizens: u64,
    pub since: Option<Timestamp>,
}

impl<C: Read> RegistryChecks<'_, C> {
    pub async fn find(&mut self, citizen: CitizenId) -> Result<Option<CheckRecord>, Error> {
        let found: Option<(i64, Option<i64>, Option<String>, i32)> =
            on_backend!(self.0, |db| sqlx::query_as(FIND).bind(citizen.uuid()).fetch_optional(db).await)?;
        Ok(found.map(|(due_at, checked_at, outcome, tries)| CheckRecord {
            due_at: Timestamp::from_micros(due_at),
            checked_at: checked_at.map(Timestamp::from_micros),
            outcome,
            tries: u32::try_from(tries).unwrap_or(0),
        }))
    }

    /// Who should have been asked about by `now`.
    pub async fn overdue(&mut self, now: Timestamp) -> Result<Overdue, Error> {
        let (citizens, since): (i64, Option<i64>) =
            on_backend!(self.0, |db| sqlx::query_as(COUNT).bind(now.micros()).fetch_one(db).await)?;
        Ok(Overdue { citizens: u64::try_from(citizens).unwrap_or(0), since: since.map(Timestamp::from_micros) })
    }

    /// How often the registry has said what, of those who were asked about last after `since`, and when last.
    pub async fn answers(&mut self, since: Timestamp) -> Result<Vec<(String, u64, Timestamp)>, Error> {
        let rows: Vec<(Option<String>, i64, i64)> =
            on_backend!(self.0, |db| sqlx::query_as(ANSWERS).bind(since.micros()).fetch_all(db).await)?;
        let read = |(outcome, count, last): (Option<String>, i64, i64)| {
            (outcome.unwrap_or_default(), u64::try_from(count).unwrap_or(0), Timestamp::from_micros(last))
        };
        Ok(rows.into_iter().map(read).collect())
    }
}

impl RegistryChecks<'_, Transaction> {
    /// Enters up to `limit` citizens whose ids are before `before`, each due when `due` says; tells how many. Of servers that do it at
    /// once, one does.
    pub async fn enter(
        &mut self,
        before: CitizenId,
        limit: u32,
        due: impl Fn(CitizenId) -> Timestamp,
    ) -> Result<usize, Error> {
        let from: Option<Uuid> = on_backend!(self.0, |db| sqlx::query_scalar(CURSOR).fetch_optional(db).await)?;
        let ahead: Vec<Uuid> = on_backend!(self.0, |db| {
            sqlx::query_scalar(AHEAD)
                .bind(from.unwrap_or_default())
                .bind(before.uuid())
                .bind(i64::from(limit))
                .fetch_all(db)
                .await
        })?;
        let Some(last) = ahead.last() else { return Ok(0) };
        let moved = on_backend!(self.0, |db| {
            let query = match from {
                Some(from) => sqlx::query(MOVE).bind(from),
                None => sqlx::query(BEGIN),
            };
            query.bind(*last).execute(db).await.map(|done| done.rows_affected())
        })?;
        if moved == 0 {
            return Ok(0);
        }
        for id in &ahead {
            let due_at = due(CitizenId::from_uuid(*id)).micros();
            on_backend!(self.0, |db| sqlx::query(ENTER).bind(*id).bind(due_at).execute(db).await.map(drop))?;
        }
        Ok(ahead.len())
    }
}

impl<C: Write> RegistryChecks<'_, C> {
    /// Takes up to `limit` of those who are due; nobody else takes them before `ends`.
    pub async fn claim(&mut self, now: Timestamp, ends: Timestamp, limit: u32) -> Result<Vec<DueCheck>, Error> {
        let (now, ends, limit) = (now.micros(), ends.micros(), i64::from(limit));
        let rows: Vec<(Uuid, i32)> = match self.0.backend() {
            Backend::Postgres(db) => {
                sqlx::query_as(CLAIM_POSTGRES).bind(now).bind(ends).bind(limit).fetch_all(db).await?
            }
            Backend::Sqlite(db) => sqlx::query_as(CLAIM_SQLITE).bind(now).bind(ends).bind(limit).fetch_all(db).await?,
        };
        let read = |(id, tries)| DueCheck {
            citizen: CitizenId::from_uuid(id),
            tries: u32::try_from(tries).unwrap_or(u32::MAX),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// The registry has said `outcome`; it is asked again at `due_at`.
    pub async fn settle(
        &mut self,
        citizen: CitizenId,
        outcome: &str,
        due_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            let settle = sqlx::query(SETTLE).bind(citizen.uuid()).bind(outcome);
            settle.bind(due_at.micros()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// It has said nothing, and is asked again at `due_at`.
    pub async fn postpone(&mut self, citizen: CitizenId, due_at: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(POSTPONE).bind(citizen.uuid()).bind(due_at.micros()).execute(db).await.map(drop)
        })?)
    }

    /// It is asked at once, whenever it would have been.
    pub async fn hasten(&mut self, citizen: CitizenId, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(HASTEN).bind(citizen.uuid()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }
}
