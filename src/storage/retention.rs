//! What has been kept for as long as it may be, removed: a statement for each kind of row that no flow removes by itself.

use sqlx::types::Uuid;

use super::connection::{Transaction, on_backend};
use super::error::Error;
use crate::domain::time::Timestamp;

/// A kind of row that is kept for a time after it has done its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    SettledRecoveries,
    SupersededVerifications,
    SettledCorrections,
    Disclosures,
    UnusedDevices,
    ExpiredConsents,
    EndedMandates,
    SettledOrganisationRequests,
    SettledInvitations,
}

impl Kept {
    pub const ALL: [Self; 9] = [
        Self::SettledRecoveries,
        Self::SupersededVerifications,
        Self::SettledCorrections,
        Self::Disclosures,
        Self::UnusedDevices,
        Self::ExpiredConsents,
        Self::EndedMandates,
        Self::SettledOrganisationRequests,
        Self::SettledInvitations,
    ];

    /// Removes the oldest first, from an index that says how old they are.
    const fn statement(self) -> &'static str {
        match self {
            Self::SettledRecoveries => {
                "DELETE FROM recoveries WHERE (citizen_id, id) IN
                (SELECT citizen_id, id FROM recoveries WHERE settled_at < $1 ORDER BY settled_at LIMIT $2)"
            }
            Self::SupersededVerifications => {
                "DELETE FROM verifications WHERE (citizen_id, id) IN
                (SELECT citizen_id, id FROM verifications WHERE superseded_at < $1 ORDER BY superseded_at LIMIT $2)"
            }
            Self::SettledCorrections => {
                "DELETE FROM corrections WHERE (citizen_id, id) IN
                (SELECT citizen_id, id FROM corrections WHERE settled_at < $1 ORDER BY settled_at LIMIT $2)"
            }
            // Ids begin with the time (UUIDv7): the primary key is that index. Never one that the citizen was not told of.
            Self::Disclosures => {
                "DELETE FROM disclosures WHERE (citizen_id, id) IN
                (SELECT citizen_id, id FROM disclosures WHERE id < $1 AND (given_at IS NULL OR told_at IS NOT NULL)
                 ORDER BY id LIMIT $2)"
            }
            Self::UnusedDevices => {
                "DELETE FROM known_devices WHERE (citizen_id, id) IN
                (SELECT citizen_id, id FROM known_devices WHERE last_used_at < $1 ORDER BY last_used_at LIMIT $2)"
            }
            Self::ExpiredConsents => {
                "DELETE FROM consents WHERE (citizen_id, client_id) IN
                (SELECT citizen_id, client_id FROM consents WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)"
            }
            Self::EndedMandates => {
                "DELETE FROM mandates WHERE (citizen_id, id) IN
                (SELECT citizen_id, id FROM mandates WHERE ended_at < $1 ORDER BY ended_at, id LIMIT $2)"
            }
            Self::SettledOrganisationRequests => {
                "DELETE FROM organisation_requests WHERE (citizen_id, id) IN
                (SELECT citizen_id, id FROM organisation_requests WHERE settled_at < $1 ORDER BY settled_at LIMIT $2)"
            }
            Self::SettledInvitations => {
                "DELETE FROM mandate_invitations WHERE (organisation_id, id) IN
                (SELECT organisation_id, id FROM mandate_invitations WHERE settled_at < $1 ORDER BY settled_at LIMIT $2)"
            }
        }
    }

    const fn is_found_by_id(self) -> bool {
        matches!(self, Self::Disclosures)
    }
}

/// Rows by their age, seen from one connection.
pub struct Retention<'c, C>(pub(super) &'c mut C);

impl Retention<'_, Transaction> {
    /// Removes up to `limit` of what was over before `before`, and tells how many that were.
    pub async fn forget(&mut self, kept: Kept, before: Timestamp, limit: u32) -> Result<u64, Error> {
        let limit = i64::from(limit);
        if kept == Kept::EndedMandates {
            // What finds them goes with them.
            on_backend!(self.0, |db| {
                let found = "DELETE FROM mandate_directory WHERE mandate_id IN
                    (SELECT id FROM mandates WHERE ended_at < $1 ORDER BY ended_at, id LIMIT $2)";
                sqlx::query(found).bind(before.micros()).bind(limit).execute(db).await.map(drop)
            })?;
        }
        let statement = kept.statement();
        Ok(on_backend!(self.0, |db| {
            let forget = match kept.is_found_by_id() {
                true => sqlx::query(statement).bind(first_id_at(before)),
                false => sqlx::query(statement).bind(before.micros()),
            };
            forget.bind(limit).execute(db).await.map(|done| done.rows_affected())
        })?)
    }
}

/// Ids of before it sort before every id of that moment.
pub(super) fn first_id_at(at: Timestamp) -> Uuid {
    let millis = u64::try_from(at.micros().div_euclid(1000)).unwrap_or(0);
    Uuid::from_u128(u128::from(millis) << 80)
}
