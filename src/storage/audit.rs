//! The audit log: written, and read by cursor; never changed.

use std::collections::BTreeMap;

use sqlx::types::Uuid;
use sqlx::{Database, Encode, QueryBuilder, Type};

use super::connection::{Backend, Read, Write, on_backend};
use super::error::Error;
use super::retention::first_id_at;
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

/// How many events one page of a search looks through where no index leads to them.
const LOOKED_THROUGH: i64 = 100_000;
/// Where a page that looked through so many ends.
const END_OF_LOOK: &str = "SELECT id FROM audit_events WHERE id >= $1 AND id < $2 ORDER BY id DESC LIMIT 1 OFFSET $3";
const FIND: &str = "SELECT id, at, kind, outcome, actor, citizen_id, client_id, request, address, details
    FROM audit_events WHERE id = $1";

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

/// An event as it was recorded, for those who watch over everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEvent {
    pub event: RecordedEvent,
    /// As it is stored: a kind that only a newer version of the program knows, too.
    pub kind: String,
    /// Whom it concerns.
    pub citizen: Option<CitizenId>,
}

/// Which events of all are looked for: those that everything named here is true of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    pub kind: Option<EventKind>,
    pub outcome: Option<Outcome>,
    /// As `Actor::to_text` writes it.
    pub actor: Option<String>,
    pub citizen: Option<CitizenId>,
    pub client: Option<ClientId>,
    /// From then on.
    pub since: Option<Timestamp>,
    /// Before then.
    pub until: Option<Timestamp>,
}

impl<C: Read> Audit<'_, C> {
    /// Up to `limit` events of anybody's, the newest first, those older than `before`. Where no index leads to them a page looks through so many
    /// and no more: then it may be short, or empty, and be followed by another one all the same.
    pub async fn search_all(
        &mut self,
        search: &Search,
        before: Option<EventId>,
        limit: u32,
    ) -> Result<Page<FoundEvent, EventId>, Error> {
        let before = before.map_or(Uuid::max(), EventId::uuid);
        let before = search.until.map_or(before, |until| before.min(first_id_at(until)));
        let since = search.since.map_or(Uuid::nil(), first_id_at);
        let rows = on_backend!(self.0, |db| {
            let mut query = all(search, since, before, limit);
            query.build_query_as::<FoundRow>().fetch_all(db).await
        })?;
        let found = rows.into_iter().map(FoundRow::open).collect::<Result<_, _>>()?;
        let mut page = Page::new(found, limit, |found: &FoundEvent| found.event.id);
        if page.next.is_none() && search.citizen.is_none() {
            let end: Option<Uuid> = on_backend!(self.0, |db| {
                let end = sqlx::query_scalar(END_OF_LOOK).bind(since).bind(before).bind(LOOKED_THROUGH - 1);
                end.fetch_optional(db).await
            })?;
            page.next = end.map(EventId::from_uuid);
        }
        Ok(page)
    }

    /// One event, whomever it concerns.
    pub async fn find(&mut self, id: EventId) -> Result<Option<FoundEvent>, Error> {
        let row: Option<FoundRow> =
            on_backend!(self.0, |db| sqlx::query_as(FIND).bind(id.uuid()).fetch_optional(db).await)?;
        row.map(FoundRow::open).transpose()
    }

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

fn all<DB>(search: &Search, since: Uuid, before: Uuid, limit: u32) -> QueryBuilder<DB>
where
    DB: Database,
    for<'v> i64: Encode<'v, DB> + Type<DB>,
    for<'v> String: Encode<'v, DB> + Type<DB>,
    for<'v> &'v str: Encode<'v, DB> + Type<DB>,
    for<'v> Uuid: Encode<'v, DB> + Type<DB>,
{
    let mut query = QueryBuilder::new(
        "SELECT id, at, kind, outcome, actor, citizen_id, client_id, request, address, details
        FROM (SELECT * FROM audit_events WHERE id >= ",
    );
    query.push_bind(since).push(" AND id < ").push_bind(before);
    match search.citizen {
        // An index leads to theirs.
        Some(citizen) => query.push(" AND citizen_id = ").push_bind(citizen.uuid()),
        None => query.push(" ORDER BY id DESC LIMIT ").push_bind(LOOKED_THROUGH),
    };
    query.push(") AS looked WHERE 1 = 1");
    if let Some(kind) = search.kind {
        query.push(" AND kind = ").push_bind(kind.as_str());
    }
    if let Some(outcome) = search.outcome {
        query.push(" AND outcome = ").push_bind(outcome.as_str());
    }
    if let Some(actor) = &search.actor {
        query.push(" AND actor = ").push_bind(actor.clone());
    }
    if let Some(client) = &search.client {
        query.push(" AND client_id = ").push_bind(client.as_str().to_owned());
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

#[derive(sqlx::FromRow)]
struct FoundRow {
    citizen_id: Option<Uuid>,
    #[sqlx(flatten)]
    row: EventRow,
}

impl FoundRow {
    fn open(self) -> Result<FoundEvent, Error> {
        let kind = self.row.kind.clone();
        Ok(FoundEvent { kind, citizen: self.citizen_id.map(CitizenId::from_uuid), event: self.row.open()? })
    }
}
