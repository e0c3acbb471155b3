//! Mandates whose time is over: from that moment they are honoured no more; here they are ended, and portals are told.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::domain::mandate::EndReason;

use super::super::audit::EventBuilder;
use super::super::notices::Post;
use super::super::{App, FlowError};
use super::ending::{self, Closing};

/// Few at a time: each is a transaction of its own.
const AT_ONCE: u32 = 100;

/// Ends every mandate that is over by now; tells how many those were.
pub async fn end_due(app: &App) -> Result<usize, FlowError> {
    let mut ended = 0;
    loop {
        let due = app.store.read().await?.mandates().due(app.clock.now(), AT_ONCE).await?;
        let all = due.len() < AT_ONCE as usize;
        for (citizen, acting) in due {
            let event = |kind: EventKind| {
                EventBuilder::new(app.clock.now(), &*app.random, kind, Outcome::Success).by(Actor::System)
            };
            let closing = Closing { post: Post::of(app), event: &event };
            let mut tx = app.store.begin().await?;
            let Some(organisation) = tx.organisations().hold(acting.organisation).await? else { continue };
            let mandate = (citizen, acting.mandate);
            ended += ending::end(&closing, &mut tx, &organisation, mandate, EndReason::Expired).await?.mandates;
            tx.commit().await?;
        }
        app.deliveries.wake();
        app.post.wake();
        if all {
            return Ok(ended);
        }
    }
}
