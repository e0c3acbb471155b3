//! Many new citizens at once: by COPY on Postgres, which takes several times as many as INSERT does.
//!
//! Names go into a temporary table first and from there into the directory, so that a name that is taken refuses one citizen
//! and not the batch. Citizens and passwords are copied where they belong: their ids are new.

use std::collections::HashSet;

use sqlx::PgConnection;
use sqlx::types::Uuid;

use super::citizens::Citizens;
use super::connection::{Backend, Read, Transaction};
use super::error::{Conflict, Error};
use super::likenesses::Likenesses;
use super::registration::{Rejected, SealedCitizen};
use crate::domain::ids::CitizenId;
use crate::domain::sign_in_name::NameKind;

const STAGE: &str = "CREATE TEMPORARY TABLE IF NOT EXISTS entering_names
    (name_index BYTEA NOT NULL, kind TEXT NOT NULL, key_version INTEGER NOT NULL, citizen_id UUID NOT NULL) ON COMMIT DROP";
const CLEAR_STAGE: &str = "TRUNCATE entering_names";
const COPY_NAMES: &str = "COPY entering_names (name_index, kind, key_version, citizen_id) FROM STDIN (FORMAT binary)";
// In one order, so that of two imports at once with names in common one waits for the other.
const ENTER_NAMES: &str = "WITH entered AS (
        INSERT INTO sign_in_names (name_index, kind, key_version, citizen_id)
        SELECT name_index, kind, key_version, citizen_id FROM entering_names ORDER BY name_index
        ON CONFLICT DO NOTHING RETURNING name_index, kind, key_version, citizen_id)
    SELECT s.citizen_id, s.kind FROM entering_names s WHERE NOT EXISTS (SELECT 1 FROM entered e
        WHERE e.name_index = s.name_index AND e.kind = s.kind AND e.key_version = s.key_version
            AND e.citizen_id = s.citizen_id)";
const REMOVE_NAMES: &str = "DELETE FROM sign_in_names WHERE citizen_id = ANY ($1)";
const COPY_CITIZENS: &str = "COPY citizens (id, status, account_level, data_key, master_version, national_id, profile,
    sessions_valid_from, created_at, updated_at) FROM STDIN (FORMAT binary)";
const COPY_PASSWORDS: &str =
    "COPY passwords (citizen_id, phc, failures_in_a_row, changed_at) FROM STDIN (FORMAT binary)";
const COPY_LIKENESSES: &str = "COPY likenesses (likeness, citizen_id, key_version) FROM STDIN (FORMAT binary)";

impl Citizens<'_, Transaction> {
    /// Enters all of a batch that can be, with whom they look like, and says which cannot. Of two in a batch with one name, at
    /// most one is entered.
    pub async fn enter(&mut self, batch: &[SealedCitizen]) -> Result<Vec<Rejected>, Error> {
        if let Backend::Postgres(db) = self.0.backend() {
            return copy(db, batch).await;
        }
        let rejected = self.insert_sealed(batch).await?;
        let likenesses: Vec<_> = accepted(batch, &rejected)
            .flat_map(|new| new.likenesses.iter().map(|likeness| (new.id, *likeness)))
            .collect();
        Likenesses(&mut *self.0).enter_rows(&likenesses).await?;
        Ok(rejected)
    }
}

async fn copy(db: &mut PgConnection, batch: &[SealedCitizen]) -> Result<Vec<Rejected>, Error> {
    // The table is dropped with the transaction, so a statement that was prepared for it is of no use in the next.
    for statement in [STAGE, CLEAR_STAGE] {
        sqlx::query(statement).persistent(false).execute(&mut *db).await?;
    }
    let mut names = Rows::new();
    for entry in batch.iter().flat_map(|new| &new.names) {
        names.row(4);
        names.bytes(&entry.mac);
        names.bytes(entry.kind.as_str().as_bytes());
        names.bytes(&entry.key_version.to_be_bytes());
        names.bytes(entry.citizen.uuid().as_bytes());
    }
    names.send(db, COPY_NAMES).await?;
    let taken: Vec<(Uuid, String)> = sqlx::query_as(ENTER_NAMES).persistent(false).fetch_all(&mut *db).await?;
    let mut rejected = Vec::new();
    if !taken.is_empty() {
        let known = |(id, kind): (Uuid, String)| {
            let kind = NameKind::parse(&kind).ok_or(Error::Corrupt("a kind of name"))?;
            Ok((CitizenId::from_uuid(id), kind))
        };
        let taken: HashSet<_> = taken.into_iter().map(known).collect::<Result<_, Error>>()?;
        let of = |(position, new): (usize, &SealedCitizen)| {
            Some(Rejected { position, conflict: Conflict::Name(new.first_taken(&taken)?) })
        };
        rejected = batch.iter().enumerate().filter_map(of).collect();
        let ids: Vec<Uuid> = rejected.iter().filter_map(|one| Some(batch.get(one.position)?.id.uuid())).collect();
        sqlx::query(REMOVE_NAMES).bind(ids).execute(&mut *db).await?;
    }
    let (mut citizens, mut passwords, mut likenesses) = (Rows::new(), Rows::new(), Rows::new());
    for new in accepted(batch, &rejected) {
        citizens.row(10);
        citizens.bytes(new.id.uuid().as_bytes());
        citizens.bytes(new.status.as_str().as_bytes());
        citizens.bytes(&i16::from(new.account_level).to_be_bytes());
        citizens.bytes(&new.person.data_key);
        citizens.bytes(&new.master_version.to_be_bytes());
        citizens.bytes(&new.person.national_id);
        citizens.bytes(&new.person.profile);
        for at in [new.sessions_valid_from, new.created_at, new.updated_at] {
            citizens.bytes(&at.micros().to_be_bytes());
        }
        if let Some(phc) = &new.password {
            passwords.row(4);
            passwords.bytes(new.id.uuid().as_bytes());
            passwords.bytes(phc.expose().as_bytes());
            passwords.bytes(&0_i32.to_be_bytes());
            passwords.bytes(&new.created_at.micros().to_be_bytes());
        }
        for likeness in &new.likenesses {
            likenesses.row(3);
            likenesses.bytes(&likeness.mac);
            likenesses.bytes(new.id.uuid().as_bytes());
            likenesses.bytes(&i32::from(likeness.key_version).to_be_bytes());
        }
    }
    citizens.send(db, COPY_CITIZENS).await?;
    passwords.send(db, COPY_PASSWORDS).await?;
    likenesses.send(db, COPY_LIKENESSES).await?;
    Ok(rejected)
}

fn accepted<'b>(
    batch: &'b [SealedCitizen],
    rejected: &[Rejected],
) -> impl Iterator<Item = &'b SealedCitizen> + use<'b> {
    let refused: HashSet<usize> = rejected.iter().map(|one| one.position).collect();
    batch.iter().enumerate().filter(move |(at, _)| !refused.contains(at)).map(|(_, new)| new)
}

/// Rows in the binary format of COPY: a count of columns, and each column's length before it.
struct Rows {
    bytes: Vec<u8>,
    any: bool,
}

impl Rows {
    /// A signature, no flags, no extension.
    const HEADER: &'static [u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

    fn new() -> Self {
        Self { bytes: Self::HEADER.to_vec(), any: false }
    }

    fn row(&mut self, columns: i16) {
        self.bytes.extend_from_slice(&columns.to_be_bytes());
        self.any = true;
    }

    fn bytes(&mut self, value: &[u8]) {
        // No value of ours comes near the 2 GiB that would not fit; one that did would be refused by Postgres.
        self.bytes.extend_from_slice(&i32::try_from(value.len()).unwrap_or(i32::MAX).to_be_bytes());
        self.bytes.extend_from_slice(value);
    }

    async fn send(mut self, db: &mut PgConnection, statement: &str) -> Result<(), Error> {
        if !self.any {
            return Ok(());
        }
        self.bytes.extend_from_slice(&(-1_i16).to_be_bytes());
        let mut copy = db.copy_in_raw(statement).await?;
        copy.send(self.bytes).await?;
        copy.finish().await?;
        Ok(())
    }
}
