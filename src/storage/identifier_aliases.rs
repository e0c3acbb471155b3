//! Numbers that citizens sign in with beside their national identifier, sealed; and the directory of those that two people may have.

use std::collections::HashMap;

use sqlx::types::Uuid;
use zeroize::Zeroizing;

use super::citizens::Citizens;
use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use super::vault::Vault;
use crate::crypto::seal::Context;
use crate::domain::identifier_alias::{AliasKind, IdentifierAlias, KeptAlias};
use crate::domain::ids::{AliasId, CitizenId};
use crate::domain::sign_in_name::{NameKind, SignInName};
use crate::domain::time::Timestamp;

const LIST: &str = "SELECT a.id, a.kind, a.sealed, a.since, a.until, c.data_key FROM identifier_aliases a
    JOIN citizens c ON c.id = a.citizen_id WHERE a.citizen_id = $1 ORDER BY a.id LIMIT 100";
const OF_CITIZENS: &str =
    "SELECT a.citizen_id, a.id, a.kind, a.sealed, a.since, a.until, c.data_key FROM identifier_aliases a
    JOIN citizens c ON c.id = a.citizen_id
    WHERE a.citizen_id > $1 AND a.citizen_id <= $2 AND a.until IS NULL AND c.erased_at IS NULL";
const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";
const INSERT: &str = "INSERT INTO identifier_aliases (citizen_id, id, kind, sealed, since, until)
    VALUES ($1, $2, $3, $4, $5, NULL)";
const END: &str = "UPDATE identifier_aliases SET until = $3 WHERE citizen_id = $1 AND id = $2 AND until IS NULL";
const ENTER: &str = "INSERT INTO alias_names (name_index, kind, key_version, citizen_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING";
const LEAVE: &str = "DELETE FROM alias_names WHERE name_index = $1 AND kind = $2 AND citizen_id = $3";
const ANOTHER: &str =
    "SELECT EXISTS (SELECT 1 FROM alias_names WHERE name_index = $1 AND kind = $2 AND citizen_id <> $3)";

/// Aliases, seen from one connection.
pub struct IdentifierAliases<'c, C>(pub(super) &'c mut C);

/// Who has an alias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasHolders {
    One,
    /// It finds nobody for as long as that lasts.
    Several,
}

impl<C: Read> IdentifierAliases<'_, C> {
    /// All that a citizen has or had, in the order in which they were entered.
    pub async fn list(&mut self, citizen: CitizenId) -> Result<Vec<KeptAlias>, Error> {
        let vault = self.0.vault()?;
        let rows: Vec<AliasRow> =
            on_backend!(self.0, |db| sqlx::query_as(LIST).bind(citizen.uuid()).fetch_all(db).await)?;
        rows.into_iter().map(|row| row.open(&vault, citizen)).collect()
    }

    /// What the citizens after `after`, `last` included, sign in with beside their names.
    pub(super) async fn of_citizens(
        &mut self,
        after: Uuid,
        last: Uuid,
    ) -> Result<HashMap<Uuid, Vec<SignInName>>, Error> {
        let vault = self.0.vault()?;
        let rows: Vec<OwnedRow> =
            on_backend!(self.0, |db| sqlx::query_as(OF_CITIZENS).bind(after).bind(last).fetch_all(db).await)?;
        let mut names: HashMap<Uuid, Vec<SignInName>> = HashMap::new();
        for OwnedRow { citizen_id, alias } in rows {
            let kept = alias.open(&vault, CitizenId::from_uuid(citizen_id))?;
            names.entry(citizen_id).or_default().push(kept.alias.name());
        }
        Ok(names)
    }

    /// Whether anybody beside this citizen has the alias.
    pub async fn holders(&mut self, citizen: CitizenId, alias: &IdentifierAlias) -> Result<AliasHolders, Error> {
        let name = alias.name();
        // One that was a key is one person's: the database sees to it.
        let NameKind::Other(_) = name.kind() else { return Ok(AliasHolders::One) };
        for index in self.0.vault()?.indexes(&name) {
            let another: bool = on_backend!(self.0, |db| {
                sqlx::query_scalar(ANOTHER)
                    .bind(index.mac.as_slice())
                    .bind(name.kind().as_str())
                    .bind(citizen.uuid())
                    .fetch_one(db)
                    .await
            })?;
            if another {
                return Ok(AliasHolders::Several);
            }
        }
        Ok(AliasHolders::One)
    }
}

impl IdentifierAliases<'_, Transaction> {
    /// Lets a citizen sign in with `alias` from now on.
    ///
    /// # Errors
    /// `Conflict::Name` if it is another citizen's national identifier, or was and signs them in; `Corrupt` if there is no such
    /// citizen.
    pub async fn add(
        &mut self,
        citizen: CitizenId,
        id: AliasId,
        alias: &IdentifierAlias,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let IdentifierAlias::Former(_) = alias {
            Citizens(&mut *self.0).enter_names(citizen, &[alias.name()]).await?;
        }
        self.keep(citizen, id, alias, now).await
    }

    /// As [`add`](Self::add), of a citizen whose names have been entered: those that are theirs alone are not entered again.
    pub async fn keep(
        &mut self,
        citizen: CitizenId,
        id: AliasId,
        alias: &IdentifierAlias,
        now: Timestamp,
    ) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let data_key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(citizen.uuid()).fetch_optional(db).await)?;
        let data_key = data_key.ok_or(Error::Corrupt("no citizen of this id"))?;
        let sealed = vault.seal_for(citizen, &data_key, &place(citizen, id), alias.expose().as_bytes())?;
        on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(citizen.uuid())
                .bind(id.uuid())
                .bind(alias.kind().as_str())
                .bind(sealed)
                .bind(now.micros())
                .execute(db)
                .await
                .map(drop)
        })?;
        self.enter_shared(citizen, &alias.name()).await
    }

    /// It signs in no longer. That it was theirs stays known.
    pub async fn end(&mut self, citizen: CitizenId, kept: &KeptAlias, now: Timestamp) -> Result<(), Error> {
        on_backend!(self.0, |db| {
            sqlx::query(END).bind(citizen.uuid()).bind(kept.id.uuid()).bind(now.micros()).execute(db).await.map(drop)
        })?;
        let name = kept.alias.name();
        let NameKind::Other(_) = name.kind() else { return Citizens(&mut *self.0).leave_name(citizen, &name).await };
        for index in self.0.vault()?.indexes(&name) {
            on_backend!(self.0, |db| {
                sqlx::query(LEAVE)
                    .bind(index.mac.as_slice())
                    .bind(name.kind().as_str())
                    .bind(citizen.uuid())
                    .execute(db)
                    .await
                    .map(drop)
            })?;
        }
        Ok(())
    }

    /// Enters `name` in the directory of numbers that two people may have, under every live version of the index key. Does nothing
    /// where it is entered already, and for a name that is one person's alone.
    pub(super) async fn enter_shared(&mut self, citizen: CitizenId, name: &SignInName) -> Result<(), Error> {
        let NameKind::Other(_) = name.kind() else { return Ok(()) };
        for index in self.0.vault()?.indexes(name) {
            on_backend!(self.0, |db| {
                sqlx::query(ENTER)
                    .bind(index.mac.as_slice())
                    .bind(name.kind().as_str())
                    .bind(i32::from(index.key_version))
                    .bind(citizen.uuid())
                    .execute(db)
                    .await
                    .map(drop)
            })?;
        }
        Ok(())
    }
}

#[derive(sqlx::FromRow)]
struct OwnedRow {
    citizen_id: Uuid,
    #[sqlx(flatten)]
    alias: AliasRow,
}

#[derive(sqlx::FromRow)]
struct AliasRow {
    id: Uuid,
    kind: String,
    sealed: Vec<u8>,
    since: i64,
    until: Option<i64>,
    data_key: Vec<u8>,
}

impl AliasRow {
    fn open(self, vault: &Vault, citizen: CitizenId) -> Result<KeptAlias, Error> {
        const UNREADABLE: Error = Error::Corrupt("an alias of a citizen's");
        let id = AliasId::from_uuid(self.id);
        let opened = vault.open_for(citizen, &self.data_key, &place(citizen, id), &self.sealed)?;
        let kind: AliasKind = self.kind.parse().map_err(|_| UNREADABLE)?;
        let text = Zeroizing::new(String::from_utf8(opened.to_vec()).map_err(|_| UNREADABLE)?);
        Ok(KeptAlias {
            id,
            alias: IdentifierAlias::parse(kind, &text).map_err(|_| UNREADABLE)?,
            since: Timestamp::from_micros(self.since),
            until: self.until.map(Timestamp::from_micros),
        })
    }
}

fn place(citizen: CitizenId, id: AliasId) -> Context {
    Context::new("identifier_aliases.sealed", [citizen.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat())
}
