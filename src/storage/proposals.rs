//! What one registrar wants done and another one has to confirm: each is decided once.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::vault::Vault;
use crate::crypto::seal::Context;
use crate::domain::ids::{CitizenId, ProposalId};
use crate::domain::proposal::Proposal;
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "SELECT p.citizen_id, p.id, p.sealed, p.proposed_by, p.proposed_at, p.expires_at, c.data_key
    FROM proposals p JOIN citizens c ON c.id = p.citizen_id "
    };
}

const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";
const INSERT: &str = "INSERT INTO proposals (citizen_id, id, sealed, proposed_by, proposed_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const FIND_OPEN: &str = concat!(columns!(), "WHERE p.id = $1 AND p.decided_at IS NULL");
const OPEN: &str =
    concat!(columns!(), "WHERE p.decided_at IS NULL AND p.expires_at > $1 ORDER BY p.proposed_at, p.id LIMIT $2");
const COUNT_OPEN: &str = "SELECT COUNT(*) FROM proposals WHERE decided_at IS NULL AND expires_at > $1";
const DECIDE: &str = "UPDATE proposals SET decided_by = $3, decided_at = $4, outcome = $5
    WHERE citizen_id = $1 AND id = $2 AND decided_at IS NULL AND expires_at > $4 AND ($5 <> 'confirmed' OR proposed_by <> $3)";
const DROP_ALL: &str = "UPDATE proposals SET decided_by = $2, decided_at = $3, outcome = 'dropped'
    WHERE citizen_id = $1 AND decided_at IS NULL";
const FORGET: &str = "DELETE FROM proposals WHERE (citizen_id, id) IN
    (SELECT citizen_id, id FROM proposals WHERE expires_at < $1 AND decided_at IS NULL ORDER BY expires_at LIMIT $2)";

/// How a proposal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Confirmed,
    Declined,
}

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Declined => "declined",
        }
    }
}

/// Proposals, seen from one connection.
pub struct Proposals<'c, C>(pub(super) &'c mut C);

impl<C: Read> Proposals<'_, C> {
    /// How many wait for somebody.
    pub async fn count_open(&mut self, now: Timestamp) -> Result<usize, Error> {
        let count: i64 =
            on_backend!(self.0, |db| sqlx::query_scalar(COUNT_OPEN).bind(now.micros()).fetch_one(db).await)?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// One that nobody has decided, whether or not it has expired.
    pub async fn find_open(&mut self, id: ProposalId) -> Result<Option<Proposal>, Error> {
        let vault = self.0.vault()?;
        let row: Option<ProposalRow> =
            on_backend!(self.0, |db| sqlx::query_as(FIND_OPEN).bind(id.uuid()).fetch_optional(db).await)?;
        row.map(|row| row.open(&vault)).transpose()
    }

    /// Up to `limit` that wait for somebody, the oldest first.
    pub async fn open(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Proposal>, Error> {
        let vault = self.0.vault()?;
        let rows: Vec<ProposalRow> = on_backend!(self.0, |db| {
            sqlx::query_as(OPEN).bind(now.micros()).bind(i64::from(limit)).fetch_all(db).await
        })?;
        rows.into_iter().map(|row| row.open(&vault)).collect()
    }
}

impl<C: Write> Proposals<'_, C> {
    /// Decides one; `false` where somebody has, it has expired, or it would be confirmed by whoever proposed it: of many at once
    /// one decides.
    pub async fn decide(
        &mut self,
        proposal: &Proposal,
        verdict: Verdict,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(DECIDE)
                .bind(proposal.citizen.uuid())
                .bind(proposal.id.uuid())
                .bind(by)
                .bind(now.micros())
                .bind(verdict.as_str())
                .execute(db)
                .await
                .map(|done| done.rows_affected() == 1)
        })?)
    }

    /// Nobody decides any of this citizen's any more: another one stands in their place, or the account has ended.
    pub async fn drop_all(&mut self, citizen: CitizenId, by: &str, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(DROP_ALL).bind(citizen.uuid()).bind(by).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// Forgets up to `limit` that nobody decided before they expired; what was decided is part of the record.
    pub async fn forget(&mut self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            let forget = sqlx::query(FORGET).bind(now.micros()).bind(i64::from(limit));
            forget.execute(db).await.map(|done| done.rows_affected())
        })?)
    }
}

impl Proposals<'_, Transaction> {
    /// # Errors
    /// `Corrupt` if there is no such citizen.
    pub async fn make(&mut self, new: &Proposal) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let data_key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(new.citizen.uuid()).fetch_optional(db).await)?;
        let data_key = data_key.ok_or(Error::Corrupt("no citizen of this id"))?;
        let json = zeroize::Zeroizing::new(serde_json::to_vec(&new.wish).map_err(|e| Error::Other(Box::new(e)))?);
        let sealed = vault.seal_for(new.citizen, &data_key, &place(new.citizen, new.id), &json)?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(new.citizen.uuid())
                .bind(new.id.uuid())
                .bind(sealed)
                .bind(&new.proposed_by)
                .bind(new.proposed_at.micros())
                .bind(new.expires_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }
}

fn place(citizen: CitizenId, id: ProposalId) -> Context {
    Context::new("proposals.sealed", [citizen.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat())
}

#[derive(sqlx::FromRow)]
struct ProposalRow {
    citizen_id: Uuid,
    id: Uuid,
    sealed: Vec<u8>,
    proposed_by: String,
    proposed_at: i64,
    expires_at: i64,
    data_key: Vec<u8>,
}

impl ProposalRow {
    fn open(self, vault: &Vault) -> Result<Proposal, Error> {
        let (citizen, id) = (CitizenId::from_uuid(self.citizen_id), ProposalId::from_uuid(self.id));
        let wish = vault.open_for(citizen, &self.data_key, &place(citizen, id), &self.sealed)?;
        Ok(Proposal {
            id,
            citizen,
            proposed_by: self.proposed_by,
            proposed_at: Timestamp::from_micros(self.proposed_at),
            expires_at: Timestamp::from_micros(self.expires_at),
            wish: serde_json::from_slice(&wish).map_err(|_| Error::Corrupt("a proposal"))?,
        })
    }
}
