//! What the outboxes have in common: several servers empty each at once, and an attempt holds its row by a lease, so that what a
//! killed server left is taken up by another.

use sqlx::FromRow;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::types::Uuid;

use super::connection::{Backend, Read, Write, on_backend};
use super::error::Error;
use crate::domain::logout::{DeliveryState, Settlement};
use crate::domain::time::Timestamp;

/// What waits to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub pending: u64,
    pub oldest: Option<Timestamp>,
}

/// How much is taken at once, and until when nobody else takes it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lease {
    pub now: Timestamp,
    pub ends: Timestamp,
    pub limit: u32,
}

/// The statement that takes what is due in a lane (`$1`), in either dialect: Postgres skips what others are taking.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub postgres: &'static str,
    pub sqlite: &'static str,
}

impl Claim {
    pub(super) async fn take<C, R>(self, connection: &mut C, lane: &str, lease: Lease) -> Result<Vec<R>, Error>
    where
        C: Write,
        R: for<'r> FromRow<'r, PgRow> + for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
    {
        let (now, ends, limit) = (lease.now.micros(), lease.ends.micros(), i64::from(lease.limit));
        Ok(match connection.backend() {
            Backend::Postgres(db) => {
                sqlx::query_as(self.postgres).bind(lane).bind(ends).bind(now).bind(limit).fetch_all(db).await?
            }
            Backend::Sqlite(db) => {
                sqlx::query_as(self.sqlite).bind(lane).bind(ends).bind(now).bind(limit).fetch_all(db).await?
            }
        })
    }
}

/// Writes down how an attempt ended; tells whether it still was this attempt's to tell.
pub(super) async fn settle<C: Write>(
    connection: &mut C,
    statement: &'static str,
    (id, attempts): (Uuid, u32),
    how: &Settlement,
    now: Timestamp,
) -> Result<bool, Error> {
    let (state, due_at, fault) = match how {
        Settlement::Delivered => (DeliveryState::Delivered, now, None),
        Settlement::Refused { fault } => (DeliveryState::Refused, now, Some(&**fault)),
        Settlement::Undelivered { fault } => (DeliveryState::Undelivered, now, Some(&**fault)),
        Settlement::Postponed { due_at, fault } => (DeliveryState::Pending, *due_at, Some(&**fault)),
    };
    let settled_at = (state != DeliveryState::Pending).then_some(now.micros());
    let settled = on_backend!(connection, |db| {
        sqlx::query(statement)
            .bind(id)
            .bind(i64::from(attempts))
            .bind(state.as_str())
            .bind(due_at.micros())
            .bind(fault)
            .bind(settled_at)
            .execute(db)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(settled > 0)
}

pub(super) async fn backlog<C: Read>(connection: &mut C, statement: &'static str) -> Result<Backlog, Error> {
    let (pending, oldest): (i64, Option<i64>) =
        on_backend!(connection, |db| sqlx::query_as(statement).fetch_one(db).await)?;
    Ok(Backlog { pending: u64::try_from(pending).unwrap_or(0), oldest: oldest.map(Timestamp::from_micros) })
}

/// Removes up to `limit` that were settled before `before`, and tells how many that were.
pub(super) async fn forget<C: Write>(
    connection: &mut C,
    statement: &'static str,
    before: Timestamp,
    limit: u32,
) -> Result<u64, Error> {
    Ok(on_backend!(connection, |db| {
        sqlx::query(statement)
            .bind(before.micros())
            .bind(i64::from(limit))
            .execute(db)
            .await
            .map(|done| done.rows_affected())
    })?)
}
