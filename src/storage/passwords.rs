//! Passwords: their hashes as PHC strings, and how often in a row they were wrong.

use super::citizens::StoredPassword;
use super::connection::{Read, Write, on_backend};
use super::error::Error;
use crate::domain::ids::CitizenId;
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;

const FIND: &str = "SELECT phc, failures_in_a_row, changed_at FROM passwords WHERE citizen_id = $1";
const RECORD_FAILURE: &str = "UPDATE passwords SET failures_in_a_row = failures_in_a_row + 1
    WHERE citizen_id = $1 AND failures_in_a_row < 2147483647 RETURNING failures_in_a_row";
const RESET_FAILURES: &str =
    "UPDATE passwords SET failures_in_a_row = 0 WHERE citizen_id = $1 AND failures_in_a_row > 0";
const REPLACE: &str = "INSERT INTO passwords (citizen_id, phc, failures_in_a_row, changed_at) VALUES ($1, $2, 0, $3)
    ON CONFLICT (citizen_id) DO UPDATE SET phc = excluded.phc, failures_in_a_row = 0, changed_at = excluded.changed_at";
const REHASH: &str = "UPDATE passwords SET phc = $3 WHERE citizen_id = $1 AND phc = $2 RETURNING failures_in_a_row";

/// Passwords, seen from one connection.
pub struct Passwords<'c, C>(pub(super) &'c mut C);

impl<C: Read> Passwords<'_, C> {
    pub async fn find(&mut self, citizen: CitizenId) -> Result<Option<StoredPassword>, Error> {
        let found: Option<(String, i32, i64)> =
            on_backend!(self.0, |db| sqlx::query_as(FIND).bind(citizen.uuid()).fetch_optional(db).await)?;
        Ok(found.map(|(phc, failures, changed_at)| StoredPassword {
            phc: SecretString::new(phc),
            failures_in_a_row: u32::try_from(failures).unwrap_or(0),
            changed_at: Timestamp::from_micros(changed_at),
        }))
    }
}

impl<C: Write> Passwords<'_, C> {
    /// Counts one more failure and returns how many there have been in a row. Parallel attempts all count.
    pub async fn record_failure(&mut self, citizen: CitizenId) -> Result<u32, Error> {
        let failures: Option<i32> =
            on_backend!(self.0, |db| sqlx::query_scalar(RECORD_FAILURE).bind(citizen.uuid()).fetch_optional(db).await)?;
        Ok(failures.and_then(|count| count.try_into().ok()).unwrap_or(0))
    }

    /// The right password came: what was wrong before does not count any more. Writes nothing if nothing was.
    pub async fn reset_failures(&mut self, citizen: CitizenId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(RESET_FAILURES).bind(citizen.uuid()).execute(db).await.map(drop))?)
    }

    /// A new password, in place of any before.
    pub async fn replace(&mut self, citizen: CitizenId, phc: &SecretString, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REPLACE).bind(citizen.uuid()).bind(phc.expose()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// The same password, hashed anew; whether it was. If it was changed in the meantime, the change stands; and of those who sign in
    /// at once, one hashes it.
    pub async fn rehash(&mut self, citizen: CitizenId, old: &SecretString, new: &SecretString) -> Result<bool, Error> {
        let done: Option<i32> = on_backend!(self.0, |db| {
            sqlx::query_scalar(REHASH)
                .bind(citizen.uuid())
                .bind(old.expose())
                .bind(new.expose())
                .fetch_optional(db)
                .await
        })?;
        Ok(done.is_some())
    }
}
