//! Citizens' names under a new version of the index key, and no longer under an old one: some citizens at a time.

use std::collections::{HashMap, HashSet};

use sqlx::QueryBuilder;
use sqlx::types::Uuid;

use super::citizens::{CitizenRow, Citizens, citizen_columns};
use super::connection::{Backend, Read, Transaction, on_backend};
use super::error::Error;
use super::identifier_aliases::IdentifierAliases;
use super::key_changes::Dealt;
use super::likenesses::{self, Likenesses};
use super::link_codes::LinkCodes;
use super::linked_accounts::LinkedAccounts;
use super::registration::NameEntry;
use super::vault::Vault;
use crate::crypto::blind_index::BlindIndex;
use crate::domain::citizen::Citizen;
use crate::domain::sign_in_name::SignInName;

// Whoever changes a citizen's names changes the citizen first, so a change under way is waited for, and none begins meanwhile.
const HOLD_POSTGRES: &str = concat!(
    "SELECT ",
    citizen_columns!(),
    " FROM citizens c WHERE c.id > $1 AND c.erased_at IS NULL ORDER BY c.id LIMIT $2 FOR NO KEY UPDATE"
);
// Whoever writes, writes alone.
const HOLD_SQLITE: &str = concat!(
    "SELECT ",
    citizen_columns!(),
    " FROM citizens c WHERE c.id > $1 AND c.erased_at IS NULL ORDER BY c.id LIMIT $2"
);
const NAMES: &str = "SELECT citizen_id, name_index, key_version FROM sign_in_names
    WHERE citizen_id IN (SELECT id FROM citizens WHERE id > $1 AND id <= $2)";
const ALIAS_NAMES: &str = "SELECT citizen_id, name_index, key_version FROM alias_names
    WHERE citizen_id IN (SELECT id FROM citizens WHERE id > $1 AND id <= $2)";
const LIKENESSES: &str = "SELECT citizen_id, likeness, key_version FROM likenesses
    WHERE citizen_id IN (SELECT id FROM citizens WHERE id > $1 AND id <= $2)";
const ACCOUNTS: &str = "SELECT citizen_id, account_index, key_version FROM linked_account_directory
    WHERE citizen_id IN (SELECT id FROM citizens WHERE id > $1 AND id <= $2)";
const PAGE: &str = "SELECT id FROM citizens WHERE id > $1 ORDER BY id LIMIT $2";
const REMOVE: &str = "DELETE FROM sign_in_names WHERE key_version < $3
    AND citizen_id IN (SELECT id FROM citizens WHERE id > $1 AND id <= $2)";
const REMOVE_ALIAS_NAMES: &str = "DELETE FROM alias_names WHERE key_version < $3
    AND citizen_id IN (SELECT id FROM citizens WHERE id > $1 AND id <= $2)";
const REMOVE_LIKENESSES: &str = "DELETE FROM likenesses WHERE key_version < $3
    AND citizen_id IN (SELECT id FROM citizens WHERE id > $1 AND id <= $2)";
const REMOVE_ACCOUNTS: &str = "DELETE FROM linked_account_directory WHERE key_version < $3
    AND citizen_id IN (SELECT id FROM citizens WHERE id > $1 AND id <= $2)";
const INSERT: &str = "INSERT INTO sign_in_names (name_index, kind, key_version, citizen_id) ";
const INSERT_SHARED: &str = "INSERT INTO alias_names (name_index, kind, key_version, citizen_id) ";
const LACKING: &str = "SELECT count(*) FROM (SELECT 1 FROM sign_in_names GROUP BY citizen_id, kind
    HAVING SUM(CASE WHEN key_version = $1 THEN 1 ELSE 0 END) < SUM(CASE WHEN key_version = $2 THEN 1 ELSE 0 END)) AS lacking";
const LACKING_ALIASES: &str = "SELECT count(*) FROM (SELECT 1 FROM alias_names GROUP BY citizen_id, kind
    HAVING SUM(CASE WHEN key_version = $1 THEN 1 ELSE 0 END) < SUM(CASE WHEN key_version = $2 THEN 1 ELSE 0 END)) AS lacking";
const LACKING_ACCOUNTS: &str = "SELECT count(*) FROM (SELECT 1 FROM linked_account_directory GROUP BY link_id
    HAVING SUM(CASE WHEN key_version = $1 THEN 1 ELSE 0 END) < SUM(CASE WHEN key_version = $2 THEN 1 ELSE 0 END)) AS lacking";
const UNDER: &str = "SELECT count(*) FROM sign_in_names WHERE key_version = $1";

impl<C: Read> Citizens<'_, C> {
    /// Of how many citizens a name of a kind, or an account that they had at a portal, stands under `old` and not under `new`: all names are looked at.
    pub async fn names_lacking(&mut self, new: u16, old: u16) -> Result<u64, Error> {
        let mut all = 0;
        for statement in [LACKING, LACKING_ALIASES, LACKING_ACCOUNTS] {
            let lacking: i64 = on_backend!(self.0, |db| {
                sqlx::query_scalar(statement).bind(i32::from(new)).bind(i32::from(old)).fetch_one(db).await
            })?;
            all += lacking.unsigned_abs();
        }
        Ok(all)
    }

    /// How many names stand under this version of the index key: all names are looked at.
    pub async fn names_under(&mut self, version: u16) -> Result<u64, Error> {
        let under: i64 =
            on_backend!(self.0, |db| sqlx::query_scalar(UNDER).bind(i32::from(version)).fetch_one(db).await)?;
        Ok(under.unsigned_abs())
    }
}

impl Citizens<'_, Transaction> {
    /// Writes the names of up to `limit` citizens after `after` under every live version of the index key.
    ///
    /// # Errors
    /// `Corrupt` if a citizen has a name that is not among what is sealed of them: it would be lost with the old key.
    pub async fn index_names(&mut self, after: Uuid, limit: u32) -> Result<Dealt, Error> {
        let vault = self.0.vault()?;
        let limit = i64::from(limit);
        let held: Vec<CitizenRow> = match self.0.backend() {
            Backend::Postgres(db) => sqlx::query_as(HOLD_POSTGRES).bind(after).bind(limit).fetch_all(db).await?,
            Backend::Sqlite(db) => sqlx::query_as(HOLD_SQLITE).bind(after).bind(limit).fetch_all(db).await?,
        };
        let held: Vec<Citizen> = held.into_iter().map(|row| row.open(&vault)).collect::<Result<_, _>>()?;
        let Some(last) = held.last().map(|citizen| citizen.id.uuid()) else { return Ok(Dealt::default()) };
        let mut names = self.entered(NAMES, after, last).await?;
        let mut alias_names = self.entered(ALIAS_NAMES, after, last).await?;
        let mut aliases = IdentifierAliases(&mut *self.0).of_citizens(after, last).await?;
        let mut likenesses = self.entered(LIKENESSES, after, last).await?;
        let mut accounts = self.entered(ACCOUNTS, after, last).await?;
        let mut links = LinkedAccounts(&mut *self.0).entries_of(after, last).await?;
        let (seen, mut changed) = (held.len() as u64, 0);
        let (mut missing, mut shared, mut alike, mut linked) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for citizen in held {
            let id = citizen.id.uuid();
            let aliases = aliases.remove(&id).unwrap_or_default();
            let lacking = lacking(&vault, &citizen, &aliases, &names.remove(&id).unwrap_or_default())?;
            let lacking_shared =
                lacking_shared(&vault, &citizen, &aliases, &alias_names.remove(&id).unwrap_or_default());
            let unlike = unlike(&vault, &citizen, &likenesses.remove(&id).unwrap_or_default());
            let (mut unlinked, entered) =
                (links.remove(&id).unwrap_or_default(), accounts.remove(&id).unwrap_or_default());
            unlinked.retain(|entry| !entered.contains(&entry.key()));
            let is_whole = lacking.is_empty() && lacking_shared.is_empty() && unlike.is_empty() && unlinked.is_empty();
            changed += u64::from(!is_whole);
            linked.extend(unlinked);
            missing.extend(lacking);
            shared.extend(lacking_shared);
            alike.extend(unlike.into_iter().map(|index| (citizen.id, index)));
        }
        // Whoever writes a name writes it under the oldest live version too, where it was unique.
        if self.insert_missing(INSERT, &missing).await? < missing.len() as u64 {
            return Err(Error::Corrupt("a name that two citizens have"));
        }
        self.insert_missing(INSERT_SHARED, &shared).await?;
        Likenesses(&mut *self.0).enter_rows(&alike).await?;
        if LinkedAccounts(&mut *self.0).enter(&linked).await? < linked.len() as u64 {
            return Err(Error::Corrupt("an account at a portal that two citizens have"));
        }
        Ok(Dealt { seen, changed, last: Some(last) })
    }

    /// What stands in a directory of these citizens, each with the version of the key.
    async fn entered(
        &mut self,
        statement: &'static str,
        after: Uuid,
        last: Uuid,
    ) -> Result<HashMap<Uuid, Entered>, Error> {
        let rows: Vec<(Uuid, Vec<u8>, i32)> =
            on_backend!(self.0, |db| sqlx::query_as(statement).bind(after).bind(last).fetch_all(db).await)?;
        let mut standing: HashMap<Uuid, Entered> = HashMap::new();
        for (citizen, index, version) in rows {
            standing.entry(citizen).or_default().insert((index, version));
        }
        Ok(standing)
    }

    /// Removes what stands under versions older than `version`, of up to `limit` citizens after `after`.
    pub async fn remove_older_names(&mut self, version: u16, after: Uuid, limit: u32) -> Result<Dealt, Error> {
        let page: Vec<Uuid> = on_backend!(self.0, |db| {
            sqlx::query_scalar(PAGE).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let Some(last) = page.last().copied() else { return Ok(Dealt::default()) };
        // Of nobody yet. What is left of them is removed in the passes after this one.
        let mut changed = LinkCodes(&mut *self.0).forget_older(version, limit).await?;
        for statement in [REMOVE, REMOVE_ALIAS_NAMES, REMOVE_LIKENESSES, REMOVE_ACCOUNTS] {
            changed += on_backend!(self.0, |db| {
                let remove = sqlx::query(statement).bind(after).bind(last).bind(i32::from(version));
                remove.execute(db).await.map(|done| done.rows_affected())
            })?;
        }
        Ok(Dealt { seen: page.len() as u64, changed, last: Some(last) })
    }

    /// Returns how many did not stand there.
    async fn insert_missing(&mut self, into: &'static str, missing: &[NameEntry]) -> Result<u64, Error> {
        if missing.is_empty() {
            return Ok(0);
        }
        Ok(on_backend!(self.0, |db| {
            let mut insert = QueryBuilder::new(into);
            insert.push_values(missing, |mut row, entry| {
                row.push_bind(entry.mac.as_slice())
                    .push_bind(entry.kind.as_str())
                    .push_bind(entry.key_version)
                    .push_bind(entry.citizen.uuid());
            });
            insert.push(" ON CONFLICT DO NOTHING");
            insert.build().execute(db).await.map(|done| done.rows_affected())
        })?)
    }
}

/// What stands in a directory of one citizen.
type Entered = HashSet<(Vec<u8>, i32)>;

/// The rows that a citizen's names still need.
fn lacking(
    vault: &Vault,
    citizen: &Citizen,
    aliases: &[SignInName],
    standing: &Entered,
) -> Result<Vec<NameEntry>, Error> {
    let (id, profile) = (citizen.id, &citizen.profile);
    let scheme = citizen.national_id.scheme();
    let contacts = [&profile.phone_number, &profile.email];
    let contacts = contacts.into_iter().flatten().filter_map(|contact| SignInName::parse(&contact.value, scheme).ok());
    let (mut known, mut lacking) = (HashSet::new(), Vec::new());
    // A number that was theirs alone still is.
    let former = aliases.iter().filter(|name| !is_shared(name)).cloned();
    for name in std::iter::once(SignInName::NationalId(citizen.national_id.clone())).chain(contacts).chain(former) {
        let entries = NameEntry::all(vault, id, &name);
        let stands = |entry: &NameEntry| standing.contains(&(entry.mac.to_vec(), entry.key_version));
        // What somebody does not sign in with stands under no version at all.
        if entries.iter().any(stands) {
            lacking.extend(entries.iter().filter(|entry| !stands(entry)).copied());
        }
        known.extend(entries.iter().map(|entry| (entry.mac.to_vec(), entry.key_version)));
    }
    let live = vault.index_versions();
    let is_live = |version: i32| live.iter().any(|live| i32::from(*live) == version);
    if standing.iter().any(|entry| is_live(entry.1) && !known.contains(entry)) {
        tracing::error!(citizen = %id, "a name of this citizen is not among what is sealed of them");
        return Err(Error::Corrupt("a citizen's name"));
    }
    Ok(lacking)
}

/// The rows that numbers which two people may have still need.
fn lacking_shared(vault: &Vault, citizen: &Citizen, aliases: &[SignInName], standing: &Entered) -> Vec<NameEntry> {
    let entries =
        aliases.iter().filter(|name| is_shared(name)).flat_map(|name| NameEntry::all(vault, citizen.id, name));
    entries.filter(|entry| !standing.contains(&(entry.mac.to_vec(), entry.key_version))).collect()
}

const fn is_shared(name: &SignInName) -> bool {
    matches!(name, SignInName::Other(_))
}

/// The rows that what a citizen looks like still needs; none where nothing was noted of them.
fn unlike(vault: &Vault, citizen: &Citizen, standing: &Entered) -> Vec<BlindIndex> {
    let mut indexes = likenesses::indexes(vault, citizen);
    let stands = |index: &BlindIndex| standing.contains(&(index.mac.to_vec(), i32::from(index.key_version)));
    if indexes.iter().any(stands) {
        indexes.retain(|index| !stands(index));
        indexes
    } else {
        Vec::new()
    }
}
