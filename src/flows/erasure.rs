//! Erases citizens whose accounts ended so long ago that nothing of them is to be kept (`retention.closed_accounts`).

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::signals::{Happening, Initiator};

use super::audit::EventBuilder;
use super::notices::Post;
use super::{App, FlowError, signals};

/// Looked for at once; each is erased in a transaction of their own.
const AT_ONCE: u32 = 100;

/// Erases everybody who is due, and tells how many that were.
pub async fn erase_due(app: &App) -> Result<u64, FlowError> {
    let now = app.clock.now();
    let before = now - app.settings.retention.closed_accounts;
    let mut erased = 0;
    loop {
        let due = app.store.read().await?.citizens().ended_before(before, AT_ONCE).await?;
        if due.is_empty() {
            return Ok(erased);
        }
        for citizen in due {
            let mut tx = app.store.begin().await?;
            // Their consents go with them, so who knew them is asked before.
            let audience = signals::audience(&mut tx, citizen).await?;
            // Another server may have been first.
            if tx.citizens().erase(citizen, now).await? {
                let event = EventBuilder::new(now, &*app.random, EventKind::CitizenErased, Outcome::Success);
                tx.audit().record(&event.by(Actor::System).about(citizen).build()).await?;
                let post = Post::of(app);
                signals::tell_them(&post, &mut tx, &audience, citizen, Happening::Purged, Initiator::System).await?;
                erased += 1;
            }
            tx.commit().await?;
        }
    }
}
