//! Types of authorization details: few, read through a cache as a whole, changed with an expected version.

use super::connection::{Read, Transaction, on_backend};
use super::error::{Conflict, Error};
use super::invalidations::Invalidation;
use super::row::{from_json, to_json};
use crate::domain::authorization_details::{DetailsType, DetailsTypeStatus};
use crate::domain::time::Timestamp;

const FIND: &str = "SELECT name, status, document, version, created_at, updated_at FROM authorization_details_types
    WHERE name = $1";
const LIST: &str = "SELECT name, status, document, version, created_at, updated_at FROM authorization_details_types
    ORDER BY name";
const INSERT: &str = "INSERT INTO authorization_details_types (name, status, document, version, created_at, updated_at)
    VALUES ($1, $2, $3, 1, $4, $5) ON CONFLICT (name) DO NOTHING";
const REPLACE: &str = "UPDATE authorization_details_types
    SET status = $3, document = $4, updated_at = $5, version = version + 1 WHERE name = $1 AND version = $2";

/// Types of authorization details, seen from one connection.
pub struct DetailsTypes<'c, C>(pub(super) &'c mut C);

/// A type, and the version that a change of it has to name.
#[derive(Clone, Debug)]
pub struct StoredDetailsType {
    pub details_type: DetailsType,
    pub version: i64,
}

impl<C: Read> DetailsTypes<'_, C> {
    pub async fn find(&mut self, name: &str) -> Result<Option<StoredDetailsType>, Error> {
        on_backend!(self.0, |db| sqlx::query_as::<_, TypeRow>(FIND).bind(name).fetch_optional(db).await)?
            .map(TypeRow::open)
            .transpose()
    }

    /// Every type there is, by name.
    pub async fn list(&mut self) -> Result<Vec<StoredDetailsType>, Error> {
        let rows = on_backend!(self.0, |db| sqlx::query_as::<_, TypeRow>(LIST).fetch_all(db).await)?;
        rows.into_iter().map(TypeRow::open).collect()
    }
}

impl DetailsTypes<'_, Transaction> {
    /// # Errors
    /// `Conflict::DetailsType` if there is one of this name.
    pub async fn insert(&mut self, details_type: &DetailsType) -> Result<(), Error> {
        let document = to_json(details_type)?;
        let inserted = on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(&details_type.name)
                .bind(details_type.status.as_str())
                .bind(document)
                .bind(details_type.created_at.micros())
                .bind(details_type.updated_at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if inserted == 0 {
            return Err(Conflict::DetailsType.into());
        }
        self.0.announce(Invalidation::DetailsTypes).await
    }

    /// Puts `details_type` in the place of version `expected` of itself.
    ///
    /// # Errors
    /// `Conflict::DetailsTypeVersion` if that is not, or no longer, the version there is.
    pub async fn replace(&mut self, details_type: &DetailsType, expected: i64) -> Result<(), Error> {
        let document = to_json(details_type)?;
        let replaced = on_backend!(self.0, |db| {
            sqlx::query(REPLACE)
                .bind(&details_type.name)
                .bind(expected)
                .bind(details_type.status.as_str())
                .bind(document)
                .bind(details_type.updated_at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if replaced == 0 {
            return Err(Conflict::DetailsTypeVersion.into());
        }
        self.0.announce(Invalidation::DetailsTypes).await
    }
}

#[derive(sqlx::FromRow)]
struct TypeRow {
    name: String,
    status: String,
    document: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl TypeRow {
    fn open(self) -> Result<StoredDetailsType, Error> {
        let document: DetailsType = from_json("a type of authorization details", &self.document)?;
        let status = DetailsTypeStatus::parse(&self.status);
        let details_type = DetailsType {
            name: self.name,
            status: status.ok_or(Error::Corrupt("the status of a type of authorization details"))?,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            ..document
        };
        Ok(StoredDetailsType { details_type, version: self.version })
    }
}
