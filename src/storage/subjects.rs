//! Whom a portal knows by which subject identifier: found by it, because no subject can be turned back into a citizen.

use sqlx::types::Uuid;

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use crate::domain::ids::CitizenId;

const FIND: &str = "SELECT citizen_id FROM subjects WHERE subject = $1";
const REMEMBER: &str = "INSERT INTO subjects (subject, citizen_id) VALUES ($1, $2) ON CONFLICT (subject) DO NOTHING";

/// Subjects, seen from one connection.
pub struct Subjects<'c, C>(pub(super) &'c mut C);

impl<C: Read> Subjects<'_, C> {
    /// Whom some portal knows as `subject`. That it is the portal at hand follows from how the subject was come by.
    pub async fn find(&mut self, subject: &str) -> Result<Option<CitizenId>, Error> {
        let found: Option<Uuid> =
            on_backend!(self.0, |db| sqlx::query_scalar(FIND).bind(subject).fetch_optional(db).await)?;
        Ok(found.map(CitizenId::from_uuid))
    }
}

impl<C: Write> Subjects<'_, C> {
    /// Notes that a portal knows `citizen` as `subject`. Nobody else ever is: it is derived from them.
    pub async fn remember(&mut self, subject: &str, citizen: CitizenId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REMEMBER).bind(subject).bind(citizen.uuid()).execute(db).await.map(drop)
        })?)
    }
}
