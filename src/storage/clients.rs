//! Clients: few, read through a cache, changed with an expected version.

use sqlx::QueryBuilder;

use super::connection::{Backend, Read, Transaction, on_backend};
use super::error::{Conflict, Error};
use super::invalidations::Invalidation;
use super::row::{Page, from_json, one_more, to_json};
use crate::domain::client::{Client, ClientStatus};
use crate::domain::ids::ClientId;
use crate::domain::time::Timestamp;

const FIND: &str = "SELECT id, status, document, version, created_at, updated_at FROM clients WHERE id = $1";
const FIND_ALL_POSTGRES: &str =
    "SELECT id, status, document, version, created_at, updated_at FROM clients WHERE id = ANY($1)";
const FIND_ALL_SQLITE: &str = "SELECT id, status, document, version, created_at, updated_at FROM clients WHERE id IN (";
const LIST: &str = "SELECT id, status, document, version, created_at, updated_at FROM clients
    WHERE id > $1 ORDER BY id LIMIT $2";
const KNOWN_CITIZENS: &str = "SELECT COUNT(*) FROM (
    SELECT citizen_id FROM consents WHERE client_id = $1 UNION SELECT citizen_id FROM grants WHERE client_id = $1) known";
const INSERT: &str = "INSERT INTO clients (id, status, document, version, created_at, updated_at)
    VALUES ($1, $2, $3, 1, $4, $5) ON CONFLICT (id) DO NOTHING";
const REPLACE: &str = "UPDATE clients SET status = $3, document = $4, updated_at = $5, version = version + 1
    WHERE id = $1 AND version = $2";

/// The version of a client that was just inserted.
pub const FIRST_VERSION: i64 = 1;

/// Clients, seen from one connection.
pub struct Clients<'c, C>(pub(super) &'c mut C);

/// A client, and the version that a change of it has to name.
#[derive(Clone, Debug)]
pub struct StoredClient {
    pub client: Client,
    pub version: i64,
}

impl<C: Read> Clients<'_, C> {
    pub async fn find(&mut self, id: &ClientId) -> Result<Option<StoredClient>, Error> {
        on_backend!(self.0, |db| sqlx::query_as::<_, ClientRow>(FIND).bind(id.as_str()).fetch_optional(db).await)?
            .map(ClientRow::open)
            .transpose()
    }

    /// Those of these clients that there are, in no order.
    pub async fn find_all(&mut self, ids: &[&ClientId]) -> Result<Vec<StoredClient>, Error> {
        let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
        let rows: Vec<ClientRow> = match self.0.backend() {
            Backend::Postgres(db) => sqlx::query_as(FIND_ALL_POSTGRES).bind(ids).fetch_all(db).await?,
            Backend::Sqlite(db) => {
                let mut query = QueryBuilder::new(FIND_ALL_SQLITE);
                let mut values = query.separated(", ");
                for id in ids {
                    values.push_bind(id);
                }
                query.push(")");
                query.build_query_as().fetch_all(db).await?
            }
        };
        rows.into_iter().map(ClientRow::open).collect()
    }

    /// How many citizens the client has been told of, as far as that is remembered: each has allowed it something, or
    /// has a grant that is not forgotten.
    pub async fn known_citizens(&mut self, id: &ClientId) -> Result<u64, Error> {
        let known: i64 =
            on_backend!(self.0, |db| { sqlx::query_scalar(KNOWN_CITIZENS).bind(id.as_str()).fetch_one(db).await })?;
        Ok(known.unsigned_abs())
    }

    /// Up to `limit` clients by id, those that follow `after`.
    pub async fn list(&mut self, after: Option<&ClientId>, limit: u32) -> Result<Page<StoredClient, ClientId>, Error> {
        // Every id sorts after the empty text.
        let after = after.map_or("", ClientId::as_str);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, ClientRow>(LIST).bind(after).bind(one_more(limit)).fetch_all(db).await
        })?;
        let clients = rows.into_iter().map(ClientRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(clients, limit, |stored: &StoredClient| stored.client.id.clone()))
    }
}

impl Clients<'_, Transaction> {
    /// # Errors
    /// `Conflict::Client` if there is one of this id.
    pub async fn insert(&mut self, client: &Client) -> Result<(), Error> {
        let document = to_json(client)?;
        let inserted = on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(client.id.as_str())
                .bind(client.status.as_str())
                .bind(document)
                .bind(client.created_at.micros())
                .bind(client.updated_at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if inserted == 0 {
            return Err(Conflict::Client.into());
        }
        // A server may remember that there was none.
        self.0.announce(Invalidation::Client(client.id.clone())).await
    }

    /// Puts `client` in the place of version `expected` of itself, and says which version it is.
    ///
    /// # Errors
    /// `Conflict::ClientVersion` if that is not, or no longer, the version there is.
    pub async fn replace(&mut self, client: &Client, expected: i64) -> Result<i64, Error> {
        let document = to_json(client)?;
        let replaced = on_backend!(self.0, |db| {
            sqlx::query(REPLACE)
                .bind(client.id.as_str())
                .bind(expected)
                .bind(client.status.as_str())
                .bind(document)
                .bind(client.updated_at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if replaced == 0 {
            return Err(Conflict::ClientVersion.into());
        }
        self.0.announce(Invalidation::Client(client.id.clone())).await?;
        // As the statement counts it.
        Ok(expected + 1)
    }
}

#[derive(sqlx::FromRow)]
struct ClientRow {
    id: String,
    status: String,
    document: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl ClientRow {
    fn open(self) -> Result<StoredClient, Error> {
        let document: Client = from_json("a client", &self.document)?;
        let status: ClientStatus = self.status.parse().map_err(|_| Error::Corrupt("a client's status"))?;
        let client = Client {
            id: self.id.parse().map_err(|_| Error::Corrupt("a client's id"))?,
            status,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            ..document
        };
        Ok(StoredClient { client, version: self.version })
    }
}
