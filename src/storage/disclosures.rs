//! The register of lawful disclosures. What was asked is sealed with the data key of the citizen whom it is about: once they are
//! erased, that there was a disclosure stands in the audit log alone.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use super::row::{Page, one_more};
use super::vault::Vault;
use crate::crypto::seal::Context;
use crate::domain::disclosure::{Asked, Disclosure, State};
use crate::domain::ids::{CitizenId, DisclosureId};
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "d.citizen_id, d.id, d.asked, d.state, d.recorded_by, d.recorded_at, d.decided_by, d.decided_at, d.given_by, \
         d.given_at, d.secret_until, d.told_at, c.data_key"
    };
}

const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";
const INSERT: &str = "INSERT INTO disclosures
    (citizen_id, id, asked, state, recorded_by, recorded_at, secret_until) VALUES ($1, $2, $3, 'recorded', $4, $5, $6)";
const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM disclosures d JOIN citizens c ON c.id = d.citizen_id
    WHERE d.id = $1 AND c.erased_at IS NULL"
);
const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM disclosures d JOIN citizens c ON c.id = d.citizen_id WHERE d.id < $1 AND c.erased_at IS NULL
    ORDER BY d.id DESC LIMIT $2"
);
// What was told to nobody, or is still secret, is not for the citizen to read.
const TOLD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM disclosures d JOIN citizens c ON c.id = d.citizen_id
    WHERE d.citizen_id = $1 AND d.told_at IS NOT NULL ORDER BY d.id DESC LIMIT 200"
);
const UNTOLD: &str = "SELECT citizen_id, id FROM disclosures
    WHERE given_at IS NOT NULL AND told_at IS NULL AND (secret_until IS NULL OR secret_until <= $1)
    ORDER BY given_at LIMIT $2";
const DECIDE: &str = "UPDATE disclosures SET state = $3, decided_by = $4, decided_at = $5
    WHERE citizen_id = $1 AND id = $2 AND state = 'recorded' AND recorded_by <> $4";
const GIVE: &str = "UPDATE disclosures SET given_by = $3, given_at = COALESCE(given_at, $4)
    WHERE citizen_id = $1 AND id = $2 AND state = 'approved'";
const TELL: &str = "UPDATE disclosures SET told_at = $3
    WHERE citizen_id = $1 AND id = $2 AND told_at IS NULL AND (secret_until IS NULL OR secret_until <= $3)";

/// The register, seen from one connection.
pub struct Disclosures<'c, C>(pub(super) &'c mut C);

impl<C: Read> Disclosures<'_, C> {
    pub async fn find(&mut self, id: DisclosureId) -> Result<Option<Disclosure>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| sqlx::query_as::<_, Row>(FIND).bind(id.uuid()).fetch_optional(db).await)?
            .map(|row| row.open(&vault))
            .transpose()
    }

    /// Up to `limit` of all, the latest first, those before `before`.
    pub async fn list(
        &mut self,
        before: Option<DisclosureId>,
        limit: u32,
    ) -> Result<Page<Disclosure, DisclosureId>, Error> {
        let vault = self.0.vault()?;
        let before = before.map_or(Uuid::max(), DisclosureId::uuid);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, Row>(LIST).bind(before).bind(one_more(limit)).fetch_all(db).await
        })?;
        let found = rows.into_iter().map(|row| row.open(&vault)).collect::<Result<_, _>>()?;
        Ok(Page::new(found, limit, |disclosure: &Disclosure| disclosure.id))
    }

    /// Those that the citizen may read of, the latest first.
    pub async fn told(&mut self, citizen: CitizenId) -> Result<Vec<Disclosure>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| sqlx::query_as::<_, Row>(TOLD).bind(citizen.uuid()).fetch_all(db).await)?
            .into_iter()
            .map(|row| row.open(&vault))
            .collect()
    }

    /// Up to `limit` that were given, and that the citizen may and does not know of yet.
    pub async fn untold(&mut self, now: Timestamp, limit: u32) -> Result<Vec<(CitizenId, DisclosureId)>, Error> {
        let rows: Vec<(Uuid, Uuid)> = on_backend!(self.0, |db| {
            sqlx::query_as(UNTOLD).bind(now.micros()).bind(i64::from(limit)).fetch_all(db).await
        })?;
        Ok(rows.into_iter().map(|(citizen, id)| (CitizenId::from_uuid(citizen), DisclosureId::from_uuid(id))).collect())
    }
}

impl Disclosures<'_, Transaction> {
    /// # Errors
    /// `Corrupt` if there is no such citizen.
    pub async fn insert(&mut self, new: &Disclosure) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let (citizen, id) = (new.citizen, new.id);
        let data_key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(citizen.uuid()).fetch_optional(db).await)?;
        let data_key = data_key.ok_or(Error::Corrupt("no citizen of this id"))?;
        let asked = serde_json::to_vec(&new.asked).map_err(|error| Error::Other(Box::new(error)))?;
        let sealed = vault.seal_for(citizen, &data_key, &place(citizen, id), &asked)?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(citizen.uuid())
                .bind(id.uuid())
                .bind(sealed)
                .bind(new.recorded_by.as_str())
                .bind(new.recorded_at.micros())
                .bind(new.secret_until.map(Timestamp::micros))
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Decides once, and never by who recorded it: the statement itself says so. `false` where it did not.
    pub async fn decide(
        &mut self,
        recorded: &Disclosure,
        state: &'static str,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let decided = on_backend!(self.0, |db| {
            let decide = sqlx::query(DECIDE).bind(recorded.citizen.uuid()).bind(recorded.id.uuid()).bind(state);
            decide.bind(by).bind(now.micros()).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(decided > 0)
    }

    /// Notes that its data is read. `false` where nobody has approved that.
    pub async fn give(&mut self, approved: &Disclosure, by: &str, now: Timestamp) -> Result<bool, Error> {
        let given = on_backend!(self.0, |db| {
            let give = sqlx::query(GIVE).bind(approved.citizen.uuid()).bind(approved.id.uuid());
            give.bind(by).bind(now.micros()).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(given > 0)
    }

    /// From now on the citizen reads of it. `false` where they do already, or may not yet.
    pub async fn tell(&mut self, citizen: CitizenId, id: DisclosureId, now: Timestamp) -> Result<bool, Error> {
        let told = on_backend!(self.0, |db| {
            let tell = sqlx::query(TELL).bind(citizen.uuid()).bind(id.uuid()).bind(now.micros());
            tell.execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(told > 0)
    }
}

fn place(citizen: CitizenId, id: DisclosureId) -> Context {
    Context::new("disclosures.asked", [citizen.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat())
}

#[derive(sqlx::FromRow)]
struct Row {
    citizen_id: Uuid,
    id: Uuid,
    asked: Vec<u8>,
    state: String,
    recorded_by: String,
    recorded_at: i64,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    given_by: Option<String>,
    given_at: Option<i64>,
    secret_until: Option<i64>,
    told_at: Option<i64>,
    data_key: Vec<u8>,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<Disclosure, Error> {
        let (citizen, id) = (CitizenId::from_uuid(self.citizen_id), DisclosureId::from_uuid(self.id));
        let asked = vault.open_for(citizen, &self.data_key, &place(citizen, id), &self.asked)?;
        let asked: Asked = serde_json::from_slice(&asked).map_err(|_| Error::Corrupt("what a disclosure says"))?;
        let state = match (self.state.as_str(), self.decided_by, self.decided_at.map(Timestamp::from_micros)) {
            ("recorded", None, None) => State::Recorded,
            ("approved", Some(by), Some(at)) => State::Approved { by, at },
            ("refused", Some(by), Some(at)) => State::Refused { by, at },
            _ => return Err(Error::Corrupt("a disclosure's state")),
        };
        Ok(Disclosure {
            id,
            citizen,
            asked,
            recorded_by: self.recorded_by,
            recorded_at: Timestamp::from_micros(self.recorded_at),
            state,
            given: self.given_by.zip(self.given_at.map(Timestamp::from_micros)),
            secret_until: self.secret_until.map(Timestamp::from_micros),
            told_at: self.told_at.map(Timestamp::from_micros),
        })
    }
}
