//! The audit log: written, and read by cursor; never changed.

use std::collections::BTreeMap;

use sqlx::types::Uuid;
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::connection::{Backend, Read, Write, on_backend};
use super::error::Error;
use super::row::{Page, from_json, one_more, to_json};
use crate::domain::audit::{Event, EventKind, Outcome};
use crate::domain::ids::{CitizenId, ClientId, EventId};
use crate::domain::time::Timestamp;

// One statement whatever the number of events, so that Postgres plans it once. In SQLite a trigger has them wait for their place.
pub(super) const WAIT_POSTGRES: &str = "waiting AS (INSERT INTO audit_pending (event_id) SELECT * FROM unnest($1))";
pub(super) const RECORD_POSTGRES: &str = "INSERT INTO audit_events
        (id, at, kind, outcome, actor, citizen_id, client_id, request, address, details)
    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const RECORD_SQLITE: &str =
    "INSERT INTO audit_events (id, at, kind, outcome, actor, citizen_id, client_id, request, address, details) ";
const LIST_OF_CITIZEN: &str = "SELECT id, at, kind, outcome, actor, client_id, request, address, details
    FROM audit_events WHERE citizen_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
/// Which clients had to do with a citizen lately.
const LIST_CLIENTS: &str = "SELECT DISTINCT client_id FROM
    (SELECT client_id FROM audit_events WHERE citizen_id = $1 ORDER BY id DESC LIMIT 5000) AS recent
    WHERE client_id IS NOT NULL ORDER BY client_id";
const FIND_OF_CITIZEN: &str = "SELECT id, at, kind, outcome, actor, client_id, request, address, details
    FROM audit_events WHERE citizen_id = $1 AND id = $2";
/// No index: how often an operator asks is nothing against how often events are written. So not all are looked at.
const LIST_OF_CLIENT: &str = "SELECT id, at, kind, outcome, actor, client_id, request, address, details
    FROM (SELECT * FROM audit_events ORDER BY id DESC LIMIT 100000) AS recent
    WHERE client_id = $1 ORDER BY id DESC LIMIT $2";

/// Events in one SQLite statement: ten values each, and it takes 32,766 in all.
const ROWS_AT_ONCE: usize = 1_000;

/// The audit log, seen from one connection.
pub struct Audit<'c, C>(pub(super) &'c mut C);

/// An event as it was recorded, for its citizen to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedEvent {
    pub id: EventId,
    pub at: Timestamp,
    /// `None` for a kind that only a newer version of the program knows.
    pub kind: Option<EventKind>,
    pub outcome: Outcome,
    /// As `Actor::to_text` writes it.
    pub actor: String,
    pub client: Option<ClientId>,
    pub request: Option<String>,
    pub address: Option<String>,
    pub details: BTreeMap<String, String>,
}

/// Which of a citizen's events are looked for.
#[derive(Clone, Copy, Debug)]
pub struct EventFilter<'f> {
    /// Any of these.
    pub kinds: &'f [EventKind],
    pub client: Option<&'f ClientId>,
    /// From then on.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
}

impl<C: Read> Audit<'_, C> {
    /// As [`of_citizen`](Self::of_citizen), those that `filter` lets through.
    pub async fn search(
        &mut self,
        citizen: CitizenId,
        filter: EventFilter<'_>,
        before: Option<EventId>,
        limit: u32,
    ) -> Result<Page<RecordedEvent, EventId>, Error> {
        let rows = on_backend!(self.0, |db| {
            let mut query = search(citizen, filter, before, limit);
            query.build_query_as::<EventRow>().fetch_all(db).await
        })?;
        let events = rows.into_iter().map(EventRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(events, limit, |event: &RecordedEvent| event.id))
    }

    /// One event, where it is this citizen's.
    pub async fn find_of_citizen(&mut self, citizen: CitizenId, id: EventId) -> Result<Option<RecordedEvent>, Error> {
        let row: Option<EventRow> = on_backend!(self.0, |db| {
            sqlx::query_as(FIND_OF_CITIZEN).bind(citizen.uuid()).bind(id.uuid()).fetch_optional(db).await
        })?;
        row.map(EventRow::open).transpose()
    }

    /// The clients that the last few thousand events of a citizen tell of.
    pub async fn clients_of_citizen(&mut self, citizen: CitizenId) -> Result<Vec<ClientId>, Error> {
        let ids: Vec<String> =
            on_backend!(self.0, |db| sqlx::query_scalar(LIST_CLIENTS).bind(citizen.uuid()).fetch_all(db).await)?;
        ids.into_iter().map(|id| id.try_into().map_err(|_| Error::Corrupt("an event's client"))).collect()
    }

    /// Up to `limit` events that concern a citizen, the newest first, those older than `before`.
    pub async fn of_citizen(
        &mut self,
        citizen: CitizenId,
        before: Option<EventId>,
        limit: u32,
    ) -> Result<Page<RecordedEvent, EventId>, Error> {
        let before = before.map_or(Uuid::max(), EventId::uuid);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, EventRow>(LIST_OF_CITIZEN)
                .bind(citizen.uuid())
                .bind(before)
                .bind(one_more(limit))
                .fetch_all(db)
                .await
        })?;
        let events = rows.into_iter().map(EventRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(events, limit, |event: &RecordedEvent| event.id))
    }

    /// Up to `limit` events that concern a client, the newest first, among the last hundred thousand of all.
    pub async fn of_client(&mut self, client: &ClientId, limit: u32) -> Result<Vec<RecordedEvent>, Error> {
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, EventRow>(LIST_OF_CLIENT)
                .bind(client.as_str())
                .bind(i64::from(limit))
                .fetch_all(db)
                .await
        })?;
        rows.into_iter().map(EventRow::open).collect()
    }
}

impl<C: Write> Audit<'_, C> {
    /// Records what happened. In the transaction of the change that it tells of, it stands or falls with it.
    pub async fn record(&mut self, event: &Event) -> Result<(), Error> {
        self.record_all(std::slice::from_ref(event)).await
    }

    /// Records a group of events: in Postgres in one statement, in SQLite in one for every thousand.
    pub async fn record_all(&mut self, events: &[Event]) -> Result<(), Error> {
        let details = details(events)?;
        if events.is_empty() {
            return Ok(());
        }
        match self.0.backend() {
            Backend::Postgres(db) => {
                let column = Columns(events);
                sqlx::query(sqlx::AssertSqlSafe(format!("WITH {WAIT_POSTGRES} {RECORD_POSTGRES}")))
                    .bind(column.of(|event| event.id.uuid()))
                    .bind(column.of(|event| event.at.micros()))
                    .bind(column.of(|event| event.kind.as_str()))
                    .bind(column.of(|event| event.outcome.as_str()))
                    .bind(column.of(|event| event.actor.to_text()))
                    .bind(column.of(|event| event.citizen.map(CitizenId::uuid)))
                    .bind(column.of(|event| event.client.as_ref().map(ClientId::as_str)))
                    .bind(column.of(|event| event.request.as_deref()))
                    .bind(column.of(|event| event.address.as_deref()))
                    .bind(details)
                    .execute(db)
                    .await?;
            }
            Backend::Sqlite(db) => {
                let rows: Vec<_> = events.iter().zip(details).collect();
                for group in rows.chunks(ROWS_AT_ONCE) {
                    let mut insert = QueryBuilder::new(RECORD_SQLITE);
                    insert.push_values(group, |mut row, (event, details)| {
                        row.push_bind(event.id.uuid())
                            .push_bind(event.at.micros())
                            .push_bind(event.kind.as_str())
                            .push_bind(event.outcome.as_str())
                            .push_bind(event.actor.to_text())
                            .push_bind(event.citizen.map(CitizenId::uuid))
                            .push_bind(event.client.as_ref().map(ClientId::as_str))
                            .push_bind(event.request.as_deref())
                            .push_bind(event.address.as_deref())
                            .push_bind(details.as_str());
                    });
                    insert.build().execute(&mut *db).await?;
                }
            }
        }
        Ok(())
    }
}

fn search<DB>(citizen: CitizenId, filter: EventFilter<'_>, before: Option<EventId>, limit: u32) -> QueryBuilder<DB>
where
    DB: Database,
    for<'v> i64: Encode<'v, DB> + Type<DB>,
    for<'v> String: Encode<'v, DB> + Type<DB>,
    for<'v> &'v str: Encode<'v, DB> + Type<DB>,
    for<'v> Uuid: Encode<'v, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(
        "SELECT id, at, kind, outcome, actor, client_id, request, address, details FROM audit_events WHERE citizen_id = ",
    );
    query.push_bind(citizen.uuid());
    query.push(" AND id < ").push_bind(before.map_or(Uuid::max(), EventId::uuid));
    query.push(" AND kind IN (");
    let mut kinds = query.separated(", ");
    for kind in filter.kinds {
        kinds.push_bind(kind.as_str());
    }
    query.push(")");
    if let Some(client) = filter.client {
        query.push(" AND client_id = ").push_bind(client.as_str().to_owned());
    }
    if let Some(since) = filter.since {
        query.push(" AND at >= ").push_bind(since.micros());
    }
    if let Some(until) = filter.until {
        query.push(" AND at < ").push_bind(until.micros());
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(one_more(limit));
    query
}

pub(super) fn details(events: &[Event]) -> Result<Vec<String>, Error> {
    events.iter().map(|event| to_json(&event.details)).collect()
}

/// Rows turned into columns, as Postgres takes many rows in one statement.
pub(super) struct Columns<'e, Row>(pub &'e [Row]);

impl<'e, Row> Columns<'e, Row> {
    pub fn of<T>(&self, value: impl Fn(&'e Row) -> T) -> Vec<T> {
        self.0.iter().map(value).collect()
    }
}

#[derive(sqlx::FromRow)]
struct EventRow {
    id: Uuid,
    at: i64,
    kind: String,
    outcome: String,
    actor: String,
    client_id: Option<String>,
    request: Option<String>,
    address: Option<String>,
    details: String,
}

impl EventRow {
    fn open(self) -> Result<RecordedEvent, Error> {
        let client = self.client_id.map(ClientId::try_from).transpose();
        Ok(RecordedEvent {
            id: EventId::from_uuid(self.id),
            at: Timestamp::from_micros(self.at),
            kind: EventKind::parse(&self.kind),
            outcome: Outcome::parse(&self.outcome).ok_or(Error::Corrupt("an event's outcome"))?,
            actor: self.actor,
            client: client.map_err(|_| Error::Corrupt("an event's client"))?,
            request: self.request,
            address: self.address,
            details: from_json("an event's details", &self.details)?,
        })
    }
}
