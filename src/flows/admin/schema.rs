//! The identity store's schema: looked at, and brought up to this program's.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::random::Random;
use crate::domain::time::Clock;
use crate::storage::{SchemaState, Store};

use super::super::audit::EventBuilder;
use super::AdminError;

/// An identity store that may not have a schema yet.
#[derive(Clone, Debug)]
pub struct Schema(Store);

/// What was there, and so what there was to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Current,
    /// This many migrations were missing.
    Behind(usize),
}

impl Schema {
    pub fn of(store: Store) -> Self {
        Self(store)
    }

    pub(super) fn store(&self) -> &Store {
        &self.0
    }

    /// # Errors
    /// `Conflict` where it is of a version that this program does not know.
    pub async fn look(&self) -> Result<Found, AdminError> {
        match self.0.schema_state().await? {
            SchemaState::Current => Ok(Found::Current),
            SchemaState::Behind(missing) => Ok(Found::Behind(missing)),
            SchemaState::Unknown => Err(AdminError::Conflict(
                "the database's schema is not one that this version of SenID knows; run the version that made it, or a \
                 newer one"
                    .to_owned(),
            )),
        }
    }

    /// Applies what is missing. Safe while servers run, and while somebody else does the same.
    ///
    /// # Errors
    /// As [`look`](Self::look).
    pub async fn migrate(&self, actor: Actor, clock: &dyn Clock, random: &dyn Random) -> Result<Found, AdminError> {
        let found = self.look().await?;
        if let Found::Behind(missing) = found {
            self.0.migrate().await?;
            // Not in the transaction of the change: before the first migration there is no log to write to.
            let event = EventBuilder::new(clock.now(), random, EventKind::SchemaMigrated, Outcome::Success);
            let event = event.by(actor).with("migrations", missing).build();
            self.0.write().await?.audit().record(&event).await?;
        }
        Ok(found)
    }
}
