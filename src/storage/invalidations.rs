//! Messages that tell every server that what it cached is out of date: LISTEN/NOTIFY in Postgres, within the process for
//! SQLite. They are sent by the transaction that changes the thing, so none arrives before the change can be read.
//!
//! A message may be lost (a broken connection, another process on the same SQLite file). Therefore a cache has a short
//! life of its own, and everything is stale once the listener has reconnected.

use std::time::Duration;

use sqlx::PgConnection;
use sqlx::postgres::PgListener;
use tokio::sync::broadcast;
use tokio::time::{Interval, MissedTickBehavior};

use super::error::Error;
use crate::domain::ids::ClientId;

const CHANNEL: &str = "senid";
const NOTIFY: &str = "SELECT pg_notify($1, $2)";
/// Between two attempts of a listener that lost its connection.
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);

/// What is out of date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Invalidation {
    Client(ClientId),
    ResourceServers,
    /// Of authorization details.
    DetailsTypes,
    Keys,
    /// Messages may have been missed.
    Everything,
}

impl Invalidation {
    fn to_text(&self) -> String {
        match self {
            Self::Client(id) => format!("client {id}"),
            Self::ResourceServers => "resource-servers".to_owned(),
            Self::DetailsTypes => "details-types".to_owned(),
            Self::Keys => "keys".to_owned(),
            Self::Everything => "everything".to_owned(),
        }
    }

    /// A message that a newer version sends and this one does not know is taken for the widest.
    fn parse(text: &str) -> Self {
        match text.split_once(' ') {
            Some(("client", id)) => id.parse().map_or(Self::Everything, Self::Client),
            None if text == "details-types" => Self::DetailsTypes,
            None if text == "keys" => Self::Keys,
            None if text == "resource-servers" => Self::ResourceServers,
            _ => Self::Everything,
        }
    }

    pub(super) async fn notify(&self, connection: &mut PgConnection) -> Result<(), Error> {
        sqlx::query(NOTIFY).bind(CHANNEL).bind(self.to_text()).execute(connection).await?;
        Ok(())
    }
}

/// The messages, one after another, for as long as the store lives.
pub struct Invalidations(Source);

enum Source {
    Postgres(Listening),
    InProcess(broadcast::Receiver<Invalidation>),
}

impl Invalidations {
    /// Listens on a connection of its own, which must not pass through a transaction pooler.
    pub(super) async fn postgres(url: String) -> Result<Self, Error> {
        let listener = Some(listen(&url).await?);
        let mut attempts = tokio::time::interval(BETWEEN_ATTEMPTS);
        attempts.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(Self(Source::Postgres(Listening { url, listener, attempts })))
    }

    pub(super) fn in_process(receiver: broadcast::Receiver<Invalidation>) -> Self {
        Self(Source::InProcess(receiver))
    }

    /// Waits for the next message. `None` once the store is gone.
    pub async fn next(&mut self) -> Option<Invalidation> {
        match &mut self.0 {
            Source::Postgres(listening) => Some(listening.next().await),
            Source::InProcess(receiver) => match receiver.recv().await {
                Ok(invalidation) => Some(invalidation),
                Err(broadcast::error::RecvError::Lagged(_)) => Some(Invalidation::Everything),
                Err(broadcast::error::RecvError::Closed) => None,
            },
        }
    }
}

/// The connection that listens, and how to get another.
struct Listening {
    url: String,
    listener: Option<Box<PgListener>>,
    attempts: Interval,
}

impl Listening {
    /// Survives being dropped while it waits: whatever was reached is kept.
    async fn next(&mut self) -> Invalidation {
        loop {
            if let Some(listener) = &mut self.listener {
                match listener.try_recv().await {
                    Ok(Some(message)) => return Invalidation::parse(message.payload()),
                    Ok(None) => tracing::warn!("the connection that listens for changes was lost"),
                    Err(error) => tracing::warn!(%error, "the connection that listens for changes failed"),
                }
                self.listener = None;
            }
            self.attempts.tick().await;
            if let Ok(listener) = listen(&self.url).await {
                self.listener = Some(listener);
                return Invalidation::Everything;
            }
        }
    }
}

async fn listen(url: &str) -> Result<Box<PgListener>, Error> {
    let mut listener = Box::new(PgListener::connect(url).await?);
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let client: ClientId = "portal".parse().unwrap();
        let messages = [
            Invalidation::Client(client),
            Invalidation::ResourceServers,
            Invalidation::DetailsTypes,
            Invalidation::Keys,
            Invalidation::Everything,
        ];
        for message in messages {
            assert_eq!(Invalidation::parse(&message.to_text()), message);
        }
    }

    #[test]
    fn an_unknown_message_makes_everything_stale() {
        for text in ["", "settings", "client", "client a b", "keys of"] {
            assert_eq!(Invalidation::parse(text), Invalidation::Everything, "{text:?}");
        }
    }
}
