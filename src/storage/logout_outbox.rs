//! The outbox of single logout: what clients are still to be told, and what became of it. Several servers empty it at
//! once; an attempt holds its row by a lease, so that what a killed server left is taken up by another.

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::outbox::{self, Backlog, Claim, Lease};
use super::row::{Page, one_more};
use crate::domain::ids::{CitizenId, ClientId, DeliveryId};
use crate::domain::logout::{Delivery, DeliveryState, Settlement};
use crate::domain::time::Timestamp;

macro_rules! delivery_columns {
    () => {
        "id, client_id, citizen_id, subject, sid, state, attempts, due_at, created_at, give_up_at, fault, settled_at"
    };
}

const ENQUEUE: &str = "INSERT INTO logout_deliveries
    (id, client_id, citizen_id, subject, sid, state, attempts, due_at, created_at, give_up_at)
    VALUES ($1, $2, $3, $4, $5, 'pending', 0, $6, $7, $8)";
// From client to client along the index: as many steps as there are clients that wait, however much waits for each.
const DUE_CLIENTS: &str = "WITH RECURSIVE waiting (client_id) AS (
        SELECT min(client_id) FROM logout_deliveries WHERE state = 'pending'
        UNION ALL
        SELECT (SELECT min(d.client_id) FROM logout_deliveries d
                WHERE d.state = 'pending' AND d.client_id > waiting.client_id)
        FROM waiting WHERE waiting.client_id IS NOT NULL
    )
    SELECT client_id FROM waiting WHERE EXISTS
        (SELECT 1 FROM logout_deliveries d
         WHERE d.state = 'pending' AND d.client_id = waiting.client_id AND d.due_at <= $1)";
const CLAIM: Claim = Claim {
    postgres: concat!(
        "UPDATE logout_deliveries SET due_at = $2, attempts = attempts + 1 WHERE id IN
    (SELECT id FROM logout_deliveries WHERE state = 'pending' AND client_id = $1 AND due_at <= $3
     ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED) RETURNING ",
        delivery_columns!()
    ),
    sqlite: concat!(
        "UPDATE logout_deliveries SET due_at = $2, attempts = attempts + 1 WHERE id IN
    (SELECT id FROM logout_deliveries WHERE state = 'pending' AND client_id = $1 AND due_at <= $3
     ORDER BY due_at LIMIT $4) RETURNING ",
        delivery_columns!()
    ),
};
// Only the attempt that holds the row settles it: one whose lease ran out comes too late, and another is under way.
const SETTLE: &str = "UPDATE logout_deliveries SET state = $3, due_at = $4, fault = $5, settled_at = $6
    WHERE id = $1 AND attempts = $2 AND state = 'pending'";
const LIST: &str = concat!(
    "SELECT ",
    delivery_columns!(),
    " FROM logout_deliveries
    WHERE id < $1 AND ($2 = '' OR client_id = $2) AND ($3 = '' OR state = $3) ORDER BY id DESC LIMIT $4"
);
const RETRY: &str = "UPDATE logout_deliveries SET state = 'pending', due_at = $2, give_up_at = $3, settled_at = NULL
    WHERE id = $1 AND state <> 'delivered'";
const RETRY_OF_CLIENT: &str =
    "UPDATE logout_deliveries SET state = 'pending', due_at = $2, give_up_at = $3, settled_at = NULL
    WHERE client_id = $1 AND state <> 'delivered'";
const BACKLOG: &str = "SELECT count(*), min(created_at) FROM logout_deliveries WHERE state = 'pending'";
const FORGET: &str = "DELETE FROM logout_deliveries WHERE id IN
    (SELECT id FROM logout_deliveries WHERE settled_at < $1 ORDER BY settled_at LIMIT $2)";

/// The outbox, seen from one connection.
pub struct LogoutOutbox<'c, C>(pub(super) &'c mut C);

impl<C: Read> LogoutOutbox<'_, C> {
    /// The clients for which something is due.
    pub async fn due_clients(&mut self, now: Timestamp) -> Result<Vec<ClientId>, Error> {
        let ids: Vec<String> =
            on_backend!(self.0, |db| sqlx::query_scalar(DUE_CLIENTS).bind(now.micros()).fetch_all(db).await)?;
        ids.iter().map(|id| id.parse().map_err(|_| Error::Corrupt("a delivery's client"))).collect()
    }

    /// Up to `limit` deliveries, the latest first, those before `before`.
    pub async fn list(
        &mut self,
        client: Option<&ClientId>,
        state: Option<DeliveryState>,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Page<Delivery, DeliveryId>, Error> {
        let before = before.map_or(Uuid::max(), DeliveryId::uuid);
        let rows: Vec<DeliveryRow> = on_backend!(self.0, |db| {
            sqlx::query_as(LIST)
                .bind(before)
                .bind(client.map_or("", ClientId::as_str))
                .bind(state.map_or("", DeliveryState::as_str))
                .bind(one_more(limit))
                .fetch_all(db)
                .await
        })?;
        let deliveries = rows.into_iter().map(DeliveryRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(deliveries, limit, |delivery: &Delivery| delivery.id))
    }

    pub async fn backlog(&mut self) -> Result<Backlog, Error> {
        outbox::backlog(self.0, BACKLOG).await
    }
}

impl<C: Write> LogoutOutbox<'_, C> {
    /// Takes up to `limit` of what is due for `client`, each counted as an attempt and held until `lease_ends`.
    pub async fn claim(
        &mut self,
        client: &ClientId,
        now: Timestamp,
        lease_ends: Timestamp,
        limit: u32,
    ) -> Result<Vec<Delivery>, Error> {
        let lease = Lease { now, ends: lease_ends, limit };
        let rows: Vec<DeliveryRow> = CLAIM.take(self.0, client.as_str(), lease).await?;
        rows.into_iter().map(DeliveryRow::open).collect()
    }

    /// Writes down how an attempt ended; tells whether it still was this attempt's to tell.
    pub async fn settle(&mut self, tried: &Delivery, how: &Settlement, now: Timestamp) -> Result<bool, Error> {
        outbox::settle(self.0, SETTLE, (tried.id.uuid(), tried.attempts), how, now).await
    }

    /// Tries a delivery that has not succeeded once more, at once; tells whether there is one.
    pub async fn retry(&mut self, id: DeliveryId, now: Timestamp, give_up_at: Timestamp) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(RETRY)
                .bind(id.uuid())
                .bind(now.micros())
                .bind(give_up_at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }

    /// Tries everything of a client's that has not succeeded once more; tells how much that is.
    pub async fn retry_all(&mut self, client: &ClientId, now: Timestamp, give_up_at: Timestamp) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(RETRY_OF_CLIENT)
                .bind(client.as_str())
                .bind(now.micros())
                .bind(give_up_at.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }

    /// Removes up to `limit` that were settled before `before`, and tells how many that were.
    pub async fn forget(&mut self, before: Timestamp, limit: u32) -> Result<u64, Error> {
        outbox::forget(self.0, FORGET, before, limit).await
    }
}

impl LogoutOutbox<'_, Transaction> {
    /// Puts a delivery in, together with the end of the session that it tells of.
    pub async fn enqueue(&mut self, delivery: &Delivery) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(ENQUEUE)
                .bind(delivery.id.uuid())
                .bind(delivery.client.as_str())
                .bind(delivery.citizen.uuid())
                .bind(&*delivery.subject)
                .bind(&*delivery.sid)
                .bind(delivery.due_at.micros())
                .bind(delivery.created_at.micros())
                .bind(delivery.give_up_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: Uuid,
    client_id: String,
    citizen_id: Uuid,
    subject: String,
    sid: String,
    state: String,
    attempts: i32,
    due_at: i64,
    created_at: i64,
    give_up_at: i64,
    fault: Option<String>,
    settled_at: Option<i64>,
}

impl DeliveryRow {
    fn open(self) -> Result<Delivery, Error> {
        Ok(Delivery {
            id: DeliveryId::from_uuid(self.id),
            client: self.client_id.parse().map_err(|_| Error::Corrupt("a delivery's client"))?,
            citizen: CitizenId::from_uuid(self.citizen_id),
            subject: self.subject,
            sid: self.sid,
            state: DeliveryState::parse(&self.state).ok_or(Error::Corrupt("a delivery's state"))?,
            attempts: u32::try_from(self.attempts).map_err(|_| Error::Corrupt("a delivery's attempts"))?,
            due_at: Timestamp::from_micros(self.due_at),
            created_at: Timestamp::from_micros(self.created_at),
            give_up_at: Timestamp::from_micros(self.give_up_at),
            fault: self.fault,
            settled_at: self.settled_at.map(Timestamp::from_micros),
        })
    }
}
