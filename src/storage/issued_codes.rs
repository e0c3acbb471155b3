//! Codes that registrars handed over, by their hashes. Of each purpose one is live: a new one ends the one before.

use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use super::sent_codes::Spent;
use crate::domain::ids::CitizenId;
use crate::domain::issued_code::{CodeUse, IssuedCode};
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

const END: &str = "DELETE FROM issued_codes WHERE citizen_id = $1 AND purpose = $2 AND used_at IS NULL";
const END_ALL: &str = "DELETE FROM issued_codes WHERE citizen_id = $1 AND used_at IS NULL";
const INSERT: &str = "INSERT INTO issued_codes (code_hash, citizen_id, purpose, issued_at, expires_at)
    VALUES ($1, $2, $3, $4, $5)";
const IS_GOOD: &str = "SELECT EXISTS (SELECT 1 FROM issued_codes
    WHERE code_hash = $1 AND citizen_id = $2 AND purpose = $3 AND used_at IS NULL AND expires_at > $4)";
const SPEND: &str = "UPDATE issued_codes SET used_at = $4
    WHERE code_hash = $1 AND citizen_id = $2 AND purpose = $3 AND used_at IS NULL AND expires_at > $4";
const FORGET: &str = "DELETE FROM issued_codes WHERE expires_at <= $1";

/// The codes, seen from one connection.
pub struct IssuedCodes<'c, C>(pub(super) &'c mut C);

impl<C: Read> IssuedCodes<'_, C> {
    /// Whether the code of this hash is this citizen's, for this purpose, and still good.
    pub async fn is_good(
        &mut self,
        code: SecretHash,
        citizen: CitizenId,
        purpose: CodeUse,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query_scalar(IS_GOOD)
                .bind(code.as_bytes().as_slice())
                .bind(citizen.uuid())
                .bind(purpose.as_str())
                .bind(now.micros())
                .fetch_one(db)
                .await
        })?)
    }
}

impl IssuedCodes<'_, Transaction> {
    /// Writes a new one, and ends the one before.
    pub async fn issue(&mut self, new: &IssuedCode) -> Result<(), Error> {
        let purpose = new.purpose.as_str();
        on_backend!(self.0, |db| {
            sqlx::query(END).bind(new.citizen.uuid()).bind(purpose).execute(db).await.map(drop)
        })?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(new.hash.as_bytes().as_slice())
                .bind(new.citizen.uuid())
                .bind(purpose)
                .bind(new.issued_at.micros())
                .bind(new.expires_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Ends every one of a citizen's that was not used.
    pub async fn end_all(&mut self, citizen: CitizenId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(END_ALL).bind(citizen.uuid()).execute(db).await.map(drop))?)
    }

    /// Uses it up: of many at once one succeeds.
    pub async fn spend(
        &mut self,
        code: SecretHash,
        citizen: CitizenId,
        purpose: CodeUse,
        now: Timestamp,
    ) -> Result<Spent, Error> {
        let spent = on_backend!(self.0, |db| {
            sqlx::query(SPEND)
                .bind(code.as_bytes().as_slice())
                .bind(citizen.uuid())
                .bind(purpose.as_str())
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(if spent == 0 { Spent::Gone } else { Spent::Now })
    }

    /// Forgets those that expired before `now`, used or not.
    pub async fn forget(&mut self, now: Timestamp) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(FORGET).bind(now.micros()).execute(db).await.map(|done| done.rows_affected())
        })?)
    }
}
