//! What was verified of citizens, sealed with the data key of each.

use serde::{Deserialize, Serialize};
use sqlx::types::Uuid;

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use super::vault::{Vault, read_national_id, text_of_number};
use crate::crypto::seal::Context;
use crate::domain::citizen::Profile;
use crate::domain::ids::{CitizenId, VerificationId};
use crate::domain::time::Timestamp;
use crate::domain::verification::{Evidence, Statement, Verification};

const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";
const RECORD: &str = "INSERT INTO verifications (citizen_id, id, level, sealed, verified_at, superseded_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const LIST: &str =
    "SELECT v.citizen_id, v.id, v.level, v.sealed, v.verified_at, v.superseded_at, c.data_key FROM verifications v
    JOIN citizens c ON c.id = v.citizen_id WHERE v.citizen_id = $1 ORDER BY v.verified_at DESC, v.id DESC LIMIT 50";
const STANDING: &str =
    "SELECT v.citizen_id, v.id, v.level, v.sealed, v.verified_at, v.superseded_at, c.data_key FROM verifications v
    JOIN citizens c ON c.id = v.citizen_id WHERE v.citizen_id = $1 AND v.superseded_at IS NULL
    ORDER BY v.verified_at DESC, v.id DESC LIMIT 50";
const SUPERSEDE: &str =
    "UPDATE verifications SET superseded_at = $3 WHERE citizen_id = $1 AND id = $2 AND superseded_at IS NULL";
const SUPERSEDE_ALL: &str =
    "UPDATE verifications SET superseded_at = $2 WHERE citizen_id = $1 AND superseded_at IS NULL";

/// Verifications, seen from one connection.
pub struct Verifications<'c, C>(pub(super) &'c mut C);

impl<C: Read> Verifications<'_, C> {
    /// The fifty last, the newest first, those that no longer hold among them.
    pub async fn list(&mut self, citizen: CitizenId) -> Result<Vec<Verification>, Error> {
        self.rows(LIST, citizen).await
    }

    /// Those that hold, the newest first.
    pub async fn standing(&mut self, citizen: CitizenId) -> Result<Vec<Verification>, Error> {
        self.rows(STANDING, citizen).await
    }

    async fn rows(&mut self, statement: &'static str, citizen: CitizenId) -> Result<Vec<Verification>, Error> {
        let vault = self.0.vault()?;
        let rows: Vec<VerificationRow> =
            on_backend!(self.0, |db| sqlx::query_as(statement).bind(citizen.uuid()).fetch_all(db).await)?;
        rows.into_iter().map(|row| row.open(&vault)).collect()
    }
}

impl<C: Write> Verifications<'_, C> {
    /// # Errors
    /// `Corrupt` if there is no such citizen.
    pub async fn record(&mut self, verification: &Verification) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let (citizen, id) = (verification.citizen, verification.id);
        let data_key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(citizen.uuid()).fetch_optional(db).await)?;
        let data_key = data_key.ok_or(Error::Corrupt("no citizen of this id"))?;
        let statement = Sealed::of(&verification.statement);
        let json = zeroize::Zeroizing::new(serde_json::to_vec(&statement).map_err(|e| Error::Other(Box::new(e)))?);
        let sealed = vault.seal_for(citizen, &data_key, &place(citizen, id), &json)?;
        on_backend!(self.0, |db| {
            sqlx::query(RECORD)
                .bind(citizen.uuid())
                .bind(id.uuid())
                .bind(i16::from(verification.level))
                .bind(sealed)
                .bind(verification.verified_at.micros())
                .bind(verification.superseded_at.map(Timestamp::micros))
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// It holds no longer. What it said stays, for whoever asks later what was known then.
    pub async fn supersede(&mut self, citizen: CitizenId, id: VerificationId, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            let statement = sqlx::query(SUPERSEDE).bind(citizen.uuid()).bind(id.uuid()).bind(now.micros());
            statement.execute(db).await.map(drop)
        })?)
    }

    /// None that was made before holds any longer.
    pub async fn supersede_all(&mut self, citizen: CitizenId, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(SUPERSEDE_ALL).bind(citizen.uuid()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }
}

fn place(citizen: CitizenId, id: VerificationId) -> Context {
    Context::new("verifications.sealed", [citizen.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat())
}

/// A statement as it is sealed.
#[derive(Serialize, Deserialize)]
struct Sealed {
    trust_framework: String,
    process: Option<String>,
    evidence: Vec<Evidence>,
    verified: Profile,
    national_id: Option<String>,
}

impl Sealed {
    fn of(statement: &Statement) -> Self {
        Self {
            trust_framework: statement.trust_framework.clone(),
            process: statement.process.clone(),
            evidence: statement.evidence.clone(),
            verified: statement.verified.clone(),
            national_id: statement.national_id.as_ref().map(|number| text_of_number(number).to_string()),
        }
    }

    fn open(self) -> Result<Statement, Error> {
        let read = |text: String| read_national_id(text.as_bytes()).ok_or(Error::Corrupt("a verified identifier"));
        Ok(Statement {
            trust_framework: self.trust_framework,
            process: self.process,
            evidence: self.evidence,
            verified: self.verified,
            national_id: self.national_id.map(read).transpose()?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct VerificationRow {
    citizen_id: Uuid,
    id: Uuid,
    level: i16,
    sealed: Vec<u8>,
    verified_at: i64,
    superseded_at: Option<i64>,
    data_key: Vec<u8>,
}

impl VerificationRow {
    fn open(self, vault: &Vault) -> Result<Verification, Error> {
        let (citizen, id) = (CitizenId::from_uuid(self.citizen_id), VerificationId::from_uuid(self.id));
        let opened = vault.open_for(citizen, &self.data_key, &place(citizen, id), &self.sealed)?;
        let sealed: Sealed = serde_json::from_slice(&opened).map_err(|_| Error::Corrupt("a verification"))?;
        Ok(Verification {
            id,
            citizen,
            level: self.level.try_into().map_err(|_| Error::Corrupt("a verification's level"))?,
            verified_at: Timestamp::from_micros(self.verified_at),
            superseded_at: self.superseded_at.map(Timestamp::from_micros),
            statement: sealed.open()?,
        })
    }
}
