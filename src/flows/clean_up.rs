//! Removes rows for which nothing issued is good any more.

use std::time::Duration;

use super::{App, FlowError};
use crate::domain::logout::KEPT_FOR;
use crate::domain::message;
use crate::domain::risk::PLACES_ARE_KEPT_FOR;

/// Few at a time, so that no transaction is long.
const AT_ONCE: u32 = 500;

/// Beyond their end, so that it can be seen that nobody decided them.
const PROPOSALS_ARE_KEPT_FOR: Duration = Duration::from_secs(30 * 86_400);

/// Removes everything that has expired by now.
pub async fn clean_up(app: &App) -> Result<(), FlowError> {
    let now = app.clock.now();
    loop {
        let mut tx = app.store.begin().await?;
        let grants = tx.grants().forget(now, AT_ONCE).await?;
        // Few are ever issued: all that have expired go at once.
        tx.issued_codes().forget(now).await?;
        let sessions = tx.ended_sessions().forget(now, AT_ONCE).await?;
        let clients = tx.session_clients().forget(now, AT_ONCE).await?;
        let deliveries = tx.logout_outbox().forget(now - KEPT_FOR, AT_ONCE).await?;
        let messages = tx.messages().forget(now - message::KEPT_FOR, AT_ONCE).await?;
        tx.sent_codes().forget(now).await?;
        let places = tx.known_devices().forget_places(now - PLACES_ARE_KEPT_FOR, AT_ONCE).await?;
        let releases = tx.releases().forget(now - app.settings.lifetimes.releases, AT_ONCE).await?;
        let proposals = tx.proposals().forget(now - PROPOSALS_ARE_KEPT_FOR, AT_ONCE).await?;
        tx.commit().await?;
        if grants.max(sessions).max(clients).max(deliveries).max(messages).max(places).max(releases).max(proposals)
            < u64::from(AT_ONCE)
        {
            return Ok(());
        }
    }
}
