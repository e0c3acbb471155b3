//! What citizens prove themselves with beside a password, one row each, and the directory that finds whose one is.
//!
//! What a credential is called and what it is checked against are sealed with its citizen's data key.

use sqlx::types::Uuid;
use zeroize::Zeroizing;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::vault::Vault;
use crate::domain::assurance::AuthenticationLevel;
use crate::domain::credential::{Credential, CredentialKind, CredentialName, CredentialTraits};
use crate::domain::ids::{CitizenId, CredentialId};
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "k.citizen_id, c.data_key, k.id, k.kind, k.label, k.material, k.binding, k.counter, k.created_at, k.last_used_at"
    };
}

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM credentials k JOIN citizens c ON c.id = k.citizen_id WHERE k.citizen_id = $1 ORDER BY k.id"
);
const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM credentials k JOIN citizens c ON c.id = k.citizen_id WHERE k.citizen_id = $1 AND k.id = $2"
);
const FIND_PRESENTED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM credential_directory d JOIN credentials k ON k.citizen_id = d.citizen_id AND k.id = d.credential_id
    JOIN citizens c ON c.id = k.citizen_id WHERE d.kind = $1 AND d.lookup = $2"
);
const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";
const COUNT: &str = "SELECT count(*) FROM credentials WHERE citizen_id = $1";
const INSERT: &str = "INSERT INTO credentials (citizen_id, id, kind, label, material, binding, counter, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const ENTER: &str = "INSERT INTO credential_directory (kind, lookup, citizen_id, credential_id) VALUES ($1, $2, $3, $4)
    ON CONFLICT (kind, lookup) DO NOTHING";
const ADVANCE: &str = "UPDATE credentials SET counter = $3, last_used_at = $4, failures_in_a_row = 0
    WHERE citizen_id = $1 AND id = $2 AND counter < $3";
const FAILURES: &str = "SELECT failures_in_a_row FROM credentials WHERE citizen_id = $1 AND id = $2";
const FAILED: &str =
    "UPDATE credentials SET failures_in_a_row = failures_in_a_row + 1 WHERE citizen_id = $1 AND id = $2";
const USED: &str = "UPDATE credentials SET counter = CASE WHEN counter < $3 THEN $3 ELSE counter END, last_used_at = $4
    WHERE citizen_id = $1 AND id = $2";
const REPLACE: &str =
    "UPDATE credentials SET label = $3, material = $4, binding = $5 WHERE citizen_id = $1 AND id = $2";
const REMOVE: &str = "DELETE FROM credentials WHERE citizen_id = $1 AND id = $2";
// A certificate would be bound again by whoever shows it: what its owner removed stays where it is looked for.
const LEAVE: &str =
    "DELETE FROM credential_directory WHERE citizen_id = $1 AND credential_id = $2 AND kind <> 'certificate'";
const FORGET_REMOVED: &str = "DELETE FROM credential_directory WHERE kind = $1 AND lookup = $2 AND citizen_id = $3
    AND NOT EXISTS (SELECT 1 FROM credentials k
        WHERE k.citizen_id = $3 AND k.id = credential_directory.credential_id)";
const FIND_OWNER: &str = "SELECT citizen_id FROM credential_directory WHERE kind = $1 AND lookup = $2";

/// Of every kind together; what is beyond it is refused when it is enrolled.
pub const MOST_OF_A_CITIZEN: u32 = 50;

/// Credentials, seen from one connection.
pub struct Credentials<'c, C>(pub(super) &'c mut C);

/// A credential, whose it is, and what it is checked against: of every kind its own, in whatever form that kind writes.
#[derive(Clone, Debug)]
pub struct StoredCredential {
    pub citizen: CitizenId,
    pub credential: Credential,
    pub material: Material,
    pub counter: i64,
}

/// What a credential is checked against. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Material(Zeroizing<Vec<u8>>);

impl Material {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Material {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

/// What became of an enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Enrolled {
    New,
    /// It is enrolled already, by this citizen or another.
    Taken,
    /// The citizen has [`MOST_OF_A_CITIZEN`].
    TooMany,
}

/// Whether a counter went forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Advance {
    Forward,
    /// It is there already, or beyond: this was used before. Or the credential is gone.
    NotForward,
}

impl<C: Read> Credentials<'_, C> {
    /// Everything that a citizen holds, the oldest first.
    pub async fn list(&mut self, citizen: CitizenId) -> Result<Vec<StoredCredential>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| sqlx::query_as::<_, Row>(LIST).bind(citizen.uuid()).fetch_all(db).await)?
            .into_iter()
            .map(|row| row.open(&vault))
            .collect()
    }

    pub async fn find(&mut self, citizen: CitizenId, id: CredentialId) -> Result<Option<StoredCredential>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, Row>(FIND).bind(citizen.uuid()).bind(id.uuid()).fetch_optional(db).await
        })?
        .map(|row| row.open(&vault))
        .transpose()
    }

    /// How many wrong codes have been tried for it since the last right one.
    pub async fn failures_in_a_row(&mut self, citizen: CitizenId, id: CredentialId) -> Result<u32, Error> {
        let failures: Option<i32> = on_backend!(self.0, |db| {
            sqlx::query_scalar(FAILURES).bind(citizen.uuid()).bind(id.uuid()).fetch_optional(db).await
        })?;
        Ok(failures.and_then(|failures| failures.try_into().ok()).unwrap_or(0))
    }

    /// The credential that presents what has this hash.
    pub async fn find_presented(
        &mut self,
        kind: CredentialKind,
        lookup: SecretHash,
    ) -> Result<Option<StoredCredential>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, Row>(FIND_PRESENTED)
                .bind(kind.as_str())
                .bind(lookup.as_bytes().as_slice())
                .fetch_optional(db)
                .await
        })?
        .map(|row| row.open(&vault))
        .transpose()
    }

    /// Whose it is that presents what has this hash, or whose it was before they removed it.
    pub async fn owner_of(&mut self, kind: CredentialKind, lookup: SecretHash) -> Result<Option<CitizenId>, Error> {
        let found: Option<Uuid> = on_backend!(self.0, |db| {
            sqlx::query_scalar(FIND_OWNER)
                .bind(kind.as_str())
                .bind(lookup.as_bytes().as_slice())
                .fetch_optional(db)
                .await
        })?;
        Ok(found.map(CitizenId::from_uuid))
    }
}

impl<C: Write> Credentials<'_, C> {
    /// Moves the counter forward to `counter`, and no other way: of two uses of the same step one is the first.
    pub async fn advance(
        &mut self,
        citizen: CitizenId,
        id: CredentialId,
        counter: i64,
        now: Timestamp,
    ) -> Result<Advance, Error> {
        let moved = self.touch(ADVANCE, citizen, id, counter, now).await?;
        Ok(if moved == 0 { Advance::NotForward } else { Advance::Forward })
    }

    /// Counts one more wrong code for it.
    pub async fn record_failure(&mut self, citizen: CitizenId, id: CredentialId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(FAILED).bind(citizen.uuid()).bind(id.uuid()).execute(db).await.map(drop)
        })?)
    }

    /// Notes that it was used, and that its counter has come to `counter` or is beyond it.
    pub async fn used(
        &mut self,
        citizen: CitizenId,
        id: CredentialId,
        counter: i64,
        now: Timestamp,
    ) -> Result<(), Error> {
        self.touch(USED, citizen, id, counter, now).await.map(drop)
    }

    async fn touch(
        &mut self,
        statement: &'static str,
        citizen: CitizenId,
        id: CredentialId,
        counter: i64,
        now: Timestamp,
    ) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(statement)
                .bind(citizen.uuid())
                .bind(id.uuid())
                .bind(counter)
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}

impl Credentials<'_, Transaction> {
    /// Enrols a credential that presents what has the hash `lookup`; none where it presents nothing.
    ///
    /// # Errors
    /// `Corrupt` if there is no such citizen.
    pub async fn enrol(&mut self, new: &StoredCredential, lookup: Option<SecretHash>) -> Result<Enrolled, Error> {
        let (citizen, id, kind) = (new.citizen, new.credential.id, new.credential.kind);
        let held: i64 = on_backend!(self.0, |db| sqlx::query_scalar(COUNT).bind(citizen.uuid()).fetch_one(db).await)?;
        if held >= i64::from(MOST_OF_A_CITIZEN) {
            return Ok(Enrolled::TooMany);
        }
        if let Some(lookup) = lookup {
            let entered = on_backend!(self.0, |db| {
                sqlx::query(ENTER)
                    .bind(kind.as_str())
                    .bind(lookup.as_bytes().as_slice())
                    .bind(citizen.uuid())
                    .bind(id.uuid())
                    .execute(db)
                    .await
                    .map(|done| done.rows_affected())
            })?;
            if entered == 0 {
                return Ok(Enrolled::Taken);
            }
        }
        let sealed = self.seal(new).await?;
        on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(citizen.uuid())
                .bind(id.uuid())
                .bind(kind.as_str())
                .bind(sealed.label)
                .bind(sealed.material)
                .bind(i16::from(new.credential.binding))
                .bind(new.counter)
                .bind(new.credential.created_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(Enrolled::New)
    }

    /// As [`enrol`](Self::enrol), also where this citizen had removed it.
    ///
    /// # Errors
    /// As [`enrol`](Self::enrol).
    pub async fn enrol_again(&mut self, new: &StoredCredential, lookup: SecretHash) -> Result<Enrolled, Error> {
        on_backend!(self.0, |db| {
            sqlx::query(FORGET_REMOVED)
                .bind(new.credential.kind.as_str())
                .bind(lookup.as_bytes().as_slice())
                .bind(new.citizen.uuid())
                .execute(db)
                .await
                .map(drop)
        })?;
        self.enrol(new, Some(lookup)).await
    }

    /// Writes the name, the traits, the binding and what it is checked against anew.
    ///
    /// # Errors
    /// As [`enrol`](Self::enrol).
    pub async fn replace(&mut self, changed: &StoredCredential) -> Result<(), Error> {
        let sealed = self.seal(changed).await?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REPLACE)
                .bind(changed.citizen.uuid())
                .bind(changed.credential.id.uuid())
                .bind(sealed.label)
                .bind(sealed.material)
                .bind(i16::from(changed.credential.binding))
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Removes it; `false` where it was gone. A certificate is not enrolled again by [`enrol`](Self::enrol).
    pub async fn remove(&mut self, citizen: CitizenId, id: CredentialId) -> Result<bool, Error> {
        on_backend!(self.0, |db| sqlx::query(LEAVE).bind(citizen.uuid()).bind(id.uuid()).execute(db).await.map(drop))?;
        let gone = on_backend!(self.0, |db| {
            sqlx::query(REMOVE).bind(citizen.uuid()).bind(id.uuid()).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(gone > 0)
    }

    async fn seal(&mut self, credential: &StoredCredential) -> Result<SealedCredential, Error> {
        let vault = self.0.vault()?;
        let citizen = credential.citizen;
        let key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(citizen.uuid()).fetch_optional(db).await)?;
        let key = key.ok_or(Error::Corrupt("no citizen of this id"))?;
        let label = Label { name: credential.credential.name.clone(), traits: credential.credential.traits };
        let label = Zeroizing::new(serde_json::to_vec(&label).map_err(|error| Error::Other(Box::new(error)))?);
        let id = credential.credential.id;
        Ok(vault.seal_credential(citizen, &key, id, &label, credential.material.expose())?)
    }
}

/// The two sealed columns.
pub(super) struct SealedCredential {
    pub label: Vec<u8>,
    pub material: Vec<u8>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Label {
    name: CredentialName,
    #[serde(flatten)]
    traits: CredentialTraits,
}

#[derive(sqlx::FromRow)]
struct Row {
    citizen_id: Uuid,
    data_key: Vec<u8>,
    id: Uuid,
    kind: String,
    label: Vec<u8>,
    material: Vec<u8>,
    binding: i16,
    counter: i64,
    created_at: i64,
    last_used_at: Option<i64>,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<StoredCredential, Error> {
        let (citizen, id) = (CitizenId::from_uuid(self.citizen_id), CredentialId::from_uuid(self.id));
        let sealed = SealedCredential { label: self.label, material: self.material };
        let (label, material) = vault.open_credential(citizen, &self.data_key, id, &sealed)?;
        let label: Label = serde_json::from_slice(&label).map_err(|_| Error::Corrupt("a credential's label"))?;
        Ok(StoredCredential {
            citizen,
            credential: Credential {
                id,
                kind: self.kind.parse().map_err(|_| Error::Corrupt("a kind of credential"))?,
                name: label.name,
                binding: AuthenticationLevel::try_from(self.binding)
                    .map_err(|_| Error::Corrupt("a credential's binding"))?,
                traits: label.traits,
                created_at: Timestamp::from_micros(self.created_at),
                last_used_at: self.last_used_at.map(Timestamp::from_micros),
            },
            material: Material(material),
            counter: self.counter,
        })
    }
}
