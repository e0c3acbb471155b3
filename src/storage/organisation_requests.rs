//! Citizens who ask to be confirmed as an organisation's legal representative. What they said is sealed with their data key.

use serde::{Deserialize, Serialize};
use sqlx::types::Uuid;

use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use super::row::{Page, one_more};
use super::vault::Vault;
use crate::crypto::seal::Context;
use crate::domain::ids::{CitizenId, RegistrationRequestId};
use crate::domain::organisation::{OrganisationName, RegistrationRequest, RequestState};
use crate::domain::organisation_code::OrganisationCode;
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "r.citizen_id, r.id, r.said, r.state, r.confirmed_by, r.asked_at, c.data_key"
    };
}

const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";
const INSERT: &str = "INSERT INTO organisation_requests (citizen_id, id, said, state, asked_at)
    VALUES ($1, $2, $3, $4, $5)";
const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM organisation_requests r JOIN citizens c ON c.id = r.citizen_id
    WHERE r.id = $1 AND r.settled_at IS NULL"
);
const WAITING: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM organisation_requests r JOIN citizens c ON c.id = r.citizen_id
    WHERE r.settled_at IS NULL AND r.id > $1 ORDER BY r.id LIMIT $2"
);
const OF_CITIZEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM organisation_requests r JOIN citizens c ON c.id = r.citizen_id
    WHERE r.citizen_id = $1 ORDER BY r.id DESC LIMIT 20"
);
const MOVE: &str =
    "UPDATE organisation_requests SET state = $4, confirmed_by = COALESCE($5, confirmed_by), settled_at = $6
    WHERE citizen_id = $1 AND id = $2 AND state = $3";

/// What stands sealed in a row.
#[derive(Serialize, Deserialize)]
struct Said {
    code: OrganisationCode,
    name: OrganisationName,
}

/// Requests, seen from one connection.
pub struct OrganisationRequests<'c, C>(pub(super) &'c mut C);

impl<C: Read> OrganisationRequests<'_, C> {
    /// One that waits.
    pub async fn find(&mut self, id: RegistrationRequestId) -> Result<Option<RegistrationRequest>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| sqlx::query_as::<_, Row>(FIND).bind(id.uuid()).fetch_optional(db).await)?
            .map(|row| row.open(&vault))
            .transpose()
    }

    /// Up to `limit` of those that wait, the oldest first, those that follow `after`.
    pub async fn waiting(
        &mut self,
        after: Option<RegistrationRequestId>,
        limit: u32,
    ) -> Result<Page<RegistrationRequest, RegistrationRequestId>, Error> {
        let vault = self.0.vault()?;
        let after = after.map_or(Uuid::nil(), RegistrationRequestId::uuid);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, Row>(WAITING).bind(after).bind(one_more(limit)).fetch_all(db).await
        })?;
        let requests = rows.into_iter().map(|row| row.open(&vault)).collect::<Result<_, _>>()?;
        Ok(Page::new(requests, limit, |request: &RegistrationRequest| request.id))
    }

    /// A citizen's latest, the latest first.
    pub async fn of_citizen(&mut self, citizen: CitizenId) -> Result<Vec<RegistrationRequest>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| sqlx::query_as::<_, Row>(OF_CITIZEN).bind(citizen.uuid()).fetch_all(db).await)?
            .into_iter()
            .map(|row| row.open(&vault))
            .collect()
    }
}

impl OrganisationRequests<'_, Transaction> {
    /// # Errors
    /// `Corrupt` if there is no such citizen.
    pub async fn insert(&mut self, new: &RegistrationRequest) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let citizen = new.citizen;
        let data_key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(citizen.uuid()).fetch_optional(db).await)?;
        let data_key = data_key.ok_or(Error::Corrupt("no citizen of this id"))?;
        let said = Said { code: new.code.clone(), name: new.name.clone() };
        let said = serde_json::to_vec(&said).map_err(|error| Error::Other(Box::new(error)))?;
        let sealed = vault.seal_for(citizen, &data_key, &place(citizen, new.id), &said)?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(citizen.uuid())
                .bind(new.id.uuid())
                .bind(sealed)
                .bind(new.state.as_str())
                .bind(new.asked_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Puts a request into the state that `next` is in, from that of `before`; `false` where it is there no more.
    pub async fn advance(
        &mut self,
        before: &RegistrationRequest,
        next: &RegistrationRequest,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let first = match &next.state {
            RequestState::ConfirmedOnce(by) => Some(by.as_str()),
            _ => None,
        };
        let settled_at = (!next.state.waits()).then_some(now.micros());
        let moved = on_backend!(self.0, |db| {
            sqlx::query(MOVE)
                .bind(before.citizen.uuid())
                .bind(before.id.uuid())
                .bind(before.state.as_str())
                .bind(next.state.as_str())
                .bind(first)
                .bind(settled_at)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(moved > 0)
    }
}

fn place(citizen: CitizenId, id: RegistrationRequestId) -> Context {
    let row = [citizen.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat();
    Context::new("organisation_requests.said", row)
}

#[derive(sqlx::FromRow)]
struct Row {
    citizen_id: Uuid,
    id: Uuid,
    said: Vec<u8>,
    state: String,
    confirmed_by: Option<String>,
    asked_at: i64,
    data_key: Vec<u8>,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<RegistrationRequest, Error> {
        let (citizen, id) = (CitizenId::from_uuid(self.citizen_id), RegistrationRequestId::from_uuid(self.id));
        let said = vault.open_for(citizen, &self.data_key, &place(citizen, id), &self.said)?;
        let said: Said = serde_json::from_slice(&said).map_err(|_| Error::Corrupt("what a request says"))?;
        Ok(RegistrationRequest {
            id,
            citizen,
            code: said.code,
            name: said.name,
            asked_at: Timestamp::from_micros(self.asked_at),
            state: RequestState::parse(&self.state, self.confirmed_by).ok_or(Error::Corrupt("a request's state"))?,
        })
    }
}
