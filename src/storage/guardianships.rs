//! Who looks after the account of which minor.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::vault::Vault;
use crate::crypto::seal::Context;
use crate::domain::guardianship::Guardianship;
use crate::domain::ids::{CitizenId, GuardianshipId};
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "SELECT g.minor_id, g.id, g.guardian_id, g.evidence, g.entered_by, g.since, g.until, g.ended_at, c.data_key
    FROM guardianships g JOIN citizens c ON c.id = g.minor_id "
    };
}

const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";
const INSERT: &str = "INSERT INTO guardianships (minor_id, id, guardian_id, evidence, entered_by, since, until)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
const OF_MINOR: &str = concat!(columns!(), "WHERE g.minor_id = $1 ORDER BY g.id DESC LIMIT 50");
const OF_GUARDIAN: &str =
    concat!(columns!(), "WHERE g.guardian_id = $1 AND g.ended_at IS NULL AND g.until > $2 ORDER BY g.id LIMIT 50");
const STANDS: &str = "SELECT EXISTS (SELECT 1 FROM guardianships g JOIN citizens c ON c.id = g.guardian_id
    WHERE g.minor_id = $1 AND g.guardian_id = $2 AND g.ended_at IS NULL AND g.until > $3 AND c.status = 'active')";
const END: &str =
    "UPDATE guardianships SET ended_at = $3 WHERE minor_id = $1 AND guardian_id = $2 AND ended_at IS NULL";
const END_ALL: &str =
    "UPDATE guardianships SET ended_at = $2 WHERE (minor_id = $1 OR guardian_id = $1) AND ended_at IS NULL";

/// Guardianships, seen from one connection.
pub struct Guardianships<'c, C>(pub(super) &'c mut C);

impl<C: Read> Guardianships<'_, C> {
    /// The fifty last of a minor's, the newest first, those that are over among them.
    pub async fn of_minor(&mut self, minor: CitizenId) -> Result<Vec<Guardianship>, Error> {
        let vault = self.0.vault()?;
        let rows: Vec<GuardianshipRow> =
            on_backend!(self.0, |db| sqlx::query_as(OF_MINOR).bind(minor.uuid()).fetch_all(db).await)?;
        rows.into_iter().map(|row| row.open(&vault)).collect()
    }

    /// Those that this citizen is the guardian of now.
    pub async fn of_guardian(&mut self, guardian: CitizenId, now: Timestamp) -> Result<Vec<Guardianship>, Error> {
        let vault = self.0.vault()?;
        let rows: Vec<GuardianshipRow> = on_backend!(self.0, |db| {
            sqlx::query_as(OF_GUARDIAN).bind(guardian.uuid()).bind(now.micros()).fetch_all(db).await
        })?;
        rows.into_iter().map(|row| row.open(&vault)).collect()
    }

    /// Whether `guardian` looks after `minor` now, and is there to do so.
    pub async fn stands(&mut self, minor: CitizenId, guardian: CitizenId, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            let asked = sqlx::query_scalar(STANDS).bind(minor.uuid()).bind(guardian.uuid()).bind(now.micros());
            asked.fetch_one(db).await
        })?)
    }
}

impl Guardianships<'_, Transaction> {
    /// Enters one; `false` where that citizen looks after this one already.
    ///
    /// # Errors
    /// `Corrupt` if there is no such minor.
    pub async fn enter(&mut self, new: &Guardianship) -> Result<bool, Error> {
        let vault = self.0.vault()?;
        let data_key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(new.minor.uuid()).fetch_optional(db).await)?;
        let data_key = data_key.ok_or(Error::Corrupt("no citizen of this id"))?;
        let evidence = vault.seal_for(new.minor, &data_key, &place(new.minor, new.id), new.evidence.as_bytes())?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(new.minor.uuid())
                .bind(new.id.uuid())
                .bind(new.guardian.uuid())
                .bind(evidence)
                .bind(&new.entered_by)
                .bind(new.since.micros())
                .bind(new.until.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected() == 1)
        })?)
    }
}

impl<C: Write> Guardianships<'_, C> {
    /// Ends the one between the two; `false` where there is none.
    pub async fn end(&mut self, minor: CitizenId, guardian: CitizenId, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            let end = sqlx::query(END).bind(minor.uuid()).bind(guardian.uuid()).bind(now.micros());
            end.execute(db).await.map(|done| done.rows_affected() > 0)
        })?)
    }

    /// Ends every one that this citizen has a part in.
    pub async fn end_all(&mut self, citizen: CitizenId, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(END_ALL).bind(citizen.uuid()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }
}

fn place(minor: CitizenId, id: GuardianshipId) -> Context {
    Context::new("guardianships.evidence", [minor.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat())
}

#[derive(sqlx::FromRow)]
struct GuardianshipRow {
    minor_id: Uuid,
    id: Uuid,
    guardian_id: Uuid,
    evidence: Vec<u8>,
    entered_by: String,
    since: i64,
    until: i64,
    ended_at: Option<i64>,
    data_key: Vec<u8>,
}

impl GuardianshipRow {
    fn open(self, vault: &Vault) -> Result<Guardianship, Error> {
        let (minor, id) = (CitizenId::from_uuid(self.minor_id), GuardianshipId::from_uuid(self.id));
        let evidence = vault.open_for(minor, &self.data_key, &place(minor, id), &self.evidence)?;
        Ok(Guardianship {
            id,
            minor,
            guardian: CitizenId::from_uuid(self.guardian_id),
            evidence: String::from_utf8(evidence.to_vec()).map_err(|_| Error::Corrupt("a guardianship's evidence"))?,
            entered_by: self.entered_by,
            since: Timestamp::from_micros(self.since),
            until: Timestamp::from_micros(self.until),
            ended_at: self.ended_at.map(Timestamp::from_micros),
        })
    }
}
