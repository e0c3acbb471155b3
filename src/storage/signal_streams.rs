//! The streams of security events: one a client (SSF 1.0 §8.1.1).

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::row::{Page, from_json, one_more, to_json};
use crate::domain::ids::{CitizenId, ClientId, StreamId};
use crate::domain::signals::{Delivery, Stream, StreamStatus};
use crate::domain::time::Timestamp;

macro_rules! stream_columns {
    () => {
        "client_id, id, status, reason, endpoint, credentials, events_requested, description, verified_at, created_at,
        updated_at"
    };
}

const OF_CLIENT: &str = concat!("SELECT ", stream_columns!(), " FROM signal_streams WHERE client_id = $1");
const LIST: &str =
    concat!("SELECT ", stream_columns!(), " FROM signal_streams WHERE client_id > $1 ORDER BY client_id LIMIT $2");
// A client knows whoever allowed it anything, stands on a grant of theirs, or takes part in a session. What is disabled holds nothing.
const KNOWING: &str = concat!(
    "SELECT ",
    stream_columns!(),
    " FROM signal_streams WHERE status <> 'disabled' AND client_id IN
        (SELECT client_id FROM consents WHERE citizen_id = $1
         UNION SELECT client_id FROM grants WHERE citizen_id = $1 AND revoked_at IS NULL
         UNION SELECT client_id FROM session_clients WHERE citizen_id = $1)
    ORDER BY client_id"
);
const CREATE: &str = "INSERT INTO signal_streams
    (client_id, id, status, reason, endpoint, credentials, events_requested, description, verified_at, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (client_id) DO NOTHING";
const REPLACE: &str = "UPDATE signal_streams SET status = $3, reason = $4, endpoint = $5, credentials = $6,
        events_requested = $7, description = $8, verified_at = $9, updated_at = $10
    WHERE client_id = $1 AND id = $2 AND ($11 IS NULL OR updated_at = $11)";
// Of two requests at once one is the first.
const CLAIM_VERIFICATION: &str = "UPDATE signal_streams SET verified_at = $3
    WHERE client_id = $1 AND id = $2 AND (verified_at IS NULL OR verified_at <= $4)";
const REMOVE: &str = "DELETE FROM signal_streams WHERE client_id = $1";
const REMOVE_EVENTS: &str = "DELETE FROM security_events WHERE client_id = $1";

/// Streams, seen from one connection.
pub struct SignalStreams<'c, C>(pub(super) &'c mut C);

impl<C: Read> SignalStreams<'_, C> {
    pub async fn of_client(&mut self, client: &ClientId) -> Result<Option<Stream>, Error> {
        let row: Option<StreamRow> =
            on_backend!(self.0, |db| sqlx::query_as(OF_CLIENT).bind(client.as_str()).fetch_optional(db).await)?;
        row.map(StreamRow::open).transpose()
    }

    /// Up to `limit` streams by client, those that follow `after`.
    pub async fn list(&mut self, after: Option<&ClientId>, limit: u32) -> Result<Page<Stream, ClientId>, Error> {
        let after = after.map_or("", ClientId::as_str);
        let rows: Vec<StreamRow> =
            on_backend!(self.0, |db| { sqlx::query_as(LIST).bind(after).bind(one_more(limit)).fetch_all(db).await })?;
        let streams = rows.into_iter().map(StreamRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(streams, limit, |stream: &Stream| stream.client.clone()))
    }

    /// The streams, enabled or paused, of clients that know a citizen.
    pub async fn knowing(&mut self, citizen: CitizenId) -> Result<Vec<Stream>, Error> {
        let rows: Vec<StreamRow> =
            on_backend!(self.0, |db| sqlx::query_as(KNOWING).bind(citizen.uuid()).fetch_all(db).await)?;
        rows.into_iter().map(StreamRow::open).collect()
    }
}

impl<C: Write> SignalStreams<'_, C> {
    /// Enters a stream; `false` where its client has one.
    pub async fn create(&mut self, stream: &Stream) -> Result<bool, Error> {
        let row = StreamRow::of(stream)?;
        let created = on_backend!(self.0, |db| {
            sqlx::query(CREATE)
                .bind(row.client_id)
                .bind(row.id)
                .bind(row.status)
                .bind(row.reason)
                .bind(row.endpoint)
                .bind(row.credentials)
                .bind(row.events_requested)
                .bind(row.description)
                .bind(row.verified_at)
                .bind(row.created_at)
                .bind(row.updated_at)
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(created > 0)
    }

    /// Writes a stream anew; `false` where it is gone.
    pub async fn replace(&mut self, stream: &Stream) -> Result<bool, Error> {
        self.write(stream, None).await
    }

    /// As [`replace`](Self::replace), where it is still as it was changed last at `seen`; `false` where it is another by now.
    pub async fn replace_seen(&mut self, stream: &Stream, seen: Timestamp) -> Result<bool, Error> {
        self.write(stream, Some(seen)).await
    }

    async fn write(&mut self, stream: &Stream, seen: Option<Timestamp>) -> Result<bool, Error> {
        let row = StreamRow::of(stream)?;
        let replaced = on_backend!(self.0, |db| {
            sqlx::query(REPLACE)
                .bind(row.client_id)
                .bind(row.id)
                .bind(row.status)
                .bind(row.reason)
                .bind(row.endpoint)
                .bind(row.credentials)
                .bind(row.events_requested)
                .bind(row.description)
                .bind(row.verified_at)
                .bind(row.updated_at)
                .bind(seen.map(Timestamp::micros))
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(replaced > 0)
    }

    /// Notes that a verification event was asked for at `now`; `false` where that was so lately that it has to wait.
    pub async fn claim_verification(&mut self, stream: &Stream, now: Timestamp) -> Result<bool, Error> {
        let latest = now - Stream::MIN_VERIFICATION_INTERVAL;
        let claimed = on_backend!(self.0, |db| {
            sqlx::query(CLAIM_VERIFICATION)
                .bind(stream.client.as_str())
                .bind(stream.id.uuid())
                .bind(now.micros())
                .bind(latest.micros())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(claimed > 0)
    }
}

impl SignalStreams<'_, Transaction> {
    /// Removes a client's stream and everything that waits in it; `false` where it has none.
    pub async fn remove(&mut self, client: &ClientId) -> Result<bool, Error> {
        on_backend!(self.0, |db| sqlx::query(REMOVE_EVENTS).bind(client.as_str()).execute(db).await.map(drop))?;
        let removed = on_backend!(self.0, |db| {
            sqlx::query(REMOVE).bind(client.as_str()).execute(db).await.map(|done| done.rows_affected())
        })?;
        Ok(removed > 0)
    }
}

#[derive(sqlx::FromRow)]
struct StreamRow {
    client_id: String,
    id: Uuid,
    status: String,
    reason: Option<String>,
    endpoint: Option<String>,
    credentials: Option<Vec<u8>>,
    events_requested: Option<String>,
    description: Option<String>,
    verified_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl StreamRow {
    fn of(stream: &Stream) -> Result<Self, Error> {
        let (endpoint, credentials) = match &stream.delivery {
            Delivery::Push { endpoint, authorization } => (Some(endpoint.clone()), authorization.clone()),
            Delivery::Poll => (None, None),
        };
        Ok(Self {
            client_id: stream.client.to_string(),
            id: stream.id.uuid(),
            status: stream.status.as_str().to_owned(),
            reason: stream.reason.clone(),
            endpoint,
            credentials,
            events_requested: stream.events_requested.as_ref().map(to_json).transpose()?,
            description: stream.description.clone(),
            verified_at: stream.verified_at.map(Timestamp::micros),
            created_at: stream.created_at.micros(),
            updated_at: stream.updated_at.micros(),
        })
    }

    fn open(self) -> Result<Stream, Error> {
        let events = self.events_requested.as_deref().map(|json| from_json("a stream's events", json)).transpose()?;
        Ok(Stream {
            id: StreamId::from_uuid(self.id),
            client: self.client_id.parse().map_err(|_| Error::Corrupt("a stream's client"))?,
            status: StreamStatus::parse(&self.status).ok_or(Error::Corrupt("a stream's status"))?,
            reason: self.reason,
            delivery: match self.endpoint {
                Some(endpoint) => Delivery::Push { endpoint, authorization: self.credentials },
                None => Delivery::Poll,
            },
            events_requested: events,
            description: self.description,
            verified_at: self.verified_at.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
        })
    }
}
