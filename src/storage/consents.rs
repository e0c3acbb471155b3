//! Consents: what a citizen allowed a client to receive. Withdrawing one ends the grants that rest on it.

use std::collections::BTreeSet;

use sqlx::types::Uuid;

use super::citizens::{CitizenRow, citizen_columns};
use super::connection::{Backend, Read, Transaction, on_backend};
use super::error::Error;
use super::grants::{Grants, RevocationReason};
use super::row::{Page, from_json, one_more, to_json};
use crate::domain::citizen::Citizen;
use crate::domain::consent::Consent;
use crate::domain::ids::{CitizenId, ClientId};
use crate::domain::time::Timestamp;

const FIND: &str =
    "SELECT citizen_id, client_id, scope, claims, declined, granted_at, updated_at, expires_at FROM consents
    WHERE citizen_id = $1 AND client_id = $2";
// A withdrawal waits for whoever holds the row, and then sees the grant that was written meanwhile. In SQLite a
// transaction that writes is alone anyway.
const FIND_AND_HOLD_POSTGRES: &str =
    "SELECT citizen_id, client_id, scope, claims, declined, granted_at, updated_at, expires_at FROM consents
    WHERE citizen_id = $1 AND client_id = $2 FOR KEY SHARE";
const LIST: &str =
    "SELECT citizen_id, client_id, scope, claims, declined, granted_at, updated_at, expires_at FROM consents
    WHERE citizen_id = $1 AND client_id > $2 ORDER BY client_id LIMIT $3";
// Where there is one already, this only takes hold of its row, so that of two consents given at once none is lost.
const ENTER: &str =
    "INSERT INTO consents (citizen_id, client_id, scope, claims, granted_at, updated_at, expires_at, declined)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (citizen_id, client_id) DO UPDATE SET updated_at = consents.updated_at
    RETURNING citizen_id, client_id, scope, claims, declined, granted_at, updated_at, expires_at";
const REPLACE: &str =
    "UPDATE consents SET scope = $3, claims = $4, granted_at = $5, updated_at = $6, expires_at = $7, declined = $8
    WHERE citizen_id = $1 AND client_id = $2";
const FIND_KNOWN: &str = concat!(
    "SELECT ",
    citizen_columns!(),
    ", consents.claims AS allowed_claims FROM citizens c
    LEFT JOIN consents ON consents.citizen_id = c.id AND consents.client_id = $2
    WHERE c.id = $1"
);
const REMOVE: &str = "DELETE FROM consents WHERE citizen_id = $1 AND client_id = $2";

/// A citizen as a client knows them.
#[derive(Clone, Debug)]
pub struct Known {
    pub citizen: Citizen,
    /// The claims that they allowed it by name; none where nobody asked them.
    pub allowed: BTreeSet<String>,
}

/// Consents, seen from one connection.
pub struct Consents<'c, C>(pub(super) &'c mut C);

impl<C: Read> Consents<'_, C> {
    pub async fn find(&mut self, citizen: CitizenId, client: &ClientId) -> Result<Option<Consent>, Error> {
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, ConsentRow>(FIND).bind(citizen.uuid()).bind(client.as_str()).fetch_optional(db).await
        })?
        .map(ConsentRow::open)
        .transpose()
    }

    /// A citizen, and the claims that they allowed a client by name, in one round trip.
    pub async fn known_to(&mut self, citizen: CitizenId, client: &ClientId) -> Result<Option<Known>, Error> {
        let vault = self.0.vault()?;
        let found = on_backend!(self.0, |db| {
            sqlx::query_as::<_, KnownRow>(FIND_KNOWN)
                .bind(citizen.uuid())
                .bind(client.as_str())
                .fetch_optional(db)
                .await
        })?;
        let Some(row) = found else { return Ok(None) };
        let allowed = row.allowed_claims.as_deref().map(|json| from_json("a consent's claims", json)).transpose()?;
        Ok(Some(Known { citizen: row.citizen.open(&vault)?, allowed: allowed.unwrap_or_default() }))
    }

    /// Up to `limit` of a citizen's consents by client, those that follow `after`.
    pub async fn list(
        &mut self,
        citizen: CitizenId,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Page<Consent, ClientId>, Error> {
        let after = after.map_or("", ClientId::as_str);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, ConsentRow>(LIST)
                .bind(citizen.uuid())
                .bind(after)
                .bind(one_more(limit))
                .fetch_all(db)
                .await
        })?;
        let consents = rows.into_iter().map(ConsentRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(consents, limit, |consent: &Consent| consent.client.clone()))
    }
}

impl Consents<'_, Transaction> {
    /// The consent that a grant is to rest on, which cannot be withdrawn before this transaction ends.
    pub async fn hold(&mut self, citizen: CitizenId, client: &ClientId) -> Result<Option<Consent>, Error> {
        let (citizen, client) = (citizen.uuid(), client.as_str());
        let found = match self.0.backend() {
            Backend::Postgres(db) => {
                let query = sqlx::query_as::<_, ConsentRow>(FIND_AND_HOLD_POSTGRES).bind(citizen).bind(client);
                query.fetch_optional(db).await?
            }
            Backend::Sqlite(db) => {
                sqlx::query_as::<_, ConsentRow>(FIND).bind(citizen).bind(client).fetch_optional(db).await?
            }
        };
        found.map(ConsentRow::open).transpose()
    }

    /// Adds what was chosen now to what was chosen before, and returns both together: of one claim the later choice holds. What
    /// was chosen before and has expired by `given.updated_at` is not brought back.
    pub async fn give(&mut self, given: &Consent) -> Result<Consent, Error> {
        let standing = self.enter(given).await?;
        let together = match standing.expires_at {
            Some(end) if end <= given.updated_at => given.clone(),
            _ => Consent {
                scope: standing.scope.union(&given.scope),
                claims: chosen(&standing.claims, &given.claims, &given.declined),
                declined: chosen(&standing.declined, &given.declined, &given.claims),
                granted_at: standing.granted_at,
                ..given.clone()
            },
        };
        if together != standing {
            self.replace(&together).await?;
        }
        Ok(together)
    }

    /// Removes a consent and revokes every grant to the client; returns how many those were.
    pub async fn withdraw(&mut self, citizen: CitizenId, client: &ClientId, now: Timestamp) -> Result<u64, Error> {
        on_backend!(self.0, |db| {
            sqlx::query(REMOVE).bind(citizen.uuid()).bind(client.as_str()).execute(db).await.map(drop)
        })?;
        Grants(&mut *self.0).revoke_of_client(citizen, client, RevocationReason::ConsentWithdrawn, now).await
    }

    async fn enter(&mut self, consent: &Consent) -> Result<Consent, Error> {
        let (claims, declined) = (to_json(&consent.claims)?, declined(consent)?);
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, ConsentRow>(ENTER)
                .bind(consent.citizen.uuid())
                .bind(consent.client.as_str())
                .bind(consent.scope.to_string())
                .bind(claims)
                .bind(consent.granted_at.micros())
                .bind(consent.updated_at.micros())
                .bind(consent.expires_at.map(Timestamp::micros))
                .bind(declined)
                .fetch_one(db)
                .await
        })?
        .open()
    }

    async fn replace(&mut self, consent: &Consent) -> Result<(), Error> {
        let (claims, declined) = (to_json(&consent.claims)?, declined(consent)?);
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REPLACE)
                .bind(consent.citizen.uuid())
                .bind(consent.client.as_str())
                .bind(consent.scope.to_string())
                .bind(claims)
                .bind(consent.granted_at.micros())
                .bind(consent.updated_at.micros())
                .bind(consent.expires_at.map(Timestamp::micros))
                .bind(declined)
                .execute(db)
                .await
                .map(drop)
        })?)
    }
}

#[derive(sqlx::FromRow)]
struct KnownRow {
    #[sqlx(flatten)]
    citizen: CitizenRow,
    allowed_claims: Option<String>,
}

/// Those of before and of now, without what was chosen otherwise now.
fn chosen(before: &BTreeSet<String>, now: &BTreeSet<String>, otherwise: &BTreeSet<String>) -> BTreeSet<String> {
    before.union(now).filter(|claim| now.contains(*claim) || !otherwise.contains(*claim)).cloned().collect()
}

fn declined(consent: &Consent) -> Result<Option<String>, Error> {
    (!consent.declined.is_empty()).then(|| to_json(&consent.declined)).transpose()
}

#[derive(sqlx::FromRow)]
struct ConsentRow {
    citizen_id: Uuid,
    client_id: String,
    scope: String,
    claims: String,
    declined: Option<String>,
    granted_at: i64,
    updated_at: i64,
    expires_at: Option<i64>,
}

impl ConsentRow {
    fn open(self) -> Result<Consent, Error> {
        let claims: BTreeSet<String> = from_json("a consent's claims", &self.claims)?;
        let declined =
            self.declined.as_deref().map(|json| from_json("a consent's declined claims", json)).transpose()?;
        Ok(Consent {
            citizen: CitizenId::from_uuid(self.citizen_id),
            client: self.client_id.parse().map_err(|_| Error::Corrupt("a consent's client"))?,
            scope: self.scope.parse().map_err(|_| Error::Corrupt("a consent's scope"))?,
            claims,
            declined: declined.unwrap_or_default(),
            granted_at: Timestamp::from_micros(self.granted_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            expires_at: self.expires_at.map(Timestamp::from_micros),
        })
    }
}
