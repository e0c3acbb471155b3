//! Recoveries: of each citizen one waits. How one ends is decided by one statement, so that it ends once.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use super::row::hash;
use crate::domain::ids::{CitizenId, CredentialId, RecoveryId};
use crate::domain::recovery::{Kept, Recovery};
use crate::domain::secret::{SecretHash, SecretString};
use crate::domain::time::Timestamp;

const INSERT: &str =
    "INSERT INTO recoveries (citizen_id, id, stop_hash, means, phc, kept, state, begun_at, takes_effect_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8)";
const WAITING: &str = "SELECT citizen_id, id, stop_hash, means, phc, kept, begun_at, takes_effect_at FROM recoveries
    WHERE citizen_id = $1 AND state = 'waiting'";
const WAITING_STOPPED_BY: &str =
    "SELECT r.citizen_id, r.id, r.stop_hash, r.means, r.phc, r.kept, r.begun_at, r.takes_effect_at FROM recovery_stops s
    JOIN recoveries r ON r.citizen_id = s.citizen_id AND r.id = s.recovery_id
    WHERE s.stop_hash = $1 AND r.state = 'waiting'";
const ENTER_STOP: &str = "INSERT INTO recovery_stops (stop_hash, citizen_id, recovery_id) VALUES ($1, $2, $3)";
const DUE: &str = "SELECT citizen_id, id, stop_hash, means, phc, kept, begun_at, takes_effect_at FROM recoveries
    WHERE state = 'waiting' AND takes_effect_at <= $1 ORDER BY takes_effect_at LIMIT $2";
const SETTLE: &str = "UPDATE recoveries SET state = $3, settled_at = $4, phc = NULL
    WHERE citizen_id = $1 AND id = $2 AND state = 'waiting'";
// What has ended is stopped by nobody.
const LEAVE_STOPS: &str = "DELETE FROM recovery_stops WHERE citizen_id = $1";
const STOP_ALL: &str = "UPDATE recoveries SET state = 'stopped', settled_at = $2, phc = NULL
    WHERE citizen_id = $1 AND state = 'waiting'";

/// Recoveries, seen from one connection.
pub struct Recoveries<'c, C>(pub(super) &'c mut C);

/// How a recovery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryEnd {
    Finished,
    Stopped,
}

impl<C: Read> Recoveries<'_, C> {
    /// The one of this citizen that waits.
    pub async fn waiting(&mut self, citizen: CitizenId) -> Result<Option<Recovery>, Error> {
        on_backend!(self.0, |db| { sqlx::query_as::<_, Row>(WAITING).bind(citizen.uuid()).fetch_optional(db).await })?
            .map(Row::open)
            .transpose()
    }

    /// The one that waits and that the secret of this hash stops.
    pub async fn stopped_by(&mut self, secret: SecretHash) -> Result<Option<Recovery>, Error> {
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, Row>(WAITING_STOPPED_BY).bind(secret.as_bytes().as_slice()).fetch_optional(db).await
        })?
        .map(Row::open)
        .transpose()
    }

    /// Those that have waited long enough, the longest first.
    pub async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Recovery>, Error> {
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, Row>(DUE).bind(now.micros()).bind(i64::from(limit)).fetch_all(db).await
        })?
        .into_iter()
        .map(Row::open)
        .collect()
    }
}

impl Recoveries<'_, Transaction> {
    /// Writes a new one, which waits. Any before it is stopped.
    pub async fn begin(&mut self, new: &Recovery) -> Result<(), Error> {
        self.stop_all(new.citizen, new.begun_at).await?;
        let kept = match &new.kept {
            Kept::All => None,
            Kept::Only(kept) => {
                let ids: Vec<String> = kept.iter().map(ToString::to_string).collect();
                Some(serde_json::to_string(&ids).map_err(|error| Error::Other(Box::new(error)))?)
            }
        };
        on_backend!(self.0, |db| {
            let enter = sqlx::query(ENTER_STOP).bind(new.stop.as_bytes().as_slice()).bind(new.citizen.uuid());
            enter.bind(new.id.uuid()).execute(db).await.map(drop)
        })?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(new.citizen.uuid())
                .bind(new.id.uuid())
                .bind(new.stop.as_bytes().as_slice())
                .bind(new.means.as_str())
                .bind(new.phc.as_ref().map(SecretString::expose))
                .bind(kept.as_deref())
                .bind(new.begun_at.micros())
                .bind(new.takes_effect_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Ends one that waits; `false` where it has ended already.
    pub async fn settle(&mut self, recovery: &Recovery, how: RecoveryEnd, now: Timestamp) -> Result<bool, Error> {
        let state = match how {
            RecoveryEnd::Finished => "finished",
            RecoveryEnd::Stopped => "stopped",
        };
        let settled = on_backend!(self.0, |db| {
            sqlx::query(SETTLE)
                .bind(recovery.citizen.uuid())
                .bind(recovery.id.uuid())
                .bind(state)
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if settled > 0 {
            self.leave_stops(recovery.citizen).await?;
        }
        Ok(settled > 0)
    }

    /// Stops whatever waits of this citizen's; `false` where nothing did.
    pub async fn stop_all(&mut self, citizen: CitizenId, now: Timestamp) -> Result<bool, Error> {
        let stopped = on_backend!(self.0, |db| {
            sqlx::query(STOP_ALL)
                .bind(citizen.uuid())
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if stopped > 0 {
            self.leave_stops(citizen).await?;
        }
        Ok(stopped > 0)
    }

    async fn leave_stops(&mut self, citizen: CitizenId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(LEAVE_STOPS).bind(citizen.uuid()).execute(db).await.map(drop))?)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    citizen_id: Uuid,
    id: Uuid,
    stop_hash: Vec<u8>,
    means: String,
    phc: Option<String>,
    kept: Option<String>,
    begun_at: i64,
    takes_effect_at: i64,
}

impl Row {
    fn open(self) -> Result<Recovery, Error> {
        Ok(Recovery {
            id: RecoveryId::from_uuid(self.id),
            citizen: CitizenId::from_uuid(self.citizen_id),
            stop: hash(self.stop_hash)?,
            means: self.means.parse().map_err(|_| Error::Corrupt("a recovery's means"))?,
            phc: self.phc.map(SecretString::new),
            kept: self.kept.map_or(Ok(Kept::All), |kept| read(&kept).map(Kept::Only))?,
            begun_at: Timestamp::from_micros(self.begun_at),
            takes_effect_at: Timestamp::from_micros(self.takes_effect_at),
        })
    }
}

fn read(kept: &str) -> Result<Vec<CredentialId>, Error> {
    let corrupt = || Error::Corrupt("what a recovery keeps");
    let ids: Vec<String> = serde_json::from_str(kept).map_err(|_| corrupt())?;
    ids.iter().map(|id| id.parse().map_err(|_| corrupt())).collect()
}
