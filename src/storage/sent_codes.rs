//! Codes that were sent to citizens and not yet entered. Of each purpose one is live: a new one ends the one before.
//!
//! A try is counted before it is looked at, in one statement, so that many at once are not more than one after the other.

use sqlx::types::Uuid;
use zeroize::Zeroizing;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use crate::crypto::seal::Context;
use crate::domain::ids::{CitizenId, SentCodeId};
use crate::domain::message::{Channel, CodePurpose};
use crate::domain::secret::SecretString;
use crate::domain::time::Timestamp;

const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";
const REPLACE: &str = "INSERT INTO sent_codes (citizen_id, purpose, id, bound_to, sealed, tries, expires_at)
    VALUES ($1, $2, $3, $4, $5, 0, $6)
    ON CONFLICT (citizen_id, purpose) DO UPDATE SET id = excluded.id, bound_to = excluded.bound_to,
        sealed = excluded.sealed, tries = 0, expires_at = excluded.expires_at";
const TRY: &str = "UPDATE sent_codes SET tries = tries + 1
    WHERE citizen_id = $1 AND purpose = $2 AND bound_to = $3 AND expires_at > $4 AND tries < $5
    RETURNING id, sealed, expires_at, (SELECT c.data_key FROM citizens c WHERE c.id = citizen_id) AS data_key";
const LIVE: &str =
    "SELECT k.id, k.sealed, k.expires_at, c.data_key FROM sent_codes k JOIN citizens c ON c.id = k.citizen_id
    WHERE k.citizen_id = $1 AND k.purpose = $2 AND k.bound_to = $3 AND k.expires_at > $4 AND k.tries < $5";
const SPEND: &str = "DELETE FROM sent_codes WHERE citizen_id = $1 AND purpose = $2 AND id = $3";
const END_ALL: &str = "DELETE FROM sent_codes WHERE citizen_id = $1";
const FAILURES: &str = "SELECT sent_code_failures FROM citizens WHERE id = $1";
const FAILED: &str = "UPDATE citizens SET sent_code_failures = sent_code_failures + 1
    WHERE id = $1 AND sent_code_failures < 2147483647";
const FORGIVE: &str = "UPDATE citizens SET sent_code_failures = 0 WHERE id = $1 AND sent_code_failures > 0";
const FORGET: &str = "DELETE FROM sent_codes WHERE expires_at <= $1";

/// How often one code may be tried.
pub const TRIES_A_CODE: u32 = 5;

/// The codes, seen from one connection.
pub struct SentCodes<'c, C>(pub(super) &'c mut C);

/// A code that was sent, and what it is good for.
#[derive(Clone, Debug)]
pub struct SentCode {
    pub id: SentCodeId,
    pub citizen: CitizenId,
    pub purpose: CodePurpose,
    /// The sign-in or the session that it was asked for in.
    pub bound_to: Uuid,
    pub said: Said,
    pub expires_at: Timestamp,
}

/// What is sealed of a code: itself, and where it went.
#[derive(Clone, Debug)]
pub struct Said {
    pub code: SecretString,
    pub channel: Channel,
    pub to: String,
}

/// Whether a code was still there to be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Spent {
    Now,
    /// It was entered before, or another was sent since.
    Gone,
}

impl<C: Read> SentCodes<'_, C> {
    /// The live code of this purpose that was asked for in `bound_to`.
    pub async fn live(
        &mut self,
        citizen: CitizenId,
        purpose: CodePurpose,
        bound_to: Uuid,
        now: Timestamp,
    ) -> Result<Option<SentCode>, Error> {
        self.one(LIVE, citizen, purpose, bound_to, now).await
    }

    /// How many wrong codes the citizen's telephone or mailbox was proven with since the last right one, whatever code was live.
    pub async fn failures_in_a_row(&mut self, citizen: CitizenId) -> Result<u32, Error> {
        let failures: Option<i32> =
            on_backend!(self.0, |db| sqlx::query_scalar(FAILURES).bind(citizen.uuid()).fetch_optional(db).await)?;
        Ok(failures.and_then(|failures| failures.try_into().ok()).unwrap_or(0))
    }

    async fn one(
        &mut self,
        statement: &'static str,
        citizen: CitizenId,
        purpose: CodePurpose,
        bound_to: Uuid,
        now: Timestamp,
    ) -> Result<Option<SentCode>, Error> {
        let vault = self.0.vault()?;
        let found: Option<(Uuid, Vec<u8>, i64, Vec<u8>)> = on_backend!(self.0, |db| {
            sqlx::query_as(statement)
                .bind(citizen.uuid())
                .bind(purpose.as_str())
                .bind(bound_to)
                .bind(now.micros())
                .bind(i64::from(TRIES_A_CODE))
                .fetch_optional(db)
                .await
        })?;
        let Some((id, sealed, expires_at, data_key)) = found else { return Ok(None) };
        let id = SentCodeId::from_uuid(id);
        let opened = vault.open_for(citizen, &data_key, &place(citizen, id), &sealed)?;
        let said: Sealed = serde_json::from_slice(&opened).map_err(|_| Error::Corrupt("a code that was sent"))?;
        let said = Said { code: SecretString::new(said.code), channel: said.channel, to: said.to };
        Ok(Some(SentCode { id, citizen, purpose, bound_to, said, expires_at: Timestamp::from_micros(expires_at) }))
    }
}

impl<C: Write> SentCodes<'_, C> {
    /// Counts one more try of the live code, and gives it; `None` where there is none, or it has been tried too often.
    pub async fn attempt(
        &mut self,
        citizen: CitizenId,
        purpose: CodePurpose,
        bound_to: Uuid,
        now: Timestamp,
    ) -> Result<Option<SentCode>, Error> {
        self.one(TRY, citizen, purpose, bound_to, now).await
    }

    /// Takes the code away. Of many who entered it one finds it there.
    pub async fn spend(&mut self, code: &SentCode) -> Result<Spent, Error> {
        let gone = on_backend!(self.0, |db| {
            sqlx::query(SPEND)
                .bind(code.citizen.uuid())
                .bind(code.purpose.as_str())
                .bind(code.id.uuid())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(if gone == 0 { Spent::Gone } else { Spent::Now })
    }

    /// Counts one more wrong code, beyond the life of the code that it was tried for.
    pub async fn record_failure(&mut self, citizen: CitizenId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(FAILED).bind(citizen.uuid()).execute(db).await.map(drop))?)
    }

    /// What was wrong before does not count any more. Writes nothing if nothing was.
    pub async fn forgive(&mut self, citizen: CitizenId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(FORGIVE).bind(citizen.uuid()).execute(db).await.map(drop))?)
    }

    /// Ends every one of a citizen's.
    pub async fn end_all(&mut self, citizen: CitizenId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(END_ALL).bind(citizen.uuid()).execute(db).await.map(drop))?)
    }

    /// Removes those that have expired.
    pub async fn forget(&mut self, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(FORGET).bind(now.micros()).execute(db).await.map(drop))?)
    }
}

impl SentCodes<'_, Transaction> {
    /// Puts a code in the place of the one before, together with the message that says it.
    ///
    /// # Errors
    /// `Corrupt` if there is no such citizen.
    pub async fn replace(&mut self, code: &SentCode) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let citizen = code.citizen;
        let key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(citizen.uuid()).fetch_optional(db).await)?;
        let key = key.ok_or(Error::Corrupt("no citizen of this id"))?;
        let said = &code.said;
        let said = Sealed { code: said.code.expose().to_owned(), channel: said.channel, to: said.to.clone() };
        let said = Zeroizing::new(serde_json::to_vec(&said).map_err(|error| Error::Other(Box::new(error)))?);
        let sealed = vault.seal_for(citizen, &key, &place(citizen, code.id), &said)?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REPLACE)
                .bind(citizen.uuid())
                .bind(code.purpose.as_str())
                .bind(code.id.uuid())
                .bind(code.bound_to)
                .bind(sealed)
                .bind(code.expires_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }
}

fn place(citizen: CitizenId, id: SentCodeId) -> Context {
    Context::new("sent_codes.sealed", [citizen.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat())
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Sealed {
    code: String,
    channel: Channel,
    to: String,
}
