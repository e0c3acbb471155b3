//! Organisations: sealed with a data key of each one's own, found by the blind index of the code.

use sqlx::types::Uuid;

use super::connection::{Backend, Read, Transaction, on_backend};
use super::error::{Conflict, Error};
use super::key_changes::Dealt;
use super::row::{Page, one_more};
use super::vault::Vault;
use crate::crypto::blind_index::BlindIndex;
use crate::crypto::seal::Context;
use crate::domain::ids::OrganisationId;
use crate::domain::organisation::{Organisation, OrganisationName, OrganisationStatus};
use crate::domain::organisation_code::OrganisationCode;
use crate::domain::time::Timestamp;

macro_rules! organisation_columns {
    () => {
        "o.id AS organisation_id, o.status AS organisation_status, o.data_key AS organisation_key, o.code, o.name, \
         o.created_at AS organisation_created_at, o.updated_at AS organisation_updated_at"
    };
}
pub(super) use organisation_columns;

const FIND: &str = concat!("SELECT ", organisation_columns!(), " FROM organisations o WHERE o.id = $1");
// Whoever grants or ends a mandate of an organisation's waits for whoever does at the same time, so that nothing is granted of what
// is just ending. In SQLite a transaction that writes is alone anyway.
const HOLD_POSTGRES: &str =
    concat!("SELECT ", organisation_columns!(), " FROM organisations o WHERE o.id = $1 FOR NO KEY UPDATE");
// Several versions of the key are live for as long as a rotation takes; see `INDEXES_AT_ONCE`.
const FIND_BY_CODE: &str = concat!(
    "SELECT ",
    organisation_columns!(),
    " FROM organisation_directory d JOIN organisations o ON o.id = d.organisation_id
    WHERE d.code_index IN ($1, $2, $3, $4) LIMIT 1"
);
const LIST: &str =
    concat!("SELECT ", organisation_columns!(), " FROM organisations o WHERE o.id > $1 ORDER BY o.id LIMIT $2");
const INSERT: &str =
    "INSERT INTO organisations (id, status, data_key, master_version, code, name, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const ENTER: &str = "INSERT INTO organisation_directory (code_index, key_version, organisation_id) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING";
const SET_STATUS: &str = "UPDATE organisations SET status = $2, updated_at = $3 WHERE id = $1 AND status <> $2";
const LIST_DATA_KEYS: &str = "SELECT id, data_key FROM organisations WHERE id > $1 ORDER BY id LIMIT $2";
const PAGE: &str = "SELECT id FROM organisations WHERE id > $1 ORDER BY id LIMIT $2";
const REMOVE_OLDER: &str = "DELETE FROM organisation_directory WHERE key_version < $3
    AND organisation_id IN (SELECT id FROM organisations WHERE id > $1 AND id <= $2)";
const COUNT: &str = "SELECT count(*) FROM organisations";
const COUNT_OLDER: &str = "SELECT count(*) FROM organisations WHERE master_version < $1";
const REPLACE_DATA_KEY: &str =
    "UPDATE organisations SET data_key = $3, master_version = $4 WHERE id = $1 AND data_key = $2";

/// How many versions of the index key one look-up covers. A rotation has two.
const INDEXES_AT_ONCE: usize = 4;

/// Organisations, seen from one connection.
pub struct Organisations<'c, C>(pub(super) &'c mut C);

impl<C: Read> Organisations<'_, C> {
    pub async fn find(&mut self, id: OrganisationId) -> Result<Option<Organisation>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, OrganisationRow>(FIND).bind(id.uuid()).fetch_optional(db).await
        })?
        .map(|row| row.open(&vault))
        .transpose()
    }

    pub async fn find_by_code(&mut self, code: &OrganisationCode) -> Result<Option<Organisation>, Error> {
        let vault = self.0.vault()?;
        for indexes in vault.code_indexes(code).chunks(INDEXES_AT_ONCE) {
            // Places that are left over repeat an index: the statement is the same however many there are.
            let place = |at: usize| indexes.get(at).or(indexes.first()).map(|index: &BlindIndex| index.mac.to_vec());
            let found = on_backend!(self.0, |db| {
                sqlx::query_as::<_, OrganisationRow>(FIND_BY_CODE)
                    .bind(place(0))
                    .bind(place(1))
                    .bind(place(2))
                    .bind(place(3))
                    .fetch_optional(db)
                    .await
            })?;
            if let Some(row) = found {
                return row.open(&vault).map(Some);
            }
        }
        Ok(None)
    }

    /// Up to `limit` organisations in the order of their registration, those that follow `after`.
    pub async fn list(
        &mut self,
        after: Option<OrganisationId>,
        limit: u32,
    ) -> Result<Page<Organisation, OrganisationId>, Error> {
        let vault = self.0.vault()?;
        let after = after.map_or(Uuid::nil(), OrganisationId::uuid);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, OrganisationRow>(LIST).bind(after).bind(one_more(limit)).fetch_all(db).await
        })?;
        let organisations = rows.into_iter().map(|row| row.open(&vault)).collect::<Result<_, _>>()?;
        Ok(Page::new(organisations, limit, |organisation: &Organisation| organisation.id))
    }

    /// How many data keys are wrapped by an older master key than `version`.
    pub async fn wrapped_before(&mut self, version: u16) -> Result<u64, Error> {
        let count: i64 =
            on_backend!(self.0, |db| { sqlx::query_scalar(COUNT_OLDER).bind(i32::from(version)).fetch_one(db).await })?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// How many organisations there are: all are counted.
    pub async fn count(&mut self) -> Result<u64, Error> {
        let count: i64 = on_backend!(self.0, |db| sqlx::query_scalar(COUNT).fetch_one(db).await)?;
        Ok(count.unsigned_abs())
    }
}

impl Organisations<'_, Transaction> {
    /// # Errors
    /// `Conflict::Organisation` where its code is another's.
    pub async fn insert(&mut self, new: &Organisation) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let data_key = vault.new_data_key(new.id)?;
        let code = vault.seal_for(new.id, &data_key, &code_place(new.id), new.code.to_string().as_bytes())?;
        let name = vault.seal_for(new.id, &data_key, &name_place(new.id), new.name.as_str().as_bytes())?;
        on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(new.id.uuid())
                .bind(new.status.as_str())
                .bind(&data_key)
                .bind(vault.master_version())
                .bind(code)
                .bind(name)
                .bind(new.created_at.micros())
                .bind(new.updated_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?;
        for index in vault.code_indexes(&new.code) {
            let entered = self.enter(new.id, index).await?;
            if entered == 0 {
                return Err(Conflict::Organisation.into());
            }
        }
        Ok(())
    }

    /// The organisation, of whose mandates none is granted or ended by anybody else before this transaction is over.
    pub async fn hold(&mut self, id: OrganisationId) -> Result<Option<Organisation>, Error> {
        let vault = self.0.vault()?;
        let found: Option<OrganisationRow> = match self.0.backend() {
            Backend::Postgres(db) => sqlx::query_as(HOLD_POSTGRES).bind(id.uuid()).fetch_optional(db).await?,
            Backend::Sqlite(db) => sqlx::query_as(FIND).bind(id.uuid()).fetch_optional(db).await?,
        };
        found.map(|row| row.open(&vault)).transpose()
    }

    pub async fn set_status(
        &mut self,
        id: OrganisationId,
        status: OrganisationStatus,
        now: Timestamp,
    ) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(SET_STATUS).bind(id.uuid()).bind(status.as_str()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// Wraps the data keys of up to `limit` organisations after `after` with the current master key.
    pub async fn rewrap(&mut self, after: Uuid, limit: u32) -> Result<Dealt, Error> {
        let vault = self.0.vault()?;
        let rows: Vec<(Uuid, Vec<u8>)> = on_backend!(self.0, |db| {
            sqlx::query_as(LIST_DATA_KEYS).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let mut changed = 0;
        for (id, data_key) in &rows {
            let Some(fresh) = vault.rewrap(OrganisationId::from_uuid(*id), data_key)? else { continue };
            changed += 1;
            on_backend!(self.0, |db| {
                sqlx::query(REPLACE_DATA_KEY)
                    .bind(id)
                    .bind(data_key)
                    .bind(fresh)
                    .bind(vault.master_version())
                    .execute(db)
                    .await
                    .map(drop)
            })?;
        }
        Ok(Dealt { seen: rows.len() as u64, changed, last: rows.last().map(|(id, _)| *id) })
    }

    /// Enters the codes of up to `limit` organisations after `after` under every live version of the index key. A code never changes.
    pub async fn index_codes(&mut self, after: Uuid, limit: u32) -> Result<Dealt, Error> {
        let vault = self.0.vault()?;
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, OrganisationRow>(LIST).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let mut dealt = Dealt { seen: rows.len() as u64, ..Dealt::default() };
        for row in rows {
            let organisation = row.open(&vault)?;
            let mut entered = 0;
            for index in vault.code_indexes(&organisation.code) {
                entered += self.enter(organisation.id, index).await?;
            }
            dealt.changed += u64::from(entered > 0);
            dealt.last = Some(organisation.id.uuid());
        }
        Ok(dealt)
    }

    /// Removes what stands under versions of the index key older than `version`, of up to `limit` organisations after `after`.
    pub async fn remove_older_codes(&mut self, version: u16, after: Uuid, limit: u32) -> Result<Dealt, Error> {
        let page: Vec<Uuid> = on_backend!(self.0, |db| {
            sqlx::query_scalar(PAGE).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let Some(last) = page.last().copied() else { return Ok(Dealt::default()) };
        let changed = on_backend!(self.0, |db| {
            let remove = sqlx::query(REMOVE_OLDER).bind(after).bind(last).bind(i32::from(version));
            remove.execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(Dealt { seen: page.len() as u64, changed, last: Some(last) })
    }

    /// How many rows were entered: none where it stood there.
    async fn enter(&mut self, id: OrganisationId, index: BlindIndex) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(ENTER)
                .bind(index.mac.as_slice())
                .bind(i32::from(index.key_version))
                .bind(id.uuid())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}

fn code_place(id: OrganisationId) -> Context {
    Context::new("organisations.code", id.uuid())
}

fn name_place(id: OrganisationId) -> Context {
    Context::new("organisations.name", id.uuid())
}

#[derive(sqlx::FromRow)]
pub(super) struct OrganisationRow {
    organisation_id: Uuid,
    organisation_status: String,
    organisation_key: Vec<u8>,
    code: Vec<u8>,
    name: Vec<u8>,
    organisation_created_at: i64,
    organisation_updated_at: i64,
}

impl OrganisationRow {
    pub(super) fn open(self, vault: &Vault) -> Result<Organisation, Error> {
        let id = OrganisationId::from_uuid(self.organisation_id);
        let code = vault.open_for(id, &self.organisation_key, &code_place(id), &self.code)?;
        let name = vault.open_for(id, &self.organisation_key, &name_place(id), &self.name)?;
        let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(str::to_owned);
        let code = text(&code).ok().and_then(|code| code.parse().ok());
        let name = text(&name).ok().and_then(|name| OrganisationName::try_from(name).ok());
        Ok(Organisation {
            id,
            status: self.organisation_status.parse().map_err(|_| Error::Corrupt("an organisation's status"))?,
            code: code.ok_or(Error::Corrupt("an organisation's code"))?,
            name: name.ok_or(Error::Corrupt("an organisation's name"))?,
            created_at: Timestamp::from_micros(self.organisation_created_at),
            updated_at: Timestamp::from_micros(self.organisation_updated_at),
        })
    }
}
