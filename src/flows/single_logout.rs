//! Single logout: who takes part in a session, and that each of them is told when it ends (Back-Channel Logout 1.0).
//!
//! What they are told is put into the outbox by the transaction that ends the session. Nothing waits for it there:
//! `logout_delivery` sends it.

use super::App;
use crate::domain::client::Client;
use crate::domain::grant::Authentication;
use crate::domain::logout::{Delivery, Participant};
use crate::domain::mandate::InWhoseName;
use crate::domain::random::Random;
use crate::domain::signals::Initiator;
use crate::domain::time::Timestamp;
use crate::storage::{self, Transaction};

/// Notes that `client` takes part in the session that `authentication` speaks of, and in whose name, where that was asked. Whether that session has ended is to be
/// asked after this, in the same transaction: whoever took part in one that has was told, and this client would not be.
pub async fn join(
    app: &App,
    tx: &mut Transaction,
    client: &Client,
    authentication: &Authentication,
    chosen: Option<InWhoseName>,
) -> Result<(), storage::Error> {
    let participant = Participant {
        citizen: authentication.citizen,
        session: authentication.session,
        client: client.id.clone(),
        subject: app.keys.subject(client, authentication.citizen),
        sid: app.keys.sid(client, authentication.session),
    };
    let forget_after = app.clock.now() + app.settings.lifetimes.session_absolute;
    tx.session_clients().join(&participant, forget_after).await?;
    match chosen {
        Some(chosen) => tx.session_clients().choose(&participant, chosen).await,
        None => Ok(()),
    }
}

/// Puts into the outboxes what those of `left` are to be told who have a back channel, or a stream of security events; tells how many have
/// a back channel. `by` is who ended it, where that is one of those whom portals are told.
pub async fn enqueue(
    tx: &mut Transaction,
    left: &[Participant],
    by: Option<Initiator>,
    now: Timestamp,
    random: &dyn Random,
) -> Result<usize, storage::Error> {
    super::signals::sessions_ended(tx, left, by, (now, random)).await?;
    let mut told = 0;
    for participant in left {
        let client = tx.clients().find(&participant.client).await?;
        // A client that has been disabled still holds sessions of its own.
        if client.is_some_and(|stored| stored.client.logout.back_channel.is_some()) {
            tx.logout_outbox().enqueue(&Delivery::new(participant, now, random)).await?;
            told += 1;
        }
    }
    Ok(told)
}
