//! Registrations of clients that registered themselves, by their registration access tokens (RFC 7592).

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::row::{from_json, hash, to_json};
use crate::domain::ids::{ClientId, InitialTokenId};
use crate::domain::registration::{ClientRegistration, LastUpdate};
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

const FIND: &str = "SELECT client_id, token_hash, update_token_hash, update_body_hash, update_key_version, updated_at,
        initial_token_id, terms, created_at
    FROM client_registrations WHERE client_id = $1";
const INSERT: &str = "INSERT INTO client_registrations (client_id, token_hash, initial_token_id, terms, created_at)
    VALUES ($1, $2, $3, $4, $5)";
// The token that is presented is the live one, or nothing happens.
const ROTATE: &str = "UPDATE client_registrations SET token_hash = $3, update_token_hash = $2, update_body_hash = $4,
        update_key_version = $5, updated_at = $6
    WHERE client_id = $1 AND token_hash = $2";
const ARRIVED: &str = "UPDATE client_registrations
    SET update_token_hash = NULL, update_body_hash = NULL, update_key_version = NULL, updated_at = NULL
    WHERE client_id = $1 AND token_hash = $2";
const REPLACE_TOKEN: &str = "UPDATE client_registrations SET token_hash = $2, update_token_hash = NULL,
        update_body_hash = NULL, update_key_version = NULL, updated_at = NULL
    WHERE client_id = $1";
const REMOVE: &str = "DELETE FROM client_registrations WHERE client_id = $1 AND token_hash = $2";

/// Registrations, seen from one connection.
pub struct ClientRegistrations<'c, C>(pub(super) &'c mut C);

/// What became of an attempt to replace or remove a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum TokenHolds {
    Yes,
    /// Somebody else was first: the token is dead.
    No,
}

impl<C: Read> ClientRegistrations<'_, C> {
    pub async fn find(&mut self, client: &ClientId) -> Result<Option<ClientRegistration>, Error> {
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, RegistrationRow>(FIND).bind(client.as_str()).fetch_optional(db).await
        })?
        .map(RegistrationRow::open)
        .transpose()
    }
}

impl<C: Write> ClientRegistrations<'_, C> {
    /// Notes that the live token was used: the answer that brought it has arrived, so its parent is good for nothing.
    pub async fn answer_arrived(&mut self, client: &ClientId, token: SecretHash) -> Result<(), Error> {
        on_backend!(self.0, |db| {
            sqlx::query(ARRIVED).bind(client.as_str()).bind(token.as_bytes().as_slice()).execute(db).await.map(drop)
        })?;
        Ok(())
    }
}

impl ClientRegistrations<'_, Transaction> {
    pub async fn insert(&mut self, registration: &ClientRegistration) -> Result<(), Error> {
        let terms = to_json(&registration.terms)?;
        on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(registration.client.as_str())
                .bind(registration.token.as_bytes().as_slice())
                .bind(registration.initial_token.map(InitialTokenId::uuid))
                .bind(terms)
                .bind(registration.created_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Puts `successor` in the place of the token that `update` was made with. Of any number of updates at once, one does.
    pub async fn rotate(
        &mut self,
        client: &ClientId,
        update: &LastUpdate,
        successor: SecretHash,
    ) -> Result<TokenHolds, Error> {
        let rotated = on_backend!(self.0, |db| {
            sqlx::query(ROTATE)
                .bind(client.as_str())
                .bind(update.token.as_bytes().as_slice())
                .bind(successor.as_bytes().as_slice())
                .bind(update.body.as_bytes().as_slice())
                .bind(update.key_version)
                .bind(update.at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(if rotated == 0 { TokenHolds::No } else { TokenHolds::Yes })
    }

    /// Gives the client another token, whatever it has. Tells whether there is such a registration.
    pub async fn replace_token(&mut self, client: &ClientId, token: SecretHash) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REPLACE_TOKEN)
                .bind(client.as_str())
                .bind(token.as_bytes().as_slice())
                .execute(db)
                .await
                .map(|done| done.rows_affected() > 0)
        })?)
    }

    pub async fn remove(&mut self, client: &ClientId, token: SecretHash) -> Result<TokenHolds, Error> {
        let removed = on_backend!(self.0, |db| {
            sqlx::query(REMOVE)
                .bind(client.as_str())
                .bind(token.as_bytes().as_slice())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(if removed == 0 { TokenHolds::No } else { TokenHolds::Yes })
    }
}

#[derive(sqlx::FromRow)]
struct RegistrationRow {
    client_id: String,
    token_hash: Vec<u8>,
    update_token_hash: Option<Vec<u8>>,
    update_body_hash: Option<Vec<u8>>,
    update_key_version: Option<i32>,
    updated_at: Option<i64>,
    initial_token_id: Option<Uuid>,
    terms: String,
    created_at: i64,
}

impl RegistrationRow {
    fn open(self) -> Result<ClientRegistration, Error> {
        let update = (self.update_token_hash, self.update_body_hash, self.update_key_version, self.updated_at);
        let last_update = match update {
            (Some(token), Some(body), Some(key_version), Some(at)) => {
                Some(LastUpdate { token: hash(token)?, body: hash(body)?, key_version, at: Timestamp::from_micros(at) })
            }
            (None, None, None, None) => None,
            _ => return Err(Error::Corrupt("a registration's last update")),
        };
        Ok(ClientRegistration {
            client: self.client_id.parse().map_err(|_| Error::Corrupt("a registration's client"))?,
            token: hash(self.token_hash)?,
            last_update,
            initial_token: self.initial_token_id.map(InitialTokenId::from_uuid),
            terms: from_json("a registration's terms", &self.terms)?,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}
