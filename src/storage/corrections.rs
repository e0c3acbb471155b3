//! What citizens say is wrong in their data, sealed with the data key of each.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use super::row::{Page, one_more};
use super::vault::Vault;
use crate::crypto::seal::Context;
use crate::domain::correction::{Correction, Outcome, Said, State};
use crate::domain::ids::{CitizenId, CorrectionId};
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "r.citizen_id, r.id, r.said, r.state, r.asked_at, r.answer, r.settled_by, r.settled_at, c.data_key"
    };
}

const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";
const INSERT: &str =
    "INSERT INTO corrections (citizen_id, id, said, state, asked_at) VALUES ($1, $2, $3, 'waiting', $4)";
const FIND_WAITING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM corrections r JOIN citizens c ON c.id = r.citizen_id WHERE r.id = $1 AND r.settled_at IS NULL"
);
const WAITING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM corrections r JOIN citizens c ON c.id = r.citizen_id
    WHERE r.settled_at IS NULL AND r.id > $1 ORDER BY r.id LIMIT $2"
);
const OF_CITIZEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM corrections r JOIN citizens c ON c.id = r.citizen_id WHERE r.citizen_id = $1 ORDER BY r.id DESC LIMIT 50"
);
const SETTLE: &str = "UPDATE corrections SET state = $3, answer = $4, settled_by = $5, settled_at = $6
    WHERE citizen_id = $1 AND id = $2 AND settled_at IS NULL";

/// Corrections, seen from one connection.
pub struct Corrections<'c, C>(pub(super) &'c mut C);

impl<C: Read> Corrections<'_, C> {
    /// One that waits.
    pub async fn find_waiting(&mut self, id: CorrectionId) -> Result<Option<Correction>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| sqlx::query_as::<_, Row>(FIND_WAITING).bind(id.uuid()).fetch_optional(db).await)?
            .map(|row| row.open(&vault))
            .transpose()
    }

    /// Up to `limit` of those that wait, the oldest first, those that follow `after`.
    pub async fn waiting(
        &mut self,
        after: Option<CorrectionId>,
        limit: u32,
    ) -> Result<Page<Correction, CorrectionId>, Error> {
        let vault = self.0.vault()?;
        let after = after.map_or(Uuid::nil(), CorrectionId::uuid);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, Row>(WAITING).bind(after).bind(one_more(limit)).fetch_all(db).await
        })?;
        let waiting = rows.into_iter().map(|row| row.open(&vault)).collect::<Result<_, _>>()?;
        Ok(Page::new(waiting, limit, |correction: &Correction| correction.id))
    }

    /// A citizen's fifty latest, the latest first.
    pub async fn of_citizen(&mut self, citizen: CitizenId) -> Result<Vec<Correction>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| sqlx::query_as::<_, Row>(OF_CITIZEN).bind(citizen.uuid()).fetch_all(db).await)?
            .into_iter()
            .map(|row| row.open(&vault))
            .collect()
    }
}

impl Corrections<'_, Transaction> {
    /// # Errors
    /// `Corrupt` if there is no such citizen.
    pub async fn insert(
        &mut self,
        citizen: CitizenId,
        id: CorrectionId,
        said: &Said,
        now: Timestamp,
    ) -> Result<(), Error> {
        let said = serde_json::to_vec(said).map_err(|error| Error::Other(Box::new(error)))?;
        let sealed = self.seal(citizen, &place("corrections.said", citizen, id), &said).await?;
        Ok(on_backend!(self.0, |db| {
            let insert = sqlx::query(INSERT).bind(citizen.uuid()).bind(id.uuid());
            insert.bind(sealed).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// `false` where it waits no more.
    pub async fn settle(
        &mut self,
        waiting: &Correction,
        how: Outcome,
        answer: &str,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let (citizen, id) = (waiting.citizen, waiting.id);
        let sealed = self.seal(citizen, &place("corrections.answer", citizen, id), answer.as_bytes()).await?;
        let settled = on_backend!(self.0, |db| {
            let settle = sqlx::query(SETTLE).bind(citizen.uuid()).bind(id.uuid()).bind(how.as_str());
            let done = settle.bind(sealed).bind(by).bind(now.micros()).execute(db).await;
            done.map(|done| done.rows_affected())
        })?;
        Ok(settled > 0)
    }

    async fn seal(&mut self, citizen: CitizenId, place: &Context, value: &[u8]) -> Result<Vec<u8>, Error> {
        let vault = self.0.vault()?;
        let data_key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(citizen.uuid()).fetch_optional(db).await)?;
        let data_key = data_key.ok_or(Error::Corrupt("no citizen of this id"))?;
        Ok(vault.seal_for(citizen, &data_key, place, value)?)
    }
}

fn place(column: &'static str, citizen: CitizenId, id: CorrectionId) -> Context {
    Context::new(column, [citizen.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat())
}

#[derive(sqlx::FromRow)]
struct Row {
    citizen_id: Uuid,
    id: Uuid,
    said: Vec<u8>,
    state: String,
    asked_at: i64,
    answer: Option<Vec<u8>>,
    settled_by: Option<String>,
    settled_at: Option<i64>,
    data_key: Vec<u8>,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<Correction, Error> {
        let (citizen, id) = (CitizenId::from_uuid(self.citizen_id), CorrectionId::from_uuid(self.id));
        let said = vault.open_for(citizen, &self.data_key, &place("corrections.said", citizen, id), &self.said)?;
        let state = match (self.answer, self.settled_by, self.settled_at) {
            (Some(answer), Some(by), Some(at)) => {
                let place = place("corrections.answer", citizen, id);
                let answer = vault.open_for(citizen, &self.data_key, &place, &answer)?;
                State::Settled {
                    how: Outcome::parse(&self.state).ok_or(Error::Corrupt("a correction's state"))?,
                    answer: String::from_utf8(answer.to_vec()).map_err(|_| Error::Corrupt("a correction's answer"))?,
                    by,
                    at: Timestamp::from_micros(at),
                }
            }
            _ => State::Waiting,
        };
        Ok(Correction {
            id,
            citizen,
            said: serde_json::from_slice(&said).map_err(|_| Error::Corrupt("what a correction says"))?,
            asked_at: Timestamp::from_micros(self.asked_at),
            state,
        })
    }
}
