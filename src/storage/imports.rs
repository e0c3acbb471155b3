//! How far the import of a file has come. The file is known by its hash, so whoever runs the same one again goes on there.

use sqlx::types::Uuid;

use super::connection::{Transaction, on_backend};
use super::error::{Conflict, Error};
use crate::domain::ids::EventId;
use crate::domain::time::Timestamp;

// One that has ended begins anew: whoever was added by it is refused as taken.
const BEGIN: &str =
    "INSERT INTO imports (file_hash, id, last_line, lines, added, rejected, warned, begun_at, changed_at, finished_at)
    VALUES ($1, $2, 0, 0, 0, 0, 0, $3, $3, NULL)
    ON CONFLICT (file_hash) DO UPDATE SET id = excluded.id, last_line = 0, lines = 0, added = 0, rejected = 0, warned = 0,
        begun_at = excluded.begun_at, changed_at = excluded.changed_at, finished_at = NULL
    WHERE imports.finished_at IS NOT NULL";
const FIND: &str = "SELECT id, last_line, lines, added, rejected, warned FROM imports WHERE file_hash = $1";
// Of two that import one file at once, the second finds another line than it left.
const ADVANCE: &str =
    "UPDATE imports SET last_line = $3, lines = $4, added = $5, rejected = $6, warned = $7, changed_at = $8
    WHERE file_hash = $1 AND last_line = $2 AND finished_at IS NULL";
const FINISH: &str = "UPDATE imports SET finished_at = $2, changed_at = $2 WHERE file_hash = $1";

/// Imports, seen from one connection.
pub struct Imports<'c, C>(pub(super) &'c mut C);

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportState {
    /// Joins the events of its batches.
    pub id: EventId,
    /// Everything up to this line has been dealt with.
    pub last_line: u64,
    pub lines: u64,
    pub added: u64,
    pub rejected: u64,
    pub warned: u64,
}

impl Imports<'_, Transaction> {
    /// Begins the import of a file, as `id`; or finds where one that was cut short has come.
    pub async fn begin(&mut self, file: &[u8; 32], id: EventId, now: Timestamp) -> Result<ImportState, Error> {
        on_backend!(self.0, |db| {
            let begin = sqlx::query(BEGIN).bind(file.as_slice()).bind(id.uuid()).bind(now.micros());
            begin.execute(db).await.map(drop)
        })?;
        let row: Row = on_backend!(self.0, |db| sqlx::query_as(FIND).bind(file.as_slice()).fetch_one(db).await)?;
        Ok(ImportState {
            id: EventId::from_uuid(row.id),
            last_line: row.last_line.unsigned_abs(),
            lines: row.lines.unsigned_abs(),
            added: row.added.unsigned_abs(),
            rejected: row.rejected.unsigned_abs(),
            warned: row.warned.unsigned_abs(),
        })
    }

    /// Writes down that everything from `before` on up to the line of `state` has been dealt with.
    ///
    /// # Errors
    /// `Conflict::Import` if somebody else has gone on meanwhile.
    pub async fn advance(
        &mut self,
        file: &[u8; 32],
        before: u64,
        state: &ImportState,
        now: Timestamp,
    ) -> Result<(), Error> {
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let advanced = on_backend!(self.0, |db| {
            sqlx::query(ADVANCE)
                .bind(file.as_slice())
                .bind(count(before))
                .bind(count(state.last_line))
                .bind(count(state.lines))
                .bind(count(state.added))
                .bind(count(state.rejected))
                .bind(count(state.warned))
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if advanced == 0 { Err(Conflict::Import.into()) } else { Ok(()) }
    }

    pub async fn finish(&mut self, file: &[u8; 32], now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(FINISH).bind(file.as_slice()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    last_line: i64,
    lines: i64,
    added: i64,
    rejected: i64,
    warned: i64,
}
