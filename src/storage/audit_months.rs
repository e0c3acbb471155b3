//! The months of the audit log on Postgres: a partition each, made before its first event and gone after its last.

use super::audit_log::AuditLog;
use super::connection::{Backend, Read, Transaction};
use super::error::Error;
use crate::domain::time::Timestamp;

const OWNS_EVENTS: &str =
    "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = CAST('audit_events' AS regclass)";
const ADD_MONTHS: &str = "SELECT count(*) FROM generate_series(0, 3) AS months
    WHERE audit_add_month(CAST(date_trunc('month', CURRENT_DATE) + months * INTERVAL '1 month' AS DATE))";
/// Those that end before a moment, in microseconds since the Unix epoch. Names of months sort as they follow each other.
const MONTHS_BEFORE: &str = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = CAST('audit_events' AS regclass) AND c.relname ~ '^audit_events_[0-9]{4}_[0-9]{2}$'
        AND c.relname < 'audit_events_' || to_char(to_timestamp($1 / 1000000.0) AT TIME ZONE 'UTC', 'YYYY_MM')
    ORDER BY 1";
/// Whoever reads the log, or adds to it, waits behind this: not for long.
const AT_ONCE: &str = "SET LOCAL lock_timeout = '2s'";
/// The parent first, as everybody else does: whoever has a partition first waits for whoever waits for it.
const ALONE: &str = "LOCK TABLE ONLY audit_events IN ACCESS EXCLUSIVE MODE";

impl AuditLog<'_, Transaction> {
    /// Makes the partitions of this month and the next three, where the database has any and the account may: how many.
    pub async fn add_months(&mut self) -> Result<u64, Error> {
        let Backend::Postgres(db) = self.0.backend() else { return Ok(0) };
        if !sqlx::query_scalar::<_, bool>(OWNS_EVENTS).fetch_one(&mut *db).await? {
            return Ok(0);
        }
        Ok(sqlx::query_scalar::<_, i64>(ADD_MONTHS).fetch_one(db).await?.unsigned_abs())
    }

    /// Drops the partitions of the months that end before that moment and hold no event any more, where the database has any and the
    /// account may: how many. An event that is not retired keeps its month.
    ///
    /// # Errors
    /// Also where somebody is at the table for too long: the next time will do.
    pub async fn drop_months(&mut self, before: Timestamp) -> Result<u64, Error> {
        let Backend::Postgres(db) = self.0.backend() else { return Ok(0) };
        if !sqlx::query_scalar::<_, bool>(OWNS_EVENTS).fetch_one(&mut *db).await? {
            return Ok(0);
        }
        let months: Vec<String> = sqlx::query_scalar(MONTHS_BEFORE).bind(before.micros()).fetch_all(&mut *db).await?;
        // Names of letters, digits and underscores, as the statement asks for.
        let is_empty = |month: &str| sqlx::AssertSqlSafe(format!("SELECT NOT EXISTS (SELECT 1 FROM {month})"));
        let mut empty = Vec::new();
        for month in months {
            if sqlx::query_scalar::<_, bool>(is_empty(&month)).fetch_one(&mut *db).await? {
                empty.push(month);
            }
        }
        if empty.is_empty() {
            return Ok(0);
        }
        sqlx::query(AT_ONCE).execute(&mut *db).await?;
        sqlx::query(ALONE).execute(&mut *db).await?;
        let mut dropped = 0;
        for month in empty {
            // Once more, now that nobody adds to it.
            if sqlx::query_scalar::<_, bool>(is_empty(&month)).fetch_one(&mut *db).await? {
                sqlx::query(sqlx::AssertSqlSafe(format!("DROP TABLE {month}"))).execute(&mut *db).await?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }
}
