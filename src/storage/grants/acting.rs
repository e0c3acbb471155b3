//! For whom a citizen acts with a grant, where it is not themselves.

use sqlx::types::Uuid;

use super::super::connection::{Write, on_backend};
use super::super::error::Error;
use super::{Grants, RevocationReason};
use crate::domain::ids::{CitizenId, MandateId, OrganisationId};
use crate::domain::mandate::Acting;
use crate::domain::time::Timestamp;

const REVOKE_OF_MANDATE: &str = "UPDATE grants SET revoked_at = $3, revoked_reason = $4
    WHERE citizen_id = $1 AND mandate_id = $2 AND revoked_at IS NULL";

impl<C: Write> Grants<'_, C> {
    /// Ends all that a citizen granted by a mandate of theirs, and tells how many that were.
    pub async fn revoke_of_mandate(
        &mut self,
        citizen: CitizenId,
        mandate: MandateId,
        now: Timestamp,
    ) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REVOKE_OF_MANDATE)
                .bind(citizen.uuid())
                .bind(mandate.uuid())
                .bind(now.micros())
                .bind(RevocationReason::MandateEnded.as_str())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}

/// Of the two columns that say it.
pub(in crate::storage) fn open(organisation: Option<Uuid>, mandate: Option<Uuid>) -> Result<Option<Acting>, Error> {
    match (organisation, mandate) {
        (None, None) => Ok(None),
        (Some(organisation), Some(mandate)) => Ok(Some(Acting {
            organisation: OrganisationId::from_uuid(organisation),
            mandate: MandateId::from_uuid(mandate),
        })),
        _ => Err(Error::Corrupt("for whom somebody acts")),
    }
}
