//! Resource servers: few, read all at once for a cache, changed with an expected version.

use super::connection::{Read, Transaction, on_backend};
use super::error::{Conflict, Error};
use super::invalidations::Invalidation;
use super::row::{from_json, to_json};
use crate::domain::resource::{ResourceId, ResourceServer};
use crate::domain::time::Timestamp;

const ALL: &str = "SELECT id, status, document, version, created_at, updated_at FROM resource_servers ORDER BY id";
const FIND: &str = "SELECT id, status, document, version, created_at, updated_at FROM resource_servers WHERE id = $1";
const INSERT: &str = "INSERT INTO resource_servers (id, status, document, version, created_at, updated_at)
    VALUES ($1, $2, $3, 1, $4, $5) ON CONFLICT (id) DO NOTHING";
const REPLACE: &str = "UPDATE resource_servers SET status = $3, document = $4, updated_at = $5, version = version + 1
    WHERE id = $1 AND version = $2";
const FREE_SCOPES: &str = "DELETE FROM resource_scopes WHERE resource_id = $1";
const TAKE_SCOPE: &str =
    "INSERT INTO resource_scopes (scope, resource_id) VALUES ($1, $2) ON CONFLICT (scope) DO NOTHING";

/// Resource servers, seen from one connection.
pub struct ResourceServers<'c, C>(pub(super) &'c mut C);

/// A resource server, and the version that a change of it has to name.
#[derive(Clone, Debug)]
pub struct StoredResourceServer {
    pub server: ResourceServer,
    pub version: i64,
}

impl<C: Read> ResourceServers<'_, C> {
    /// Every one of them, by id.
    pub async fn all(&mut self) -> Result<Vec<ResourceServer>, Error> {
        let rows = on_backend!(self.0, |db| sqlx::query_as::<_, ServerRow>(ALL).fetch_all(db).await)?;
        rows.into_iter().map(|row| Ok(row.open()?.server)).collect()
    }

    pub async fn find(&mut self, id: &ResourceId) -> Result<Option<StoredResourceServer>, Error> {
        on_backend!(self.0, |db| sqlx::query_as::<_, ServerRow>(FIND).bind(id.as_str()).fetch_optional(db).await)?
            .map(ServerRow::open)
            .transpose()
    }
}

impl ResourceServers<'_, Transaction> {
    /// # Errors
    /// `Conflict::ResourceServer` if there is one of this id, `Conflict::ResourceScope` if a scope is another's.
    pub async fn insert(&mut self, server: &ResourceServer) -> Result<(), Error> {
        let document = to_json(server)?;
        let inserted = on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(server.id.as_str())
                .bind(server.status.as_str())
                .bind(document)
                .bind(server.created_at.micros())
                .bind(server.updated_at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if inserted == 0 {
            return Err(Conflict::ResourceServer.into());
        }
        self.take_scopes(server).await?;
        self.0.announce(Invalidation::ResourceServers).await
    }

    /// Puts `server` in the place of version `expected` of itself.
    ///
    /// # Errors
    /// `Conflict::ResourceServerVersion` if that is not, or no longer, the version there is; `Conflict::ResourceScope` if
    /// a scope is another's.
    pub async fn replace(&mut self, server: &ResourceServer, expected: i64) -> Result<(), Error> {
        let document = to_json(server)?;
        let replaced = on_backend!(self.0, |db| {
            sqlx::query(REPLACE)
                .bind(server.id.as_str())
                .bind(expected)
                .bind(server.status.as_str())
                .bind(document)
                .bind(server.updated_at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if replaced == 0 {
            return Err(Conflict::ResourceServerVersion.into());
        }
        on_backend!(self.0, |db| sqlx::query(FREE_SCOPES).bind(server.id.as_str()).execute(db).await.map(drop))?;
        self.take_scopes(server).await?;
        self.0.announce(Invalidation::ResourceServers).await
    }

    /// Of two that want the same scope at once one has it: the directory's key decides.
    async fn take_scopes(&mut self, server: &ResourceServer) -> Result<(), Error> {
        for scope in server.scopes.keys() {
            let taken = on_backend!(self.0, |db| {
                sqlx::query(TAKE_SCOPE)
                    .bind(scope.as_str())
                    .bind(server.id.as_str())
                    .execute(db)
                    .await
                    .map(|done| done.rows_affected())
            })?;
            if taken == 0 {
                return Err(Conflict::ResourceScope.into());
            }
        }
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct ServerRow {
    id: String,
    status: String,
    document: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl ServerRow {
    fn open(self) -> Result<StoredResourceServer, Error> {
        let document: ResourceServer = from_json("a resource server", &self.document)?;
        let server = ResourceServer {
            id: self.id.parse().map_err(|_| Error::Corrupt("a resource server's id"))?,
            status: self.status.parse().map_err(|_| Error::Corrupt("a resource server's status"))?,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            ..document
        };
        Ok(StoredResourceServer { server, version: self.version })
    }
}
