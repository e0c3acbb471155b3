//! What registered itself and nobody took up is removed: anybody may have sent it, and nobody knows it.

use crate::domain::audit::{Actor, EventKind, Outcome};
use crate::flows::audit::EventBuilder;
use crate::flows::{App, FlowError};

/// Few at a time, so that no transaction is long.
const AT_ONCE: u32 = 200;

/// Removes every client that registered itself, waited for the administration as long as what is asked waits
/// (`administration.requests`), and that nobody took up, denied or changed: with its registration and what it asked for. The audit log says
/// that it was there.
///
/// # Errors
/// Where the identity store is away.
pub async fn forget_untaken(app: &App) -> Result<usize, FlowError> {
    let mut sum = 0;
    loop {
        let now = app.clock.now();
        let mut tx = app.store.begin().await?;
        let gone = tx.approvals().forget_lapsed(now, AT_ONCE).await?;
        for client in &gone {
            let event = EventBuilder::new(now, &*app.random, EventKind::ClientDeleted, Outcome::Success);
            tx.audit().record(&event.by(Actor::System).of(client).with("why", "nobody_took_it_up").build()).await?;
        }
        tx.commit().await?;
        sum += gone.len();
        if gone.len() < AT_ONCE as usize {
            return Ok(sum);
        }
    }
}
