//! New citizens, one or a batch of an import: each enters whole, with names and password, or not at all.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sqlx::QueryBuilder;
use sqlx::types::Uuid;

use super::citizens::Citizens;
use super::connection::{Read, Transaction, on_backend};
use super::error::{Conflict, Error};
use super::likenesses;
use super::vault::{SealedPerson, Vault};
use crate::crypto::blind_index::BlindIndex;
use crate::domain::assurance::AccountLevel;
use crate::domain::citizen::{Citizen, CitizenStatus};
use crate::domain::ids::CitizenId;
use crate::domain::secret::SecretString;
use crate::domain::sign_in_name::{NameKind, SignInName};
use crate::domain::time::Timestamp;

const INSERT_CITIZENS: &str = "INSERT INTO citizens (id, status, account_level, data_key, master_version, national_id,
    profile, sessions_valid_from, created_at, updated_at) ";
const INSERT_NAMES: &str = "INSERT INTO sign_in_names (name_index, kind, key_version, citizen_id) ";
const INSERT_PASSWORDS: &str = "INSERT INTO passwords (citizen_id, phc, failures_in_a_row, changed_at) ";
const REMOVE_NAMES: &str = "DELETE FROM sign_in_names WHERE citizen_id = $1";
const REMOVE_CITIZEN: &str = "DELETE FROM citizens WHERE id = $1";

/// Citizens in one statement: ten values each, and SQLite takes 32,766 in all.
const ROWS_AT_ONCE: usize = 500;

/// A citizen who is about to be.
#[derive(Clone, Debug)]
pub struct NewCitizen {
    pub citizen: Citizen,
    /// What they sign in with: the national identifier and whatever phone and e-mail are verified.
    pub names: Vec<SignInName>,
    /// The password's hash as a PHC string.
    pub password: Option<SecretString>,
}

/// One of a batch that was not entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its place in the batch, from 0.
    pub position: usize,
    pub conflict: Conflict,
}

/// Seals new citizens, apart from any connection.
#[derive(Clone)]
pub struct Sealer(Arc<Vault>);

/// A new citizen as the database takes them: sealed, and with the indexes of their names.
pub struct SealedCitizen {
    pub(super) id: CitizenId,
    pub(super) status: CitizenStatus,
    pub(super) account_level: AccountLevel,
    pub(super) person: SealedPerson,
    pub(super) master_version: i32,
    pub(super) sessions_valid_from: Timestamp,
    pub(super) created_at: Timestamp,
    pub(super) updated_at: Timestamp,
    /// Each name under every live version of the index key, in the order of the names.
    pub(super) names: Vec<NameEntry>,
    /// What they look like, likewise.
    pub(super) likenesses: Vec<BlindIndex>,
    pub(super) password: Option<SecretString>,
}

/// A name's row under one version of the index key.
#[derive(Clone, Copy)]
pub(super) struct NameEntry {
    pub mac: [u8; 32],
    pub kind: NameKind,
    pub key_version: i32,
    pub citizen: CitizenId,
}

impl Sealer {
    pub(super) fn new(vault: Arc<Vault>) -> Self {
        Self(vault)
    }

    /// # Errors
    /// `Other` if the cipher refuses, which of a citizen's data it does not.
    pub fn seal(&self, new: &NewCitizen) -> Result<SealedCitizen, Error> {
        SealedCitizen::seal(&self.0, new)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl SealedCitizen {
    fn seal(vault: &Vault, new: &NewCitizen) -> Result<Self, Error> {
        let citizen = &new.citizen;
        Ok(Self {
            id: citizen.id,
            status: citizen.status,
            account_level: citizen.account_level,
            person: vault.seal(citizen)?,
            master_version: vault.master_version(),
            sessions_valid_from: citizen.sessions_valid_from,
            created_at: citizen.created_at,
            updated_at: citizen.updated_at,
            names: new.names.iter().flat_map(|name| NameEntry::all(vault, citizen.id, name)).collect(),
            likenesses: likenesses::indexes(vault, citizen),
            password: new.password.clone(),
        })
    }

    /// The first of the names, in their order, that is taken: the national identifier before a phone.
    pub(super) fn first_taken(&self, taken: &HashSet<(CitizenId, NameKind)>) -> Option<NameKind> {
        self.names.iter().map(|entry| entry.kind).find(|kind| taken.contains(&(self.id, *kind)))
    }
}

impl Citizens<'_, Transaction> {
    /// # Errors
    /// `Conflict` if the id or one of the names is taken; nothing of this citizen is left in the transaction then.
    pub async fn insert(&mut self, new: &NewCitizen) -> Result<(), Error> {
        match self.insert_many(std::slice::from_ref(new)).await?.first() {
            Some(rejected) => Err(rejected.conflict.into()),
            None => Ok(()),
        }
    }

    /// Enters all of a batch that can be, and says which cannot. Of two in a batch with one name, at most one is entered.
    pub async fn insert_many(&mut self, batch: &[NewCitizen]) -> Result<Vec<Rejected>, Error> {
        let vault = self.0.vault()?;
        let sealed: Vec<_> = batch.iter().map(|new| SealedCitizen::seal(&vault, new)).collect::<Result<_, _>>()?;
        self.insert_sealed(&sealed).await
    }

    /// As [`insert_many`](Self::insert_many), of citizens that were sealed before.
    pub(super) async fn insert_sealed(&mut self, batch: &[SealedCitizen]) -> Result<Vec<Rejected>, Error> {
        let mut rejected = Vec::new();
        for (chunk_number, chunk) in batch.chunks(ROWS_AT_ONCE).enumerate() {
            for (id, conflict) in self.insert_chunk(chunk).await? {
                let within = chunk.iter().position(|new| new.id == id).unwrap_or(0);
                rejected.push(Rejected { position: chunk_number * ROWS_AT_ONCE + within, conflict });
            }
        }
        rejected.sort_by_key(|rejected| rejected.position);
        Ok(rejected)
    }

    /// Adds names to a citizen who is there.
    pub(super) async fn enter_names(&mut self, id: CitizenId, names: &[SignInName]) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let entries: Vec<_> = names.iter().flat_map(|name| NameEntry::all(&vault, id, name)).collect();
        let taken = self.insert_names(&entries).await?;
        match names.iter().map(SignInName::kind).find(|kind| taken.contains(&(id, *kind))) {
            Some(kind) => Err(Conflict::Name(kind).into()),
            None => Ok(()),
        }
    }

    async fn insert_chunk(&mut self, chunk: &[SealedCitizen]) -> Result<HashMap<CitizenId, Conflict>, Error> {
        let fresh = self.insert_citizens(chunk).await?;
        let is_fresh = |new: &&SealedCitizen| fresh.contains(&new.id.uuid());
        let known = chunk.iter().filter(|new| !is_fresh(new)).map(|new| (new.id, Conflict::Citizen));
        let mut conflicts: HashMap<_, _> = known.collect();

        let mut entries: Vec<_> = chunk.iter().filter(is_fresh).flat_map(|new| new.names.iter().copied()).collect();
        // In one order, so that of two imports at once with names in common one waits for the other.
        entries.sort_unstable_by_key(|entry| entry.mac);
        let taken = self.insert_names(&entries).await?;
        for new in chunk {
            if let Some(kind) = new.first_taken(&taken) {
                self.remove(new.id).await?;
                conflicts.insert(new.id, Conflict::Name(kind));
            }
        }
        let accepted = chunk.iter().filter(|new| !conflicts.contains_key(&new.id));
        self.insert_passwords(accepted).await?;
        Ok(conflicts)
    }

    /// Returns the ids that were free.
    async fn insert_citizens(&mut self, chunk: &[SealedCitizen]) -> Result<HashSet<Uuid>, Error> {
        if chunk.is_empty() {
            return Ok(HashSet::new());
        }
        let ids: Vec<Uuid> = on_backend!(self.0, |db| {
            let mut insert = QueryBuilder::new(INSERT_CITIZENS);
            insert.push_values(chunk, |mut row, new| {
                row.push_bind(new.id.uuid())
                    .push_bind(new.status.as_str())
                    .push_bind(i16::from(new.account_level))
                    .push_bind(&new.person.data_key)
                    .push_bind(new.master_version)
                    .push_bind(&new.person.national_id)
                    .push_bind(&new.person.profile)
                    .push_bind(new.sessions_valid_from.micros())
                    .push_bind(new.created_at.micros())
                    .push_bind(new.updated_at.micros());
            });
            insert.push(" ON CONFLICT DO NOTHING RETURNING id");
            insert.build_query_scalar().fetch_all(db).await
        })?;
        Ok(ids.into_iter().collect())
    }

    /// Returns whose names are taken, and which.
    async fn insert_names(&mut self, entries: &[NameEntry]) -> Result<HashSet<(CitizenId, NameKind)>, Error> {
        if entries.is_empty() {
            return Ok(HashSet::new());
        }
        let entered: Vec<(Uuid, Vec<u8>)> = on_backend!(self.0, |db| {
            let mut insert = QueryBuilder::new(INSERT_NAMES);
            insert.push_values(entries, |mut row, entry| {
                row.push_bind(entry.mac.as_slice())
                    .push_bind(entry.kind.as_str())
                    .push_bind(entry.key_version)
                    .push_bind(entry.citizen.uuid());
            });
            insert.push(" ON CONFLICT DO NOTHING RETURNING citizen_id, name_index");
            insert.build_query_as().fetch_all(db).await
        })?;
        let entered: HashSet<_> = entered.into_iter().collect();
        let is_taken = |entry: &&NameEntry| !entered.contains(&(entry.citizen.uuid(), entry.mac.to_vec()));
        Ok(entries.iter().filter(is_taken).map(|entry| (entry.citizen, entry.kind)).collect())
    }

    async fn insert_passwords(&mut self, accepted: impl Iterator<Item = &SealedCitizen>) -> Result<(), Error> {
        let with_password: Vec<_> = accepted.filter_map(|new| new.password.as_ref().map(|phc| (new, phc))).collect();
        if with_password.is_empty() {
            return Ok(());
        }
        on_backend!(self.0, |db| {
            let mut insert = QueryBuilder::new(INSERT_PASSWORDS);
            insert.push_values(&with_password, |mut row, (new, phc)| {
                row.push_bind(new.id.uuid())
                    .push_bind(phc.expose())
                    .push_bind(0_i32)
                    .push_bind(new.created_at.micros());
            });
            insert.build().execute(db).await.map(drop)
        })?;
        Ok(())
    }

    async fn remove(&mut self, id: CitizenId) -> Result<(), Error> {
        for statement in [REMOVE_NAMES, REMOVE_CITIZEN] {
            on_backend!(self.0, |db| sqlx::query(statement).bind(id.uuid()).execute(db).await.map(drop))?;
        }
        Ok(())
    }
}

impl NameEntry {
    pub(super) fn all(vault: &Vault, citizen: CitizenId, name: &SignInName) -> Vec<Self> {
        let entry = |index: BlindIndex| Self {
            mac: index.mac,
            kind: name.kind(),
            key_version: i32::from(index.key_version),
            citizen,
        };
        vault.indexes(name).into_iter().map(entry).collect()
    }
}
