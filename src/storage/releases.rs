//! What of citizens went to clients: written in groups together with the events that tell of it, and read by cursor.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::types::Uuid;
use sqlx::{PgConnection, QueryBuilder, SqliteConnection};

use super::audit::{Columns, RECORD_POSTGRES, WAIT_POSTGRES, details};
use super::connection::{Backend, Read, Transaction, Write, on_backend};
use super::error::Error;
use super::row::{Page, from_json, one_more, to_json};
use super::store::Store;
use crate::domain::audit::Event;
use crate::domain::ids::{CitizenId, ClientId, GrantId, OrganisationId, ReleaseId};
use crate::domain::release::{Release, StatedTerms, TermsId};
use crate::domain::time::Timestamp;

const STATE: &str = "INSERT INTO release_terms (id, client_id, terms, since) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO NOTHING";
const INSERT: &str = "INSERT INTO releases
    (citizen_id, id, client_id, grant_id, door, claims, terms_id, first_at, last_at, times, organisation_id) ";
const COUNT_TOGETHER: &str = " ON CONFLICT (citizen_id, id) DO UPDATE SET times = releases.times + excluded.times,
    last_at = CASE WHEN excluded.last_at > releases.last_at THEN excluded.last_at ELSE releases.last_at END";
const LIST: &str =
    "SELECT r.citizen_id, r.id, r.client_id, r.grant_id, r.door, r.claims, r.terms_id, r.first_at, r.last_at,
        r.times, r.organisation_id, t.terms
    FROM releases r LEFT JOIN release_terms t ON t.id = r.terms_id
    WHERE r.citizen_id = $1 AND r.id < $2 AND ($3 IS NULL OR r.client_id = $3) ORDER BY r.id DESC LIMIT $4";
const STATED: &str = "SELECT terms FROM release_terms WHERE id = $1";
const FORGET: &str = "DELETE FROM releases WHERE (citizen_id, id) IN
    (SELECT citizen_id, id FROM releases WHERE first_at < $1 ORDER BY first_at LIMIT $2)";

/// Releases in one SQLite statement: eleven values each, and it takes 32,766 in all.
const ROWS_AT_ONCE: usize = 1_000;

/// Releases, seen from one connection.
pub struct Releases<'c, C>(pub(super) &'c mut C);

/// A release with what was said at that time of what it was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRelease {
    pub release: Release,
    pub terms: Option<StatedTerms>,
}

impl<C: Read> Releases<'_, C> {
    /// Up to `limit` of a citizen's releases, the newest first, those older than `before`; only those to `client` where one is
    /// named.
    pub async fn list(
        &mut self,
        citizen: CitizenId,
        before: Option<ReleaseId>,
        client: Option<&ClientId>,
        limit: u32,
    ) -> Result<Page<RecordedRelease, ReleaseId>, Error> {
        let before = before.map_or(Uuid::max(), ReleaseId::uuid);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, ReleaseRow>(LIST)
                .bind(citizen.uuid())
                .bind(before)
                .bind(client.map(ClientId::as_str))
                .bind(one_more(limit))
                .fetch_all(db)
                .await
        })?;
        let releases = rows.into_iter().map(ReleaseRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(releases, limit, |recorded: &RecordedRelease| recorded.release.id))
    }

    /// What is kept under `id`.
    pub async fn stated(&mut self, id: &TermsId) -> Result<Option<StatedTerms>, Error> {
        let json: Option<String> =
            on_backend!(self.0, |db| { sqlx::query_scalar(STATED).bind(id.as_slice()).fetch_optional(db).await })?;
        json.map(|json| from_json("what a release was for", &json)).transpose()
    }
}

impl<C: Write> Releases<'_, C> {
    /// Keeps what releases refer to by `id`, once.
    pub async fn state(&mut self, id: &TermsId, terms: &StatedTerms, now: Timestamp) -> Result<(), Error> {
        let json = to_json(terms)?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(STATE)
                .bind(id.as_slice())
                .bind(terms.client.as_str())
                .bind(json)
                .bind(now.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }
}

impl Releases<'_, Transaction> {
    /// Removes up to `limit` releases of before `then`, and tells how many that were. What clients said stays: it is of no
    /// citizen.
    pub async fn forget(&mut self, then: Timestamp, limit: u32) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(FORGET)
                .bind(then.micros())
                .bind(i64::from(limit))
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}

impl Store {
    /// Writes a group of events and the releases that some of them tell of: all of it or nothing, in Postgres in one round trip.
    pub async fn record(&self, events: &[Event], releases: &[Release]) -> Result<(), Error> {
        if releases.is_empty() {
            return self.write().await?.audit().record_all(events).await;
        }
        let releases = together(releases);
        let mut writing = self.write().await?;
        if let Backend::Postgres(db) = writing.backend() {
            return record_in_postgres(db, events, &releases).await;
        }
        drop(writing);
        let mut tx = self.begin().await?;
        tx.audit().record_all(events).await?;
        if let Backend::Sqlite(db) = tx.backend() {
            add_in_sqlite(db, &releases).await?;
        }
        tx.commit().await
    }
}

/// One release for each that is the same, in one order: two servers that count the same ones never wait for each other.
fn together(releases: &[Release]) -> Vec<Release> {
    let mut one_each: BTreeMap<(CitizenId, ReleaseId), Release> = BTreeMap::new();
    for release in releases {
        one_each
            .entry((release.citizen, release.id))
            .and_modify(|same| {
                same.times += release.times;
                same.first_at = same.first_at.min(release.first_at);
                same.last_at = same.last_at.max(release.last_at);
            })
            .or_insert_with(|| release.clone());
    }
    one_each.into_values().collect()
}

async fn record_in_postgres(db: &mut PgConnection, events: &[Event], releases: &[Release]) -> Result<(), Error> {
    let details = details(events)?;
    let statement = sqlx::AssertSqlSafe(format!(
        "WITH told AS ({INSERT} SELECT * FROM unnest($11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21) {COUNT_TOGETHER}), {WAIT_POSTGRES}
        {RECORD_POSTGRES}"
    ));
    let event = Columns(events);
    let release = Columns(releases);
    sqlx::query(statement)
        .bind(event.of(|event| event.id.uuid()))
        .bind(event.of(|event| event.at.micros()))
        .bind(event.of(|event| event.kind.as_str()))
        .bind(event.of(|event| event.outcome.as_str()))
        .bind(event.of(|event| event.actor.to_text()))
        .bind(event.of(|event| event.citizen.map(CitizenId::uuid)))
        .bind(event.of(|event| event.client.as_ref().map(ClientId::as_str)))
        .bind(event.of(|event| event.request.as_deref()))
        .bind(event.of(|event| event.address.as_deref()))
        .bind(details)
        .bind(release.of(|release| release.citizen.uuid()))
        .bind(release.of(|release| release.id.uuid()))
        .bind(release.of(|release| release.client.as_str()))
        .bind(release.of(|release| release.grant.uuid()))
        .bind(release.of(|release| release.door.as_str()))
        .bind(release.of(names))
        .bind(release.of(|release| release.terms.to_vec()))
        .bind(release.of(|release| release.first_at.micros()))
        .bind(release.of(|release| release.last_at.micros()))
        .bind(release.of(times))
        .bind(release.of(organisation))
        .execute(db)
        .await?;
    Ok(())
}

async fn add_in_sqlite(db: &mut SqliteConnection, releases: &[Release]) -> Result<(), Error> {
    for group in releases.chunks(ROWS_AT_ONCE) {
        let mut insert = QueryBuilder::new(INSERT);
        insert.push_values(group, |mut row, release| {
            row.push_bind(release.citizen.uuid())
                .push_bind(release.id.uuid())
                .push_bind(release.client.as_str())
                .push_bind(release.grant.uuid())
                .push_bind(release.door.as_str())
                .push_bind(names(release))
                .push_bind(release.terms.to_vec())
                .push_bind(release.first_at.micros())
                .push_bind(release.last_at.micros())
                .push_bind(times(release))
                .push_bind(organisation(release));
        });
        insert.push(COUNT_TOGETHER);
        insert.build().execute(&mut *db).await?;
    }
    Ok(())
}

fn names(release: &Release) -> String {
    release.claims.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn organisation(release: &Release) -> Option<Uuid> {
    release.organisation.map(OrganisationId::uuid)
}

fn times(release: &Release) -> i64 {
    i64::try_from(release.times).unwrap_or(i64::MAX)
}

#[derive(sqlx::FromRow)]
struct ReleaseRow {
    citizen_id: Uuid,
    id: Uuid,
    client_id: String,
    grant_id: Uuid,
    door: String,
    claims: String,
    terms_id: Vec<u8>,
    first_at: i64,
    last_at: i64,
    times: i64,
    organisation_id: Option<Uuid>,
    terms: Option<String>,
}

impl ReleaseRow {
    fn open(self) -> Result<RecordedRelease, Error> {
        let terms = self.terms.as_deref().map(|json| from_json("what a release was for", json)).transpose()?;
        let claims: BTreeSet<String> =
            self.claims.split(' ').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let release = Release {
            id: ReleaseId::from_uuid(self.id),
            citizen: CitizenId::from_uuid(self.citizen_id),
            client: self.client_id.parse().map_err(|_| Error::Corrupt("a release's client"))?,
            grant: GrantId::from_uuid(self.grant_id),
            organisation: self.organisation_id.map(OrganisationId::from_uuid),
            door: self.door.parse().map_err(|_| Error::Corrupt("a release's door"))?,
            claims,
            terms: self.terms_id.try_into().map_err(|_| Error::Corrupt("a release's terms"))?,
            first_at: Timestamp::from_micros(self.first_at),
            last_at: Timestamp::from_micros(self.last_at),
            times: u64::try_from(self.times).map_err(|_| Error::Corrupt("a release's count"))?,
        };
        Ok(RecordedRelease { release, terms })
    }
}
