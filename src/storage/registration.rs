//! New citizens, one or a batch of an import: each enters whole, with names and password, or not at all.

use std::collections::{HashMap, HashSet};

use sqlx::QueryBuilder;
use sqlx::types::Uuid;

use super::citizens::Citizens;
use super::connection::{Read, Transaction, on_backend};
use super::error::{Conflict, Error};
use super::vault::{SealedPerson, Vault};
use crate::domain::citizen::Citizen;
use crate::domain::ids::CitizenId;
use crate::domain::secret::SecretString;
use crate::domain::sign_in_name::{NameKind, SignInName};

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
        let mut rejected = Vec::new();
        for (chunk_number, chunk) in batch.chunks(ROWS_AT_ONCE).enumerate() {
            for (id, conflict) in self.insert_chunk(chunk).await? {
                let within = chunk.iter().position(|new| new.citizen.id == id).unwrap_or(0);
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
        match first_taken(id, names, &self.insert_names(&entries).await?) {
            Some(kind) => Err(Conflict::Name(kind).into()),
            None => Ok(()),
        }
    }

    async fn insert_chunk(&mut self, chunk: &[NewCitizen]) -> Result<HashMap<CitizenId, Conflict>, Error> {
        let vault = self.0.vault()?;
        let sealed = chunk.iter().map(|new| vault.seal(&new.citizen)).collect::<Result<Vec<_>, _>>()?;
        let fresh = self.insert_citizens(chunk, &sealed, &vault).await?;
        let is_fresh = |new: &&NewCitizen| fresh.contains(&new.citizen.id.uuid());
        let known = chunk.iter().filter(|new| !is_fresh(new)).map(|new| (new.citizen.id, Conflict::Citizen));
        let mut conflicts: HashMap<_, _> = known.collect();

        let mut entries: Vec<_> = chunk
            .iter()
            .filter(is_fresh)
            .flat_map(|new| new.names.iter().map(|name| (new.citizen.id, name)))
            .flat_map(|(id, name)| NameEntry::all(&vault, id, name))
            .collect();
        // In one order, so that of two imports at once with names in common one waits for the other.
        entries.sort_unstable_by_key(|entry| entry.mac);
        let taken = self.insert_names(&entries).await?;
        for new in chunk {
            if let Some(kind) = first_taken(new.citizen.id, &new.names, &taken) {
                self.remove(new.citizen.id).await?;
                conflicts.insert(new.citizen.id, Conflict::Name(kind));
            }
        }
        let accepted = chunk.iter().filter(|new| !conflicts.contains_key(&new.citizen.id));
        self.insert_passwords(accepted).await?;
        Ok(conflicts)
    }

    /// Returns the ids that were free.
    async fn insert_citizens(
        &mut self,
        chunk: &[NewCitizen],
        sealed: &[SealedPerson],
        vault: &Vault,
    ) -> Result<HashSet<Uuid>, Error> {
        if chunk.is_empty() {
            return Ok(HashSet::new());
        }
        let ids: Vec<Uuid> = on_backend!(self.0, |db| {
            let mut insert = QueryBuilder::new(INSERT_CITIZENS);
            insert.push_values(chunk.iter().zip(sealed), |mut row, (new, sealed)| {
                row.push_bind(new.citizen.id.uuid())
                    .push_bind(new.citizen.status.as_str())
                    .push_bind(i16::from(new.citizen.account_level))
                    .push_bind(&sealed.data_key)
                    .push_bind(vault.master_version())
                    .push_bind(&sealed.national_id)
                    .push_bind(&sealed.profile)
                    .push_bind(new.citizen.sessions_valid_from.micros())
                    .push_bind(new.citizen.created_at.micros())
                    .push_bind(new.citizen.updated_at.micros());
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

    async fn insert_passwords(&mut self, accepted: impl Iterator<Item = &NewCitizen>) -> Result<(), Error> {
        let with_password: Vec<_> =
            accepted.filter_map(|new| new.password.as_ref().map(|phc| (&new.citizen, phc))).collect();
        if with_password.is_empty() {
            return Ok(());
        }
        on_backend!(self.0, |db| {
            let mut insert = QueryBuilder::new(INSERT_PASSWORDS);
            insert.push_values(&with_password, |mut row, (citizen, phc)| {
                row.push_bind(citizen.id.uuid())
                    .push_bind(phc.expose())
                    .push_bind(0_i32)
                    .push_bind(citizen.created_at.micros());
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

/// The first of a citizen's names, in their order, that is taken: the national identifier before a phone.
fn first_taken(id: CitizenId, names: &[SignInName], taken: &HashSet<(CitizenId, NameKind)>) -> Option<NameKind> {
    names.iter().map(SignInName::kind).find(|kind| taken.contains(&(id, *kind)))
}

/// A name's row under one version of the index key.
struct NameEntry {
    mac: [u8; 32],
    kind: NameKind,
    key_version: i32,
    citizen: CitizenId,
}

impl NameEntry {
    fn all(vault: &Vault, citizen: CitizenId, name: &SignInName) -> Vec<Self> {
        let entry = |index: crate::crypto::blind_index::BlindIndex| Self {
            mac: index.mac,
            kind: name.kind(),
            key_version: i32::from(index.key_version),
            citizen,
        };
        vault.indexes(name).into_iter().map(entry).collect()
    }
}
