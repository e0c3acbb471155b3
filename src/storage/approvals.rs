//! What waits for a second person, and what became of it: each is decided once.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::invalidations::Invalidation;
use super::row::{from_json, to_json};
use crate::domain::administration::approval::{Act, Approval, Decision, FieldChange, Outcome};
use crate::domain::ids::{ApprovalId, ClientId};
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "SELECT id, matter, act, changes, asked_by, asked_at, expires_at, outcome, decided_by, decided_at, reason FROM approvals "
    };
}

const FIND: &str = concat!(columns!(), "WHERE id = $1");
const LIST: &str = concat!(columns!(), "WHERE id < $1 ORDER BY id DESC LIMIT $2");
const OPEN: &str = concat!(
    columns!(),
    "WHERE outcome IS NULL AND asked_by NOT LIKE 'client:%' AND expires_at > $1 AND id > $3 ORDER BY id LIMIT $2"
);
const COUNT_OPEN: &str =
    "SELECT COUNT(*) FROM approvals WHERE outcome IS NULL AND asked_by NOT LIKE 'client:%' AND expires_at > $1";
const BY_THEMSELVES: &str = concat!(
    columns!(),
    "WHERE outcome IS NULL AND asked_by LIKE 'client:%' AND expires_at > $1 AND id > $3 ORDER BY id LIMIT $2"
);
const COUNT_BY_THEMSELVES: &str =
    "SELECT COUNT(*) FROM approvals WHERE outcome IS NULL AND asked_by LIKE 'client:%' AND expires_at > $1";
const INSERT: &str = "INSERT INTO approvals (id, matter, act, changes, asked_by, asked_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const DECIDE: &str = "UPDATE approvals SET outcome = $2, decided_by = $3, decided_at = $4, reason = $5
    WHERE id = $1 AND outcome IS NULL AND (expires_at > $4 OR $2 <> 'approved')
        AND ($2 <> 'approved' OR (asked_by <> $3 AND asked_by NOT LIKE 'client:%'))";

const TAKE_UP: &str = "UPDATE approvals SET asked_by = $2
    WHERE id = $1 AND outcome IS NULL AND expires_at > $3 AND asked_by LIKE 'client:%'";

// Of clients that nobody but themselves has ever written anything of.
const LAPSED: &str = "SELECT a.id, c.id FROM approvals a JOIN clients c ON a.asked_by = 'client:' || c.id
    WHERE a.outcome IS NULL AND a.asked_by LIKE 'client:%' AND a.expires_at <= $1 AND c.status = 'disabled' AND c.version = 1
    ORDER BY a.id LIMIT $2";
// Whoever changes it at this moment waits, and finds it gone.
const HOLD_LAPSED: &str = "UPDATE clients SET version = version WHERE id = $1 AND status = 'disabled' AND version = 1";
const FORGET: &str = "DELETE FROM approvals WHERE id = $1 AND outcome IS NULL AND asked_by LIKE 'client:%'";
const FORGET_LAPSED: [&str; 3] = [
    "DELETE FROM client_logos WHERE client_id = $1",
    "DELETE FROM client_registrations WHERE client_id = $1",
    "DELETE FROM clients WHERE id = $1",
];

/// Approvals, seen from one connection.
pub struct Approvals<'c, C>(pub(super) &'c mut C);

impl<C: Read> Approvals<'_, C> {
    pub async fn find(&mut self, id: ApprovalId) -> Result<Option<Approval>, Error> {
        let row: Option<ApprovalRow> =
            on_backend!(self.0, |db| sqlx::query_as(FIND).bind(id.uuid()).fetch_optional(db).await)?;
        row.map(ApprovalRow::open).transpose()
    }

    /// Up to `limit` that somebody of the administration asked for and that wait for another person, the oldest first, after `after`.
    pub async fn open(
        &mut self,
        after: Option<ApprovalId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Approval>, Error> {
        self.waiting(OPEN, after, now, limit).await
    }

    /// How many of these there are.
    pub async fn count_open(&mut self, now: Timestamp) -> Result<usize, Error> {
        self.count(COUNT_OPEN, now).await
    }

    /// Up to `limit` that clients asked for by registering themselves and nobody has taken up, the oldest first, after `after`.
    pub async fn by_themselves(
        &mut self,
        after: Option<ApprovalId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Approval>, Error> {
        self.waiting(BY_THEMSELVES, after, now, limit).await
    }

    /// How many of these there are.
    pub async fn count_by_themselves(&mut self, now: Timestamp) -> Result<usize, Error> {
        self.count(COUNT_BY_THEMSELVES, now).await
    }

    async fn waiting(
        &mut self,
        which: &'static str,
        after: Option<ApprovalId>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Approval>, Error> {
        let after = after.map_or(Uuid::nil(), ApprovalId::uuid);
        let rows: Vec<ApprovalRow> = on_backend!(self.0, |db| {
            sqlx::query_as(which).bind(now.micros()).bind(i64::from(limit)).bind(after).fetch_all(db).await
        })?;
        rows.into_iter().map(ApprovalRow::open).collect()
    }

    async fn count(&mut self, which: &'static str, now: Timestamp) -> Result<usize, Error> {
        let count: i64 = on_backend!(self.0, |db| sqlx::query_scalar(which).bind(now.micros()).fetch_one(db).await)?;
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

    /// Decides one; `false` where somebody has, where it would be approved too late, by whoever asked, or before anybody of the
    /// administration asked for it: of many at once one decides.
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

impl Approvals<'_, Transaction> {
    /// Removes up to `limit` clients that registered themselves and that nobody took up in time, with what they asked for: which these were.
    /// One that somebody of the administration has changed meanwhile stays.
    pub async fn forget_lapsed(&mut self, now: Timestamp, limit: u32) -> Result<Vec<ClientId>, Error> {
        let lapsed: Vec<(Uuid, String)> = on_backend!(self.0, |db| {
            sqlx::query_as(LAPSED).bind(now.micros()).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let mut gone = Vec::new();
        for (approval, client) in lapsed {
            let held = on_backend!(self.0, |db| {
                sqlx::query(HOLD_LAPSED).bind(&client).execute(db).await.map(|done| done.rows_affected())
            })?;
            let is_asked = held == 1
                && on_backend!(self.0, |db| {
                    sqlx::query(FORGET).bind(approval).execute(db).await.map(|done| done.rows_affected() == 1)
                })?;
            if !is_asked {
                continue;
            }
            for forget in FORGET_LAPSED {
                on_backend!(self.0, |db| sqlx::query(forget).bind(&client).execute(db).await.map(drop))?;
            }
            let client: ClientId = client.parse().map_err(|_| Error::Corrupt("a client's id"))?;
            self.0.announce(Invalidation::Client(client.clone())).await?;
            gone.push(client);
        }
        Ok(gone)
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
