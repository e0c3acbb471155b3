//! The newest FIDO metadata that was accepted, one row a signer: every server has it, and none takes an older one again.

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use crate::domain::time::Timestamp;

const NUMBER: &str = "SELECT number FROM authenticator_metadata WHERE signer = $1";
const FIND: &str = "SELECT number, document, accepted_at FROM authenticator_metadata WHERE signer = $1 AND number > 0";
// Whichever of several servers has which first, the number only goes forward.
const ADVANCE: &str = "INSERT INTO authenticator_metadata (signer, number, document, accepted_at, asked_at)
    VALUES ($1, $2, $3, $4, 0) ON CONFLICT (signer) DO UPDATE
    SET number = excluded.number, document = excluded.document, accepted_at = excluded.accepted_at
    WHERE authenticator_metadata.number < excluded.number";
const ASK: &str = "INSERT INTO authenticator_metadata (signer, number, document, accepted_at, asked_at)
    VALUES ($1, 0, $2, 0, $3) ON CONFLICT (signer) DO UPDATE SET asked_at = excluded.asked_at
    WHERE authenticator_metadata.asked_at <= $4";

/// Metadata, seen from one connection.
pub struct AuthenticatorMetadata<'c, C>(pub(super) &'c mut C);

/// A document as it was signed.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredMetadata {
    pub number: i64,
    pub document: Vec<u8>,
    #[sqlx(try_from = "i64")]
    pub accepted_at: AcceptedAt,
}

/// When a document was accepted: its signer's certificate was in date then, and need not be any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptedAt(pub Timestamp);

impl From<i64> for AcceptedAt {
    fn from(micros: i64) -> Self {
        Self(Timestamp::from_micros(micros))
    }
}

impl<C: Read> AuthenticatorMetadata<'_, C> {
    /// The number of the newest one that was accepted; 0 where none was.
    pub async fn number(&mut self, signer: &str) -> Result<i64, Error> {
        let found: Option<i64> =
            on_backend!(self.0, |db| sqlx::query_scalar(NUMBER).bind(signer).fetch_optional(db).await)?;
        Ok(found.unwrap_or_default())
    }

    /// The newest one that was accepted.
    pub async fn find(&mut self, signer: &str) -> Result<Option<StoredMetadata>, Error> {
        Ok(on_backend!(self.0, |db| sqlx::query_as(FIND).bind(signer).fetch_optional(db).await)?)
    }
}

impl<C: Write> AuthenticatorMetadata<'_, C> {
    /// Accepts a document. Tells whether it is newer than what there was: otherwise it must not be used.
    pub async fn advance(&mut self, signer: &str, number: i64, document: &[u8], now: Timestamp) -> Result<bool, Error> {
        let written = on_backend!(self.0, |db| {
            sqlx::query(ADVANCE)
                .bind(signer)
                .bind(number)
                .bind(document)
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(written > 0)
    }

    /// Notes that a newer one is asked for now, unless a server did so after `before`. Tells whether it is this one's turn.
    pub async fn ask(&mut self, signer: &str, before: Timestamp, now: Timestamp) -> Result<bool, Error> {
        let none: &[u8] = &[];
        let written = on_backend!(self.0, |db| {
            sqlx::query(ASK)
                .bind(signer)
                .bind(none)
                .bind(now.micros())
                .bind(before.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(written > 0)
    }
}
