//! Key pairs, sealed, with their lives as instants. Which step is due is decided in `domain::keys`.

use super::connection::{Backend, Read, Transaction, on_backend};
use super::error::{Conflict, Error};
use super::invalidations::Invalidation;
use crate::crypto::seal::key_version;
use crate::domain::keys::{KeyAlgorithm, KeyId, KeyPair, SealedKeyPair};
use crate::domain::time::Timestamp;

const LOAD: &str =
    "SELECT kid, algorithm, sealed, created_at, active_from, retired_at, removed_at FROM key_pairs ORDER BY kid";
const HOLD_POSTGRES: &str = "LOCK TABLE key_pairs IN SHARE ROW EXCLUSIVE MODE";
const INSERT: &str = "INSERT INTO key_pairs
        (kid, algorithm, sealed, master_version, created_at, active_from, retired_at, removed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (kid) DO NOTHING";
const ACTIVATE: &str = "UPDATE key_pairs SET active_from = $2 WHERE kid = $1";
const RETIRE: &str = "UPDATE key_pairs SET retired_at = $2, removed_at = $3 WHERE kid = $1";
const DELETE: &str = "DELETE FROM key_pairs WHERE kid = $1";
const RESEAL: &str = "UPDATE key_pairs SET sealed = $2, master_version = $3 WHERE kid = $1";

/// Key pairs, seen from one connection.
pub struct KeyPairs<'c, C>(pub(super) &'c mut C);

impl<C: Read> KeyPairs<'_, C> {
    pub async fn load(&mut self) -> Result<Vec<SealedKeyPair>, Error> {
        on_backend!(self.0, |db| sqlx::query_as::<_, KeyRow>(LOAD).fetch_all(db).await)?
            .into_iter()
            .map(KeyRow::open)
            .collect()
    }
}

impl KeyPairs<'_, Transaction> {
    /// Loads the keys for a change that is decided by looking at them: until this transaction ends no other server
    /// changes any, so that a rotation is planned once. Reading goes on.
    pub async fn load_to_change(&mut self) -> Result<Vec<SealedKeyPair>, Error> {
        match self.0.backend() {
            Backend::Postgres(db) => sqlx::query(HOLD_POSTGRES).execute(db).await.map(drop)?,
            // A transaction that writes is alone from its beginning.
            Backend::Sqlite(_) => {}
        }
        self.load().await
    }

    /// # Errors
    /// `Conflict::Key` if there is one of this `kid`.
    pub async fn insert(&mut self, key: &SealedKeyPair) -> Result<(), Error> {
        let SealedKeyPair { key, sealed } = key;
        let master_version = i32::from(key_version(sealed)?);
        let inserted = on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(key.kid.as_str())
                .bind(key.algorithm.name())
                .bind(sealed)
                .bind(master_version)
                .bind(key.created_at.micros())
                .bind(key.active_from.micros())
                .bind(key.retired_at.map(Timestamp::micros))
                .bind(key.removed_at.map(Timestamp::micros))
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if inserted == 0 {
            return Err(Conflict::Key.into());
        }
        self.0.announce(Invalidation::Keys).await
    }

    /// Lets a key be used from `active_from` on.
    pub async fn activate(&mut self, kid: &KeyId, active_from: Timestamp) -> Result<(), Error> {
        on_backend!(self.0, |db| {
            sqlx::query(ACTIVATE).bind(kid.as_str()).bind(active_from.micros()).execute(db).await.map(drop)
        })?;
        self.0.announce(Invalidation::Keys).await
    }

    /// Lets a key be used no more from `retired_at` on, and be accepted no more from `removed_at` on.
    pub async fn retire(&mut self, kid: &KeyId, retired_at: Timestamp, removed_at: Timestamp) -> Result<(), Error> {
        on_backend!(self.0, |db| {
            sqlx::query(RETIRE)
                .bind(kid.as_str())
                .bind(retired_at.micros())
                .bind(removed_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?;
        self.0.announce(Invalidation::Keys).await
    }

    pub async fn delete(&mut self, kid: &KeyId) -> Result<(), Error> {
        on_backend!(self.0, |db| sqlx::query(DELETE).bind(kid.as_str()).execute(db).await.map(drop))?;
        self.0.announce(Invalidation::Keys).await
    }

    /// Puts the same key, sealed under another master key, in its place.
    pub async fn replace_sealed(&mut self, kid: &KeyId, sealed: &[u8]) -> Result<(), Error> {
        let master_version = i32::from(key_version(sealed)?);
        Ok(on_backend!(self.0, |db| {
            sqlx::query(RESEAL).bind(kid.as_str()).bind(sealed).bind(master_version).execute(db).await.map(drop)
        })?)
    }
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    kid: String,
    algorithm: String,
    sealed: Vec<u8>,
    created_at: i64,
    active_from: i64,
    retired_at: Option<i64>,
    removed_at: Option<i64>,
}

impl KeyRow {
    fn open(self) -> Result<SealedKeyPair, Error> {
        let algorithm = KeyAlgorithm::from_name(&self.algorithm);
        let key = KeyPair {
            kid: KeyId::new(self.kid),
            algorithm: algorithm.ok_or(Error::Corrupt("a key pair's algorithm"))?,
            created_at: Timestamp::from_micros(self.created_at),
            active_from: Timestamp::from_micros(self.active_from),
            retired_at: self.retired_at.map(Timestamp::from_micros),
            removed_at: self.removed_at.map(Timestamp::from_micros),
        };
        Ok(SealedKeyPair { key, sealed: self.sealed })
    }
}
