//! The clients that are still to be told that there is an answer to a request of theirs: CIBA Core §10.2. A row is put in
//! with its request and goes when its client was told, or would not hear of it. Several servers send at once; an attempt holds
//! its row by a lease.

use sqlx::types::Uuid;

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use super::outbox::{Claim, Lease};
use crate::domain::backchannel::Ping;
use crate::domain::ids::{ClientId, GrantId};
use crate::domain::time::Timestamp;

macro_rules! ping_columns {
    () => {
        "id, client_id, sealed, attempts, due_at, give_up_at"
    };
}

const ENQUEUE: &str = "INSERT INTO backchannel_pings (id, client_id, sealed, attempts, due_at, give_up_at)
    VALUES ($1, $2, $3, 0, $4, $5)";
const HASTEN: &str = "UPDATE backchannel_pings SET due_at = $2 WHERE id = $1 AND attempts = 0 AND due_at > $2";
const DUE_CLIENTS: &str = "SELECT DISTINCT client_id FROM backchannel_pings WHERE due_at <= $1";
const CLAIM: Claim = Claim {
    postgres: concat!(
        "UPDATE backchannel_pings SET due_at = $2, attempts = attempts + 1 WHERE id IN
    (SELECT id FROM backchannel_pings WHERE client_id = $1 AND due_at <= $3
     ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED) RETURNING ",
        ping_columns!()
    ),
    sqlite: concat!(
        "UPDATE backchannel_pings SET due_at = $2, attempts = attempts + 1 WHERE id IN
    (SELECT id FROM backchannel_pings WHERE client_id = $1 AND due_at <= $3
     ORDER BY due_at LIMIT $4) RETURNING ",
        ping_columns!()
    ),
};
// Only the attempt that holds the row settles it: of one whose lease ran out, another is under way.
const POSTPONE: &str = "UPDATE backchannel_pings SET due_at = $3 WHERE id = $1 AND attempts = $2";
const REMOVE: &str = "DELETE FROM backchannel_pings WHERE id = $1 AND attempts = $2";

/// The pings, seen from one connection.
pub struct BackChannelPings<'c, C>(pub(super) &'c mut C);

impl<C: Read> BackChannelPings<'_, C> {
    /// The clients for which something is due.
    pub async fn due_clients(&mut self, now: Timestamp) -> Result<Vec<ClientId>, Error> {
        let ids: Vec<String> =
            on_backend!(self.0, |db| sqlx::query_scalar(DUE_CLIENTS).bind(now.micros()).fetch_all(db).await)?;
        ids.iter().map(|id| id.parse().map_err(|_| Error::Corrupt("a ping's client"))).collect()
    }
}

impl<C: Write> BackChannelPings<'_, C> {
    /// Puts one in, which falls due when its request expires.
    pub async fn enqueue(&mut self, ping: &Ping) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(ENQUEUE)
                .bind(ping.id.uuid())
                .bind(ping.client.as_str())
                .bind(&*ping.sealed)
                .bind(ping.due_at.micros())
                .bind(ping.give_up_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// The request has been decided: its client is told now. Where it wants no ping, nothing happens.
    pub async fn hasten(&mut self, id: GrantId, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(HASTEN).bind(id.uuid()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// Takes up to `limit` of what is due for `client`, each counted as an attempt and held until `lease_ends`.
    pub async fn claim(
        &mut self,
        client: &ClientId,
        now: Timestamp,
        lease_ends: Timestamp,
        limit: u32,
    ) -> Result<Vec<Ping>, Error> {
        let lease = Lease { now, ends: lease_ends, limit };
        let rows: Vec<PingRow> = CLAIM.take(self.0, client.as_str(), lease).await?;
        rows.into_iter().map(PingRow::open).collect()
    }

    /// Tries it again at `due_at`.
    pub async fn postpone(&mut self, tried: &Ping, due_at: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            let postpone = sqlx::query(POSTPONE).bind(tried.id.uuid()).bind(i64::from(tried.attempts));
            postpone.bind(due_at.micros()).execute(db).await.map(drop)
        })?)
    }

    /// The client was told, or never will be.
    pub async fn remove(&mut self, tried: &Ping) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(REMOVE).bind(tried.id.uuid()).bind(i64::from(tried.attempts)).execute(db).await.map(drop)
        })?)
    }
}

#[derive(sqlx::FromRow)]
struct PingRow {
    id: Uuid,
    client_id: String,
    sealed: Vec<u8>,
    attempts: i32,
    due_at: i64,
    give_up_at: i64,
}

impl PingRow {
    fn open(self) -> Result<Ping, Error> {
        Ok(Ping {
            id: GrantId::from_uuid(self.id),
            client: self.client_id.parse().map_err(|_| Error::Corrupt("a ping's client"))?,
            sealed: self.sealed,
            attempts: u32::try_from(self.attempts).map_err(|_| Error::Corrupt("a ping's attempts"))?,
            due_at: Timestamp::from_micros(self.due_at),
            give_up_at: Timestamp::from_micros(self.give_up_at),
        })
    }
}
