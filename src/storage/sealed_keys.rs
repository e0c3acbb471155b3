//! The server's own symmetric keys, sealed under the master key.

use std::str::FromStr;

use super::connection::{Read, Transaction, on_backend};
use super::error::{Conflict, Error};
use super::invalidations::Invalidation;
use crate::crypto::seal::{Context, KeyEncryptionKeys, SealError, key_version};
use crate::domain::random::Random;
use crate::domain::secret::SecretBytes;
use crate::domain::time::Timestamp;

const LOAD: &str = "SELECT kind, version, sealed, created_at, retired_at FROM sealed_keys ORDER BY kind, version";
const FIND: &str =
    "SELECT kind, version, sealed, created_at, retired_at FROM sealed_keys WHERE kind = $1 AND version = $2";
const INSERT: &str = "INSERT INTO sealed_keys (kind, version, sealed, master_version, created_at)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (kind, version) DO NOTHING";
const RETIRE: &str = "UPDATE sealed_keys SET retired_at = $3 WHERE kind = $1 AND version < $2 AND retired_at IS NULL";
const ERASE: &str = "DELETE FROM sealed_keys WHERE kind = $1 AND version < $2 AND retired_at IS NOT NULL";
const RESEAL: &str = "UPDATE sealed_keys SET sealed = $3, master_version = $4 WHERE kind = $1 AND version = $2";

/// The server's keys, seen from one connection.
pub struct SealedKeys<'c, C>(pub(super) &'c mut C);

/// What a key is for. The text is what is stored, and is never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SealedKeyKind {
    /// Finds citizens by their names.
    BlindIndex,
    /// Derives pairwise subjects; never rotated, or every portal would take its citizens for strangers.
    Pairwise,
    /// Derives the successors of refresh tokens.
    Refresh,
    /// Seals what lies in the short-lived store.
    ShortLived,
    /// Signs the heads of the audit log and seals the places of its events. What was retired still verifies.
    AuditLog,
}

impl SealedKeyKind {
    pub const ALL: [Self; 5] = [Self::BlindIndex, Self::Pairwise, Self::Refresh, Self::ShortLived, Self::AuditLog];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BlindIndex => "blind_index",
            Self::Pairwise => "pairwise",
            Self::Refresh => "refresh",
            Self::ShortLived => "short_lived",
            Self::AuditLog => "audit_log",
        }
    }
}

impl FromStr for SealedKeyKind {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(Error::Corrupt("a kind of key"))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKey {
    pub kind: SealedKeyKind,
    pub version: u16,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
    /// It is used no more, and is kept until nothing stands under it.
    pub retired_at: Option<Timestamp>,
}

impl SealedKey {
    /// A new random key of 32 bytes.
    ///
    /// # Errors
    /// As [`KeyEncryptionKeys::seal`].
    pub fn generate(
        kind: SealedKeyKind,
        version: u16,
        masters: &KeyEncryptionKeys,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<Self, SealError> {
        let sealed = masters.seal_key(&context(kind, version), &SecretBytes::new(random.bytes()), random)?;
        Ok(Self { kind, version, sealed, created_at: now, retired_at: None })
    }

    /// # Errors
    /// As [`KeyEncryptionKeys::open`].
    pub fn open(&self, masters: &KeyEncryptionKeys) -> Result<SecretBytes<32>, SealError> {
        masters.open_key(&context(self.kind, self.version), &self.sealed)
    }

    /// The same key under the current master key; `None` if it already is.
    ///
    /// # Errors
    /// As [`KeyEncryptionKeys::reseal`].
    pub fn reseal(&self, masters: &KeyEncryptionKeys, random: &dyn Random) -> Result<Option<Self>, SealError> {
        let sealed = masters.reseal(&context(self.kind, self.version), &self.sealed, random)?;
        Ok(sealed.map(|sealed| Self { sealed, ..self.clone() }))
    }
}

fn context(kind: SealedKeyKind, version: u16) -> Context {
    Context::new("sealed_keys.sealed", format!("{} {version}", kind.as_str()))
}

impl<C: Read> SealedKeys<'_, C> {
    /// All of them, by kind and version.
    pub async fn load(&mut self) -> Result<Vec<SealedKey>, Error> {
        on_backend!(self.0, |db| sqlx::query_as::<_, KeyRow>(LOAD).fetch_all(db).await)?
            .into_iter()
            .map(KeyRow::open)
            .collect()
    }
}

impl SealedKeys<'_, Transaction> {
    /// Enters a key unless there is one of its kind and version, and returns the one that stands: of servers that
    /// start for the first time together, all get the same.
    pub async fn insert_if_absent(&mut self, key: &SealedKey) -> Result<SealedKey, Error> {
        match self.insert(key).await {
            Err(Error::Conflict(_)) => self.find(key.kind, key.version).await,
            done => done.map(|()| key.clone()),
        }
    }

    /// Enters the next version of a key.
    ///
    /// # Errors
    /// `Conflict::Key` if somebody else has just done the same.
    pub async fn insert(&mut self, key: &SealedKey) -> Result<(), Error> {
        let master_version = i32::from(key_version(&key.sealed)?);
        let inserted = on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(key.kind.as_str())
                .bind(i32::from(key.version))
                .bind(&key.sealed)
                .bind(master_version)
                .bind(key.created_at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        if inserted == 0 {
            return Err(Conflict::Key.into());
        }
        self.0.announce(Invalidation::Keys).await
    }

    /// Puts the same key, sealed under another master key, in its place.
    pub async fn replace(&mut self, key: &SealedKey) -> Result<(), Error> {
        let master_version = i32::from(key_version(&key.sealed)?);
        on_backend!(self.0, |db| {
            sqlx::query(RESEAL)
                .bind(key.kind.as_str())
                .bind(i32::from(key.version))
                .bind(&key.sealed)
                .bind(master_version)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Has the versions before `newest` used no more.
    pub async fn retire(&mut self, kind: SealedKeyKind, newest: u16, now: Timestamp) -> Result<(), Error> {
        on_backend!(self.0, |db| {
            let retire = sqlx::query(RETIRE).bind(kind.as_str()).bind(i32::from(newest)).bind(now.micros());
            retire.execute(db).await.map(drop)
        })?;
        self.0.announce(Invalidation::Keys).await
    }

    /// Erases the versions before `newest` that were retired.
    pub async fn erase_retired(&mut self, kind: SealedKeyKind, newest: u16) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(ERASE).bind(kind.as_str()).bind(i32::from(newest)).execute(db).await.map(drop)
        })?)
    }

    async fn find(&mut self, kind: SealedKeyKind, version: u16) -> Result<SealedKey, Error> {
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, KeyRow>(FIND).bind(kind.as_str()).bind(i32::from(version)).fetch_one(db).await
        })?
        .open()
    }
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    kind: String,
    version: i32,
    sealed: Vec<u8>,
    created_at: i64,
    retired_at: Option<i64>,
}

impl KeyRow {
    fn open(self) -> Result<SealedKey, Error> {
        Ok(SealedKey {
            kind: self.kind.parse()?,
            version: self.version.try_into().map_err(|_| Error::Corrupt("a key's version"))?,
            sealed: self.sealed,
            created_at: Timestamp::from_micros(self.created_at),
            retired_at: self.retired_at.map(Timestamp::from_micros),
        })
    }
}
