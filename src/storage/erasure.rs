//! Erasing a citizen: the data key goes, and with it whatever was ever sealed for them, in backups too once those have no key
//! either; and so does everything that they were found by or proved themselves with.
//!
//! The row of the citizen stays, empty: what others may look back at (the audit log, what was released, who acted for whom)
//! refers to it, and says nothing of the person any more.

use sqlx::types::Uuid;

use super::citizens::Citizens;
use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use crate::domain::ids::CitizenId;
use crate::domain::time::Timestamp;

const ENDED: &str = "SELECT id FROM citizens
    WHERE status IN ('closed', 'deceased') AND erased_at IS NULL AND COALESCE(status_since, 0) < $1
    ORDER BY COALESCE(status_since, 0) LIMIT $2";
// Whoever was brought back meanwhile keeps everything.
const ERASE: &str = "UPDATE citizens SET data_key = $3, national_id = $3, profile = $3, erased_at = $2
    WHERE id = $1 AND status IN ('closed', 'deceased') AND erased_at IS NULL";

/// Everything of a citizen but what stays, each before what it refers to. A test holds the schema against this.
const REMOVE: [&str; 31] = [
    "DELETE FROM sign_in_names WHERE citizen_id = $1",
    "DELETE FROM alias_names WHERE citizen_id = $1",
    "DELETE FROM identifier_aliases WHERE citizen_id = $1",
    "DELETE FROM likenesses WHERE citizen_id = $1",
    "DELETE FROM guardianships WHERE minor_id = $1",
    "DELETE FROM corrections WHERE citizen_id = $1",
    "DELETE FROM proposals WHERE citizen_id = $1",
    "DELETE FROM passwords WHERE citizen_id = $1",
    "DELETE FROM recovery_codes WHERE citizen_id = $1",
    "DELETE FROM credential_directory WHERE citizen_id = $1",
    "DELETE FROM credentials WHERE citizen_id = $1",
    "DELETE FROM sent_codes WHERE citizen_id = $1",
    "DELETE FROM issued_codes WHERE citizen_id = $1",
    "DELETE FROM recovery_stops WHERE citizen_id = $1",
    "DELETE FROM recoveries WHERE citizen_id = $1",
    "DELETE FROM registry_checks WHERE citizen_id = $1",
    "DELETE FROM verifications WHERE citizen_id = $1",
    "DELETE FROM messages WHERE citizen_id = $1",
    "DELETE FROM remembered_people WHERE citizen_id = $1",
    "DELETE FROM known_devices WHERE citizen_id = $1",
    "DELETE FROM consents WHERE citizen_id = $1",
    "DELETE FROM grant_directory WHERE grant_id IN (SELECT id FROM grants WHERE citizen_id = $1)",
    "DELETE FROM grants WHERE citizen_id = $1",
    "DELETE FROM session_clients WHERE citizen_id = $1",
    "DELETE FROM subjects WHERE citizen_id = $1",
    "DELETE FROM organisation_requests WHERE citizen_id = $1",
    "DELETE FROM linked_account_directory WHERE citizen_id = $1",
    "DELETE FROM security_events WHERE citizen_id = $1",
    "DELETE FROM linked_accounts WHERE citizen_id = $1",
    "DELETE FROM client_owners WHERE citizen_id = $1",
    "UPDATE break_glass_envelopes SET opened_by = NULL, opener_id = NULL, opened_at = NULL WHERE half > 0 AND opener_id = $1",
];

impl<C: Read> Citizens<'_, C> {
    /// Up to `limit` citizens whose account ended before `before` and who have not been erased, the longest ago first.
    pub async fn ended_before(&mut self, before: Timestamp, limit: u32) -> Result<Vec<CitizenId>, Error> {
        let ids: Vec<Uuid> = on_backend!(self.0, |db| {
            sqlx::query_scalar(ENDED).bind(before.micros()).bind(i64::from(limit)).fetch_all(db).await
        })?;
        Ok(ids.into_iter().map(CitizenId::from_uuid).collect())
    }
}

impl Citizens<'_, Transaction> {
    /// Erases a citizen whose account has ended; `false` where it has not, or they are erased already.
    pub async fn erase(&mut self, id: CitizenId, now: Timestamp) -> Result<bool, Error> {
        let nothing: &[u8] = &[];
        let erased = on_backend!(self.0, |db| {
            let erase = sqlx::query(ERASE).bind(id.uuid()).bind(now.micros()).bind(nothing);
            erase.execute(db).await.map(|done| done.rows_affected())
        })?;
        if erased == 0 {
            return Ok(false);
        }
        for statement in REMOVE {
            on_backend!(self.0, |db| sqlx::query(statement).bind(id.uuid()).execute(db).await.map(drop))?;
        }
        Ok(true)
    }
}
