//! The ways in that need no role: the link that makes the first administrator, and the two envelopes of the break-glass account.
//! Each is used once.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use crate::domain::administration::break_glass::{Envelope, Half};
use crate::domain::ids::CitizenId;
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

const END_LINKS: &str = "DELETE FROM bootstrap_links WHERE used_at IS NULL";
const MAKE_LINK: &str = "INSERT INTO bootstrap_links (link_hash, made_by, made_at, expires_at) VALUES ($1, $2, $3, $4)";
const IS_GOOD: &str = "SELECT EXISTS (SELECT 1 FROM bootstrap_links
    WHERE link_hash = $1 AND used_at IS NULL AND expires_at > $2)";
const SPEND_LINK: &str = "UPDATE bootstrap_links SET used_at = $2
    WHERE link_hash = $1 AND used_at IS NULL AND expires_at > $2";
const SEAL: &str = "INSERT INTO break_glass_envelopes (half, secret_hash, sealed_by, sealed_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (half) DO UPDATE SET secret_hash = excluded.secret_hash, sealed_by = excluded.sealed_by,
        sealed_at = excluded.sealed_at, opened_by = NULL, opener_id = NULL, opened_at = NULL";
const ENVELOPES: &str = "SELECT half, sealed_by, sealed_at, opened_by, opener_id, opened_at
    FROM break_glass_envelopes ORDER BY half";
const OPEN: &str = "UPDATE break_glass_envelopes SET opened_by = $2, opener_id = $3, opened_at = $4
    WHERE secret_hash = $1 RETURNING half";
const BREAK: &str = "UPDATE administration_turns SET glass_broken_until = $1 WHERE id = 1";
const BROKEN: &str = "SELECT glass_broken_until FROM administration_turns WHERE id = 1 AND glass_broken_until > $1";
const CONSUME: &str = "DELETE FROM break_glass_envelopes WHERE half > 0";

/// These ways in, seen from one connection.
pub struct Administration<'c, C>(pub(super) &'c mut C);

impl<C: Read> Administration<'_, C> {
    /// Whether the link of this hash is still good.
    pub async fn link_is_good(&mut self, link: SecretHash, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query_scalar(IS_GOOD).bind(link.as_bytes().as_slice()).bind(now.micros()).fetch_one(db).await
        })?)
    }

    /// Until when the break-glass account is open, where it is.
    pub async fn glass_broken(&mut self, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let until: Option<i64> =
            on_backend!(self.0, |db| { sqlx::query_scalar(BROKEN).bind(now.micros()).fetch_optional(db).await })?;
        Ok(until.map(Timestamp::from_micros))
    }

    /// The envelopes that there are, the first one first, and whose account it was that brought one.
    pub async fn envelopes(&mut self) -> Result<Vec<(Envelope, Option<CitizenId>)>, Error> {
        let rows: Vec<EnvelopeRow> = on_backend!(self.0, |db| sqlx::query_as(ENVELOPES).fetch_all(db).await)?;
        rows.into_iter().map(EnvelopeRow::open).collect()
    }
}

impl Administration<'_, Transaction> {
    /// Makes a link, and ends the one before.
    pub async fn make_link(
        &mut self,
        link: SecretHash,
        by: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        on_backend!(self.0, |db| sqlx::query(END_LINKS).execute(db).await.map(drop))?;
        Ok(on_backend!(self.0, |db| {
            let make = sqlx::query(MAKE_LINK).bind(link.as_bytes().as_slice()).bind(by);
            make.bind(now.micros()).bind(expires_at.micros()).execute(db).await.map(drop)
        })?)
    }

    /// Uses a link up: of many at once one succeeds.
    pub async fn spend_link(&mut self, link: SecretHash, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            let spend = sqlx::query(SPEND_LINK).bind(link.as_bytes().as_slice()).bind(now.micros());
            spend.execute(db).await.map(|done| done.rows_affected() == 1)
        })?)
    }

    /// Writes down who brought the envelope with this in it; `None` where there is none.
    pub async fn open(
        &mut self,
        secret: SecretHash,
        by: &str,
        citizen: Option<CitizenId>,
        now: Timestamp,
    ) -> Result<Option<Half>, Error> {
        let half: Option<i16> = on_backend!(self.0, |db| {
            let open = sqlx::query_scalar(OPEN).bind(secret.as_bytes().as_slice()).bind(by);
            open.bind(citizen.map(CitizenId::uuid)).bind(now.micros()).fetch_optional(db).await
        })?;
        half.map(of_number).transpose()
    }

    /// Both were opened: neither opens anything again.
    pub async fn consume_envelopes(&mut self) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(CONSUME).execute(db).await.map(drop))?)
    }
}

impl<C: Write> Administration<'_, C> {
    /// Says until when the break-glass account is open; `None` where it is not any more. By whoever has taken the turn of those who make
    /// administrators, so that the row is there.
    pub async fn break_glass(&mut self, until: Option<Timestamp>) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(BREAK).bind(until.map(Timestamp::micros)).execute(db).await.map(drop)
        })?)
    }

    /// Seals an envelope, in the place of the one before.
    pub async fn seal(&mut self, half: Half, secret: SecretHash, by: &str, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            let seal = sqlx::query(SEAL).bind(half.number()).bind(secret.as_bytes().as_slice()).bind(by);
            seal.bind(now.micros()).execute(db).await.map(drop)
        })?)
    }
}

fn of_number(number: i16) -> Result<Half, Error> {
    Half::ALL.into_iter().find(|half| half.number() == number).ok_or(Error::Corrupt("an envelope"))
}

#[derive(sqlx::FromRow)]
struct EnvelopeRow {
    half: i16,
    sealed_by: String,
    sealed_at: i64,
    opened_by: Option<String>,
    opener_id: Option<Uuid>,
    opened_at: Option<i64>,
}

impl EnvelopeRow {
    fn open(self) -> Result<(Envelope, Option<CitizenId>), Error> {
        let envelope = Envelope {
            half: of_number(self.half)?,
            sealed_by: self.sealed_by,
            sealed_at: Timestamp::from_micros(self.sealed_at),
            opened_by: self.opened_by,
            opened_at: self.opened_at.map(Timestamp::from_micros),
        };
        Ok((envelope, self.opener_id.map(CitizenId::from_uuid)))
    }
}
