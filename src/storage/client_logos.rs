//! The pictures that clients brought when they registered, found by their content.

use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use crate::domain::ids::ClientId;

const FIND: &str = "SELECT media_type, picture FROM client_logos WHERE hash = $1 LIMIT 1";
const PUT: &str = "INSERT INTO client_logos (client_id, hash, media_type, picture) VALUES ($1, $2, $3, $4)
    ON CONFLICT (client_id) DO UPDATE SET hash = $2, media_type = $3, picture = $4";
const REMOVE: &str = "DELETE FROM client_logos WHERE client_id = $1";

/// Logos, seen from one connection.
pub struct ClientLogos<'c, C>(pub(super) &'c mut C);

/// A picture as it is served.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredLogo {
    pub media_type: String,
    pub picture: Vec<u8>,
}

impl<C: Read> ClientLogos<'_, C> {
    pub async fn find(&mut self, hash: &str) -> Result<Option<StoredLogo>, Error> {
        Ok(on_backend!(self.0, |db| sqlx::query_as::<_, StoredLogo>(FIND).bind(hash).fetch_optional(db).await)?)
    }
}

impl ClientLogos<'_, Transaction> {
    /// The client's one logo, in the place of any that it had.
    pub async fn put(&mut self, client: &ClientId, hash: &str, logo: &StoredLogo) -> Result<(), Error> {
        on_backend!(self.0, |db| {
            sqlx::query(PUT)
                .bind(client.as_str())
                .bind(hash)
                .bind(&logo.media_type)
                .bind(&logo.picture)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    pub async fn remove(&mut self, client: &ClientId) -> Result<(), Error> {
        on_backend!(self.0, |db| sqlx::query(REMOVE).bind(client.as_str()).execute(db).await.map(drop))?;
        Ok(())
    }
}
