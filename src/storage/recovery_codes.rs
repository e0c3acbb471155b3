//! Citizens' lists of codes that are good once each, by their hashes. The list itself is a credential: removed, its codes go with it.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::credentials::{Advance, StoredCredential};
use super::error::Error;
use crate::domain::ids::{CitizenId, CredentialId};
use crate::domain::secret::SecretHash;
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO recovery_codes (citizen_id, credential_id, code_hash) VALUES ($1, $2, $3)";
const SPEND: &str = "UPDATE recovery_codes SET used_at = $4
    WHERE citizen_id = $1 AND credential_id = $2 AND code_hash = $3 AND used_at IS NULL";
const LEFT: &str =
    "SELECT count(*) FROM recovery_codes WHERE citizen_id = $1 AND credential_id = $2 AND used_at IS NULL";
const LIST_OF: &str = "SELECT credential_id FROM recovery_codes
    WHERE citizen_id = $1 AND code_hash = $2 AND used_at IS NULL";

/// The codes, seen from one connection.
pub struct RecoveryCodes<'c, C>(pub(super) &'c mut C);

impl<C: Read> RecoveryCodes<'_, C> {
    /// How many codes of the list are still good.
    pub async fn left(&mut self, citizen: CitizenId, list: CredentialId) -> Result<u32, Error> {
        let left: i64 = on_backend!(self.0, |db| {
            sqlx::query_scalar(LEFT).bind(citizen.uuid()).bind(list.uuid()).fetch_one(db).await
        })?;
        Ok(u32::try_from(left).unwrap_or(0))
    }

    /// The citizen's list on which the code of this hash stands and is still good. One look-up, whoever has a list or none.
    pub async fn list_of(&mut self, citizen: CitizenId, code: SecretHash) -> Result<Option<CredentialId>, Error> {
        let list: Option<Uuid> = on_backend!(self.0, |db| {
            let found = sqlx::query_scalar(LIST_OF).bind(citizen.uuid()).bind(code.as_bytes().as_slice());
            found.fetch_optional(db).await
        })?;
        Ok(list.map(CredentialId::from_uuid))
    }
}

impl<C: Write> RecoveryCodes<'_, C> {
    /// Uses the code of this hash up; `NotForward` where it was used before or is none. Of many at once one succeeds.
    pub async fn spend(
        &mut self,
        citizen: CitizenId,
        list: CredentialId,
        code: SecretHash,
        now: Timestamp,
    ) -> Result<Advance, Error> {
        let spent = on_backend!(self.0, |db| {
            sqlx::query(SPEND)
                .bind(citizen.uuid())
                .bind(list.uuid())
                .bind(code.as_bytes().as_slice())
                .bind(now.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(if spent == 0 { Advance::NotForward } else { Advance::Forward })
    }
}

impl RecoveryCodes<'_, Transaction> {
    /// Writes the codes of a list that was just enrolled.
    pub async fn fill(&mut self, list: &StoredCredential, codes: &[SecretHash]) -> Result<(), Error> {
        for code in codes {
            on_backend!(self.0, |db| {
                sqlx::query(INSERT)
                    .bind(list.citizen.uuid())
                    .bind(list.credential.id.uuid())
                    .bind(code.as_bytes().as_slice())
                    .execute(db)
                    .await
                    .map(drop)
            })?;
        }
        Ok(())
    }
}
