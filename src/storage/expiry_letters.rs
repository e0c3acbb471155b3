//! Which letters went out about what of a client ends soon.

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use crate::domain::expiry::Expiry;
use crate::domain::ids::ClientId;
use crate::domain::time::Timestamp;

const NOTE: &str = "INSERT INTO expiry_letters (client_id, what, ends_at, days, told) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (client_id, what, ends_at, days) DO NOTHING";
const UNTOLD: &str = "SELECT DISTINCT client_id, what, ends_at FROM expiry_letters WHERE told = 0 AND ends_at > $1
    ORDER BY ends_at, client_id, what LIMIT $2";
const FORGET: &str = "DELETE FROM expiry_letters WHERE ends_at < $1";

/// Letters about ends, seen from one connection.
pub struct ExpiryLetters<'c, C>(pub(super) &'c mut C);

impl<C: Read> ExpiryLetters<'_, C> {
    /// Up to `limit` that end after `now` and that nobody could be told of, what ends first first.
    pub async fn untold(&mut self, now: Timestamp, limit: u32) -> Result<Vec<(ClientId, Expiry)>, Error> {
        let rows: Vec<(String, String, i64)> = on_backend!(self.0, |db| {
            sqlx::query_as(UNTOLD).bind(now.micros()).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let open = |(client, what, ends_at): (String, String, i64)| {
            let what = what.parse().map_err(|_| Error::Corrupt("what a letter says ends"))?;
            let client = client.parse().map_err(|_| Error::Corrupt("a client's id"))?;
            Ok((client, Expiry { what, ends_at: Timestamp::from_micros(ends_at) }))
        };
        rows.into_iter().map(open).collect()
    }
}

impl<C: Write> ExpiryLetters<'_, C> {
    /// Notes that `told` owners are told of this end, `days` before it; `false` where that was done: of many servers one does it.
    pub async fn note(&mut self, client: &ClientId, expiry: Expiry, days: u32, told: u32) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(NOTE)
                .bind(client.as_str())
                .bind(expiry.what.as_str())
                .bind(expiry.ends_at.micros())
                .bind(i64::from(days))
                .bind(i64::from(told))
                .execute(db)
                .await
                .map(|done| done.rows_affected() == 1)
        })?)
    }

    /// Forgets what ended before `before`.
    pub async fn forget(&mut self, before: Timestamp) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(FORGET).bind(before.micros()).execute(db).await.map(|done| done.rows_affected())
        })?)
    }
}
