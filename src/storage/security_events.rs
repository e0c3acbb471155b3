//! The outbox of security events: what clients are still to be told, and what became of it. It is emptied as the outbox of single
//! logout is, by several servers at once, each attempt holding its row by a lease; and read by clients that fetch.

use std::collections::BTreeMap;

use sqlx::types::Uuid;

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use super::outbox::{self, Backlog, Claim, Lease};
use super::row::{Page, from_json, one_more, to_json};
use crate::domain::ids::{CitizenId, ClientId, SecurityEventId};
use crate::domain::logout::{DeliveryState, Settlement};
use crate::domain::signals::{EventType, SecurityEvent, Subject};
use crate::domain::time::Timestamp;

macro_rules! event_columns {
    () => {
        "id, client_id, kind, citizen_id, subject, sid, facts, txn, state, attempts, due_at, created_at, give_up_at,
        fault, settled_at"
    };
}

const ENQUEUE: &str = "INSERT INTO security_events
    (id, client_id, kind, citizen_id, subject, sid, facts, txn, state, attempts, due_at, created_at, give_up_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending', 0, $9, $10, $11)";
const DUE_CLIENTS: &str = "SELECT s.client_id FROM signal_streams s
    WHERE s.endpoint IS NOT NULL AND EXISTS
        (SELECT 1 FROM security_events e WHERE e.state = 'pending' AND e.client_id = s.client_id AND e.due_at <= $1
            AND (s.status = 'enabled' OR e.kind = 'stream-updated'))";
// That a stream is paused or disabled is told in the stream itself. Of one person's events none is sent before those that came first have been settled: "enabled" never overtakes "disabled".
macro_rules! pushable {
    ($tail:literal) => {
        concat!(
            "UPDATE security_events SET due_at = $2, attempts = attempts + 1 WHERE id IN
    (SELECT e.id FROM security_events e WHERE e.state = 'pending' AND e.client_id = $1 AND e.due_at <= $3
        AND (e.kind = 'stream-updated'
            OR EXISTS (SELECT 1 FROM signal_streams s WHERE s.client_id = e.client_id AND s.status = 'enabled'))
        AND NOT EXISTS (SELECT 1 FROM security_events b WHERE b.state = 'pending' AND b.client_id = e.client_id
            AND b.citizen_id = e.citizen_id AND b.id < e.id)
     ORDER BY e.due_at LIMIT $4",
            $tail,
            ") RETURNING ",
            event_columns!()
        )
    };
}
const CLAIM_TO_PUSH: Claim = Claim { postgres: pushable!(" FOR UPDATE SKIP LOCKED"), sqlite: pushable!("") };
// Who fetches gets several at once, in their order; none while an earlier one of the same person is with somebody else.
macro_rules! fetchable {
    ($tail:literal) => {
        concat!(
            "UPDATE security_events SET due_at = $2, attempts = attempts + 1 WHERE id IN
    (SELECT e.id FROM security_events e WHERE e.state = 'pending' AND e.client_id = $1 AND e.due_at <= $3
        AND (e.kind = 'stream-updated'
            OR EXISTS (SELECT 1 FROM signal_streams s WHERE s.client_id = e.client_id AND s.status = 'enabled'))
        AND NOT EXISTS (SELECT 1 FROM security_events b WHERE b.state = 'pending' AND b.client_id = e.client_id
            AND b.citizen_id = e.citizen_id AND b.id < e.id AND b.due_at > $3)
     ORDER BY e.id LIMIT $4",
            $tail,
            ") RETURNING ",
            event_columns!()
        )
    };
}
const CLAIM_TO_FETCH: Claim = Claim { postgres: fetchable!(" FOR UPDATE SKIP LOCKED"), sqlite: fetchable!("") };
// Only the attempt that holds the row settles it: one whose lease ran out comes too late, and another is under way.
const SETTLE: &str = "UPDATE security_events SET state = $3, due_at = $4, fault = $5, settled_at = $6
    WHERE id = $1 AND attempts = $2 AND state = 'pending'";
// A client settles what it was given, and nobody else's.
const ANSWERED: &str = "UPDATE security_events SET state = $3, fault = $4, settled_at = $5
    WHERE id = $1 AND client_id = $2 AND state = 'pending' AND attempts > 0 RETURNING citizen_id";
const MORE: &str = "SELECT count(*) FROM
    (SELECT 1 FROM security_events e WHERE e.state = 'pending' AND e.client_id = $1 AND e.due_at <= $2
        AND (e.kind = 'stream-updated'
            OR EXISTS (SELECT 1 FROM signal_streams s WHERE s.client_id = e.client_id AND s.status = 'enabled'))
     LIMIT 1) AS some_event";
const DROP_WAITING: &str = "DELETE FROM security_events WHERE client_id = $1 AND state = 'pending'";
const HASTEN: &str =
    "UPDATE security_events SET due_at = $2 WHERE client_id = $1 AND state = 'pending' AND due_at > $2";
const GIVE_UP: &str = "UPDATE security_events SET state = 'undelivered', settled_at = $1,
        fault = COALESCE(fault, 'not_fetched')
    WHERE id IN (SELECT id FROM security_events WHERE state = 'pending' AND give_up_at < $1 ORDER BY give_up_at LIMIT $2)";
const LIST: &str = concat!(
    "SELECT ",
    event_columns!(),
    " FROM security_events
    WHERE id < $1 AND ($2 = '' OR client_id = $2) AND ($3 = '' OR state = $3) ORDER BY id DESC LIMIT $4"
);
const BACKLOG: &str = "SELECT count(*), min(created_at) FROM security_events WHERE state = 'pending'";
const WAITING: &str = "SELECT client_id, count(*), min(created_at) FROM security_events
    WHERE state = 'pending' AND ($1 = '' OR client_id = $1) GROUP BY client_id";
const FORGET: &str = "DELETE FROM security_events WHERE id IN
    (SELECT id FROM security_events WHERE settled_at < $1 ORDER BY settled_at LIMIT $2)";

/// The outbox, seen from one connection.
pub struct SecurityEvents<'c, C>(pub(super) &'c mut C);

impl<C: Read> SecurityEvents<'_, C> {
    /// The clients to which something is to be pushed now.
    pub async fn due_clients(&mut self, now: Timestamp) -> Result<Vec<ClientId>, Error> {
        let ids: Vec<String> =
            on_backend!(self.0, |db| sqlx::query_scalar(DUE_CLIENTS).bind(now.micros()).fetch_all(db).await)?;
        ids.iter().map(|id| id.parse().map_err(|_| Error::Corrupt("a stream's client"))).collect()
    }

    /// Whether `client` could fetch anything now.
    pub async fn more(&mut self, client: &ClientId, now: Timestamp) -> Result<bool, Error> {
        let found: i64 = on_backend!(self.0, |db| {
            sqlx::query_scalar(MORE).bind(client.as_str()).bind(now.micros()).fetch_one(db).await
        })?;
        Ok(found > 0)
    }

    /// Up to `limit` events, the latest first, those before `before`.
    pub async fn list(
        &mut self,
        client: Option<&ClientId>,
        state: Option<DeliveryState>,
        before: Option<SecurityEventId>,
        limit: u32,
    ) -> Result<Page<SecurityEvent, SecurityEventId>, Error> {
        let rows: Vec<EventRow> = on_backend!(self.0, |db| {
            sqlx::query_as(LIST)
                .bind(before.map_or(Uuid::max(), SecurityEventId::uuid))
                .bind(client.map_or("", ClientId::as_str))
                .bind(state.map_or("", DeliveryState::as_str))
                .bind(one_more(limit))
                .fetch_all(db)
                .await
        })?;
        let events = rows.into_iter().map(EventRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(events, limit, |event: &SecurityEvent| event.id))
    }

    pub async fn backlog(&mut self) -> Result<Backlog, Error> {
        outbox::backlog(self.0, BACKLOG).await
    }

    /// What waits for each client for which anything does, or for `client` alone.
    pub async fn waiting(&mut self, client: Option<&ClientId>) -> Result<BTreeMap<ClientId, Backlog>, Error> {
        let rows: Vec<(String, i64, Option<i64>)> = on_backend!(self.0, |db| {
            sqlx::query_as(WAITING).bind(client.map_or("", ClientId::as_str)).fetch_all(db).await
        })?;
        let waiting = rows.into_iter().map(|(client, pending, oldest)| {
            let client = client.parse().map_err(|_| Error::Corrupt("a security event's client"))?;
            let pending = u64::try_from(pending).unwrap_or(0);
            Ok((client, Backlog { pending, oldest: oldest.map(Timestamp::from_micros) }))
        });
        waiting.collect()
    }
}

impl<C: Write> SecurityEvents<'_, C> {
    pub async fn enqueue(&mut self, event: &SecurityEvent) -> Result<(), Error> {
        let (subject, sid) = match &event.subject {
            Subject::Session { subject, sid, .. } => (Some(subject), Some(sid)),
            Subject::Citizen(_) | Subject::Stream => (None, None),
        };
        let facts = to_json(&event.facts)?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(ENQUEUE)
                .bind(event.id.uuid())
                .bind(event.client.as_str())
                .bind(event.kind.as_str())
                .bind(event.subject.citizen().map(CitizenId::uuid))
                .bind(subject)
                .bind(sid)
                .bind(facts)
                .bind(&event.txn)
                .bind(event.due_at.micros())
                .bind(event.created_at.micros())
                .bind(event.give_up_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Takes up to `limit` of what is to be pushed to `client`, each counted as an attempt and held until `lease_ends`.
    pub async fn claim_to_push(
        &mut self,
        client: &ClientId,
        now: Timestamp,
        lease_ends: Timestamp,
        limit: u32,
    ) -> Result<Vec<SecurityEvent>, Error> {
        self.claim(CLAIM_TO_PUSH, client, Lease { now, ends: lease_ends, limit }).await
    }

    /// As [`claim_to_push`](Self::claim_to_push), for a client that fetches: in the order in which it happened.
    pub async fn claim_to_fetch(
        &mut self,
        client: &ClientId,
        now: Timestamp,
        lease_ends: Timestamp,
        limit: u32,
    ) -> Result<Vec<SecurityEvent>, Error> {
        self.claim(CLAIM_TO_FETCH, client, Lease { now, ends: lease_ends, limit }).await
    }

    async fn claim(&mut self, claim: Claim, client: &ClientId, lease: Lease) -> Result<Vec<SecurityEvent>, Error> {
        let rows: Vec<EventRow> = claim.take(self.0, client.as_str(), lease).await?;
        let mut events = rows.into_iter().map(EventRow::open).collect::<Result<Vec<_>, _>>()?;
        // RETURNING has no order.
        events.sort_by_key(|event| event.id);
        Ok(events)
    }

    /// Writes down how an attempt ended; tells whether it still was this attempt's to tell.
    pub async fn settle(&mut self, tried: &SecurityEvent, how: &Settlement, now: Timestamp) -> Result<bool, Error> {
        outbox::settle(self.0, SETTLE, (tried.id.uuid(), tried.attempts), how, now).await
    }

    /// The client says that it has an event that it fetched, or that it can make nothing of it for this reason; tells whether it was
    /// its to say, and of whom the event was.
    pub async fn answered(
        &mut self,
        client: &ClientId,
        id: SecurityEventId,
        fault: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<Option<CitizenId>>, Error> {
        let state = if fault.is_some() { DeliveryState::Refused } else { DeliveryState::Delivered };
        let found: Option<Option<Uuid>> = on_backend!(self.0, |db| {
            sqlx::query_scalar(ANSWERED)
                .bind(id.uuid())
                .bind(client.as_str())
                .bind(state.as_str())
                .bind(fault)
                .bind(now.micros())
                .fetch_optional(db)
                .await
        })?;
        Ok(found.map(|citizen| citizen.map(CitizenId::from_uuid)))
    }

    /// Nothing that waits for `client` is told.
    pub async fn drop_waiting(&mut self, client: &ClientId) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(DROP_WAITING).bind(client.as_str()).execute(db).await.map(drop))?)
    }

    /// What waits for `client` is tried at once: its stream was changed, or enabled.
    pub async fn hasten(&mut self, client: &ClientId, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(HASTEN).bind(client.as_str()).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// Gives up up to `limit` that nobody fetched, or whose stream was paused, in time.
    pub async fn give_up(&mut self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        outbox::forget(self.0, GIVE_UP, now, limit).await
    }

    /// Removes up to `limit` that were settled before `before`, and tells how many that were.
    pub async fn forget(&mut self, before: Timestamp, limit: u32) -> Result<u64, Error> {
        outbox::forget(self.0, FORGET, before, limit).await
    }
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: Uuid,
    client_id: String,
    kind: String,
    citizen_id: Option<Uuid>,
    subject: Option<String>,
    sid: Option<String>,
    facts: String,
    txn: String,
    state: String,
    attempts: i32,
    due_at: i64,
    created_at: i64,
    give_up_at: i64,
    fault: Option<String>,
    settled_at: Option<i64>,
}

impl EventRow {
    fn open(self) -> Result<SecurityEvent, Error> {
        let citizen = self.citizen_id.map(CitizenId::from_uuid);
        let subject = match (citizen, self.subject, self.sid) {
            (Some(citizen), Some(subject), Some(sid)) => Subject::Session { citizen, subject, sid },
            (Some(citizen), None, None) => Subject::Citizen(citizen),
            (None, None, None) => Subject::Stream,
            _ => return Err(Error::Corrupt("whom a security event is about")),
        };
        Ok(SecurityEvent {
            id: SecurityEventId::from_uuid(self.id),
            client: self.client_id.parse().map_err(|_| Error::Corrupt("a security event's client"))?,
            kind: EventType::parse(&self.kind).ok_or(Error::Corrupt("a security event's type"))?,
            subject,
            facts: from_json("a security event's facts", &self.facts)?,
            txn: self.txn,
            state: DeliveryState::parse(&self.state).ok_or(Error::Corrupt("a security event's state"))?,
            attempts: u32::try_from(self.attempts).map_err(|_| Error::Corrupt("a security event's attempts"))?,
            due_at: Timestamp::from_micros(self.due_at),
            created_at: Timestamp::from_micros(self.created_at),
            give_up_at: Timestamp::from_micros(self.give_up_at),
            fault: self.fault,
            settled_at: self.settled_at.map(Timestamp::from_micros),
        })
    }
}
