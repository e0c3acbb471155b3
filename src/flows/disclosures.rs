//! Citizens are told of what was disclosed about them: at once, or when the secrecy that a law lays on it is over.

use crate::domain::audit::{Actor, EventKind, Outcome};

use super::audit::EventBuilder;
use super::{App, FlowError};

/// Few at a time, so that no transaction is long.
const AT_ONCE: u32 = 100;

/// Puts what may be known by now into the activity of whom it is about.
pub async fn tell_due(app: &App) -> Result<(), FlowError> {
    loop {
        let now = app.clock.now();
        let due = app.store.read().await?.disclosures().untold(now, AT_ONCE).await?;
        for (citizen, id) in &due {
            let event = EventBuilder::new(now, &*app.random, EventKind::DisclosureTold, Outcome::Success)
                .by(Actor::System)
                .about(*citizen)
                .with("disclosure", id);
            let mut tx = app.store.begin().await?;
            // Another server may have been there first.
            if tx.disclosures().tell(*citizen, *id, now).await? {
                tx.audit().record(&event.build()).await?;
                tx.commit().await?;
            }
        }
        if due.len() < AT_ONCE as usize {
            return Ok(());
        }
    }
}
