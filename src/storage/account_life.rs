//! Where accounts are in their lives: the state, what a suspended one was before, and when one is to be closed.

use sqlx::types::Uuid;

use super::citizens::Citizens;
use super::connection::{Read, Write, on_backend};
use super::error::Error;
use crate::domain::assurance::AccountLevel;
use crate::domain::citizen::CitizenStatus;
use crate::domain::ids::CitizenId;
use crate::domain::time::Timestamp;

const FIND: &str = "SELECT status, status_before, status_since, closes_at, succeeded_by FROM citizens WHERE id = $1";
// Which state it came from is kept of a suspended one alone, and no account that leaves the active ones is still to be closed.
const SET_STATUS: &str = "UPDATE citizens SET status = $3, updated_at = $4, status_since = $4,
        status_before = CASE WHEN $3 = 'suspended' THEN $2 END,
        closes_at = CASE WHEN $3 = 'active' THEN closes_at END
    WHERE id = $1 AND status = $2";
const CLOSE_LATER: &str =
    "UPDATE citizens SET closes_at = $2, updated_at = $3 WHERE id = $1 AND status = 'active' AND closes_at IS NULL";
const KEEP: &str = "UPDATE citizens SET closes_at = NULL, updated_at = $2 WHERE id = $1 AND closes_at IS NOT NULL AND status = 'active'";
const CLAIM_CLOSING: &str = "UPDATE citizens SET closes_at = NULL WHERE id = $1 AND closes_at <= $2";
const DUE: &str =
    "SELECT id FROM citizens WHERE closes_at IS NOT NULL AND closes_at <= $1 ORDER BY closes_at, id LIMIT $2";
const SUCCEED: &str = "UPDATE citizens SET succeeded_by = $2, updated_at = $3 WHERE id = $1 AND succeeded_by IS NULL";
const REMOVE_NAMES: &str = "DELETE FROM sign_in_names WHERE citizen_id = $1";
const REMOVE_ALIAS_NAMES: &str = "DELETE FROM alias_names WHERE citizen_id = $1";
// Whoever had them here, they were not theirs.
const END_ALIASES: &str = "UPDATE identifier_aliases SET until = since WHERE citizen_id = $1 AND until IS NULL";
const REMOVE_PASSWORD: &str = "DELETE FROM passwords WHERE citizen_id = $1";
const SET_LEVEL: &str = "UPDATE citizens SET account_level = $2, updated_at = $3 WHERE id = $1 AND account_level < $2";

/// Where an account is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    pub status: CitizenStatus,
    /// What a suspended account was before.
    pub suspended_from: Option<CitizenStatus>,
    /// `None` where it is what it was made.
    pub since: Option<Timestamp>,
    /// When it is closed, because its owner asked for that.
    pub closes_at: Option<Timestamp>,
    /// Which account stands in its place.
    pub succeeded_by: Option<CitizenId>,
}

#[derive(sqlx::FromRow)]
struct LifeRow {
    status: String,
    status_before: Option<String>,
    status_since: Option<i64>,
    closes_at: Option<i64>,
    succeeded_by: Option<Uuid>,
}

impl<C: Read> Citizens<'_, C> {
    pub async fn life(&mut self, id: CitizenId) -> Result<Option<Life>, Error> {
        let row: Option<LifeRow> =
            on_backend!(self.0, |db| sqlx::query_as(FIND).bind(id.uuid()).fetch_optional(db).await)?;
        let status = |text: String| text.parse().map_err(|_| Error::Corrupt("a citizen's status"));
        row.map(|row| {
            Ok(Life {
                status: status(row.status)?,
                suspended_from: row.status_before.map(status).transpose()?,
                since: row.status_since.map(Timestamp::from_micros),
                closes_at: row.closes_at.map(Timestamp::from_micros),
                succeeded_by: row.succeeded_by.map(CitizenId::from_uuid),
            })
        })
        .transpose()
    }

    /// Up to `limit` accounts that are to be closed by `now`, the longest due first.
    pub async fn closing_due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<CitizenId>, Error> {
        let ids: Vec<Uuid> = on_backend!(self.0, |db| {
            sqlx::query_scalar(DUE).bind(now.micros()).bind(i64::from(limit)).fetch_all(db).await
        })?;
        Ok(ids.into_iter().map(CitizenId::from_uuid).collect())
    }
}

impl<C: Write> Citizens<'_, C> {
    /// Puts `to` in the place of `from`; `false` where it stands differently by now. What else that means is
    /// `flows::account_life`'s to do: nobody else calls this.
    pub async fn set_status(
        &mut self,
        id: CitizenId,
        (from, to): (CitizenStatus, CitizenStatus),
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(SET_STATUS)
                .bind(id.uuid())
                .bind(from.as_str())
                .bind(to.as_str())
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected() == 1)
        })?)
    }

    /// Notes that an active account is to be closed at `at`; `false` where it is to be closed already, or is not active.
    pub async fn close_later(&mut self, id: CitizenId, at: Timestamp, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(CLOSE_LATER)
                .bind(id.uuid())
                .bind(at.micros())
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected() == 1)
        })?)
    }

    /// The account is not to be closed any more; `false` where it was not.
    pub async fn keep(&mut self, id: CitizenId, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            let keep = sqlx::query(KEEP).bind(id.uuid()).bind(now.micros());
            keep.execute(db).await.map(|done| done.rows_affected() == 1)
        })?)
    }

    /// Takes it on to close an account that is due; `false` where its owner has kept it, or another server is at it.
    pub async fn claim_closing(&mut self, id: CitizenId, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            let claim = sqlx::query(CLAIM_CLOSING).bind(id.uuid()).bind(now.micros());
            claim.execute(db).await.map(|done| done.rows_affected() == 1)
        })?)
    }

    /// Notes which account stands in the place of this one.
    pub async fn succeed(&mut self, id: CitizenId, by: CitizenId, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(SUCCEED).bind(id.uuid()).bind(by.uuid()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// Raises the account level; one that is as high stays as it is.
    pub async fn raise_level(&mut self, id: CitizenId, level: AccountLevel, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(SET_LEVEL).bind(id.uuid()).bind(i16::from(level)).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// Takes every name and the password away: nobody finds this account at sign-in any more, and somebody else may have its number.
    pub async fn give_up_names(&mut self, id: CitizenId) -> Result<(), Error> {
        for statement in [REMOVE_NAMES, REMOVE_ALIAS_NAMES, END_ALIASES, REMOVE_PASSWORD] {
            on_backend!(self.0, |db| sqlx::query(statement).bind(id.uuid()).execute(db).await.map(drop))?;
        }
        Ok(())
    }
}
