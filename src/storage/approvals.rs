//! What waits for a second person, and what became of it: each is decided once.

use sqlx::types::Uuid;

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use super::row::{from_json, to_json};
use crate::domain::administration::approval::{Act, Approval, Decision, FieldChange, Outcome};
use crate::domain::ids::ApprovalId;
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "SELECT id, matter, act, changes, asked_by, asked_at, expires_at, outcome, decided_by, decided_at, reason FROM approvals "
    };
}

const FIND: &str = concat!(columns!(), "WHERE id = $1");
const LIST: &str = concat!(columns!(), "WHERE id < $1 ORDER BY id DESC LIMIT $2");
const OPEN: &str = concat!(columns!(), "WHERE outcome IS NULL AND expires_at > $1 AND id > $3 ORDER BY id LIMIT $2");
const COUNT_OPEN: &str = "SELECT COUNT(*) FROM approvals WHERE outcome IS NULL AND expires_at > $1";
const INSERT: &str = "INSERT INTO approvals (id, matter, act, changes, asked_by, asked_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const DECIDE: &str = "UPDATE approvals SET outcome = $2, decided_by = $3, decided_at = $4, reason = $5
    WHERE id = $1 AND outcome IS NULL AND (expires_at > $4 OR $2 <> 'approved') AND ($2 <> 'approved' OR asked_by <> $3)";

const TAKE_UP: &str = "UPDATE approvals SET asked_by = $2
    WHERE id = $1 AND outcome IS NULL AND expires_at > $3 AND asked_by LIKE 'client:%'";

/// Approvals, seen from one connection.
pub struct Approvals<'c, C>(pub(super) &'c mut C);

impl<C: Read> Approvals<'_, C> {
    pub async fn find(&mut self, id: ApprovalId) -> Result<Option<Approval>, Error> {
        let row: Option<ApprovalRow> =
            on_backend!(self.0, |db| sqlx::query_as(FIND).bind(id.uuid()).fetch_optional(db).await)?;
        row.map(ApprovalRow::open).transpose()
    }

    /// Up to `limit` that wait for somebody, the oldest first, after `after`.
    pub async fn open(
        &mut self,
        after: Option<ApprovalId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Approval>, Error> {
        let after = after.map_or(Uuid::nil(), ApprovalId::uuid);
        let rows: Vec<ApprovalRow> = on_backend!(self.0, |db| {
            sqlx::query_as(OPEN).bind(now.micros()).bind(i64::from(limit)).bind(after).fetch_all(db).await
        })?;
        rows.into_iter().map(ApprovalRow::open).collect()
    }

    /// How many wait for somebody.
    pub async fn count_open(&mut self, now: Timestamp) -> Result<usize, Error> {
        let count: i64 =
            on_backend!(self.0, |db| sqlx::query_scalar(COUNT_OPEN).bind(now.micros()).fetch_one(db).await)?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Up to `limit` before `before`, the newest first, whatever became of them.
    pub async fn list(&mut self, before: Option<ApprovalId>, limit: u32) -> Result<Vec<Approval>, Error> {
        let before = before.map_or(Uuid::max(), ApprovalId::uuid);
        let rows: Vec<ApprovalRow> =
            on_backend!(self.0, |db| { sqlx::query_as(LIST).bind(before).bind(i64::from(limit)).fetch_all(db).await })?;
        rows.into_iter().map(ApprovalRow::open).collect()
    }
}

impl<C: Write> Approvals<'_, C> {
    pub async fn ask(&mut self, new: &Approval) -> Result<(), Error> {
        let (act, changes) = (to_json(&new.act)?, to_json(&new.changes)?);
        Ok(on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(new.id.uuid())
                .bind(new.matter.as_str())
                .bind(act)
                .bind(changes)
                .bind(&new.asked_by)
                .bind(new.asked_at.micros())
                .bind(new.expires_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Makes `by` the one who asks for what a client asked by registering itself; `false` where somebody is already, and where it was decided
    /// or has expired: of many at once one does.
    pub async fn take_up(&mut self, id: ApprovalId, by: &str, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            let take_up = sqlx::query(TAKE_UP).bind(id.uuid()).bind(by).bind(now.micros());
            take_up.execute(db).await.map(|done| done.rows_affected() == 1)
        })?)
    }

    /// Decides one; `false` where somebody has, where it would be approved too late or by whoever asked: of many at once one decides.
    pub async fn decide(&mut self, id: ApprovalId, decision: &Decision) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(DECIDE)
                .bind(id.uuid())
                .bind(decision.outcome.as_str())
                .bind(&decision.by)
                .bind(decision.at.micros())
                .bind(decision.reason.as_deref())
                .execute(db)
                .await
                .map(|done| done.rows_affected() == 1)
        })?)
    }
}

#[derive(sqlx::FromRow)]
struct ApprovalRow {
    id: Uuid,
    matter: String,
    act: String,
    changes: String,
    asked_by: String,
    asked_at: i64,
    expires_at: i64,
    outcome: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    reason: Option<String>,
}

impl ApprovalRow {
    fn open(self) -> Result<Approval, Error> {
        let outcome = |text: String| {
            Outcome::ALL.into_iter().find(|one| one.as_str() == text).ok_or(Error::Corrupt("an approval's outcome"))
        };
        let decision = match (self.outcome.map(outcome).transpose()?, self.decided_by, self.decided_at) {
            (Some(outcome), Some(by), Some(at)) => {
                Some(Decision { outcome, by, at: Timestamp::from_micros(at), reason: self.reason })
            }
            _ => None,
        };
        let act: Act = from_json("an approval's act", &self.act)?;
        let changes: Vec<FieldChange> = from_json("an approval's changes", &self.changes)?;
        Ok(Approval {
            id: ApprovalId::from_uuid(self.id),
            matter: self.matter.parse().map_err(|_| Error::Corrupt("an approval's matter"))?,
            act,
            changes,
            asked_by: self.asked_by,
            asked_at: Timestamp::from_micros(self.asked_at),
            expires_at: Timestamp::from_micros(self.expires_at),
            decision,
        })
    }
}
