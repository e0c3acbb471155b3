//! What was counted by the hour. Servers add to the same rows.

use std::borrow::Cow;

use sqlx::QueryBuilder;

use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use crate::domain::ids::ClientId;
use crate::domain::statistics::{Counted, Figure, Hour};

const ADD: &str = "INSERT INTO hourly_statistics (figure, hour, label, bound, client, count) ";
const TO_WHAT_IS_THERE: &str = " ON CONFLICT (figure, hour, label, bound, client)
    DO UPDATE SET count = hourly_statistics.count + excluded.count";
/// Spans of `$4` hours, counted from the first one asked for.
const OF_ALL: &str = "SELECT CAST((hour - $2) / $4 AS BIGINT), label, bound, CAST(SUM(count) AS BIGINT)
    FROM hourly_statistics WHERE figure = $1 AND hour >= $2 AND hour < $3
    GROUP BY 1, label, bound ORDER BY 1, label, bound";
const OF_CLIENT: &str = "SELECT CAST((hour - $2) / $4 AS BIGINT), label, bound, CAST(SUM(count) AS BIGINT)
    FROM hourly_statistics WHERE figure = $1 AND hour >= $2 AND hour < $3 AND client = $5
    GROUP BY 1, label, bound ORDER BY 1, label, bound";
const BY_CLIENT: &str = "SELECT client, CAST(SUM(count) AS BIGINT)
    FROM hourly_statistics WHERE figure = $1 AND hour >= $2 AND hour < $3
    GROUP BY client ORDER BY 2 DESC, client LIMIT $4";
const FORGET: &str = "DELETE FROM hourly_statistics WHERE hour < $1";

/// Rows of one statement: six values each, and SQLite takes 32,766.
const ROWS_AT_ONCE: usize = 500;

/// Hourly statistics, seen from one connection.
pub struct Statistics<'c, C>(pub(super) &'c mut C);

/// What is added to one row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    pub figure: Figure,
    pub hour: Hour,
    pub label: Cow<'static, str>,
    pub bound: u32,
    pub client: Option<ClientId>,
}

/// Which counts are read: those from `from` on and before `until`, in spans of `span` hours.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    pub from: Hour,
    pub until: Hour,
    /// At least 1.
    pub span: u32,
}

impl<C: Read> Statistics<'_, C> {
    /// Counts of one figure, of all portals together or of one; spans in which nothing was counted are left out.
    pub async fn counted(
        &mut self,
        figure: Figure,
        window: Window,
        client: Option<&ClientId>,
    ) -> Result<Vec<Counted>, Error> {
        let span = i64::from(window.span.max(1));
        let (from, until) = (window.from.number(), window.until.number());
        let rows: Vec<(i64, String, i64, i64)> = on_backend!(self.0, |db| {
            let query = sqlx::query_as(if client.is_some() { OF_CLIENT } else { OF_ALL });
            let query = query.bind(figure.as_str()).bind(from).bind(until).bind(span);
            match client {
                Some(client) => query.bind(client.as_str()).fetch_all(db).await,
                None => query.fetch_all(db).await,
            }
        })?;
        let counted = |(number, label, bound, count): (i64, String, i64, i64)| Counted {
            from: Hour::from_number(from.saturating_add(number.saturating_mul(span))),
            label,
            bound: u32::try_from(bound).unwrap_or(u32::MAX),
            count: count.unsigned_abs(),
        };
        Ok(rows.into_iter().map(counted).collect())
    }

    /// The portals with most of one figure, and how much each had. Who has no portal is left out by nobody: it is `None`.
    pub async fn by_client(
        &mut self,
        figure: Figure,
        window: Window,
        limit: u32,
    ) -> Result<Vec<(Option<ClientId>, u64)>, Error> {
        let rows: Vec<(String, i64)> = on_backend!(self.0, |db| {
            sqlx::query_as(BY_CLIENT)
                .bind(figure.as_str())
                .bind(window.from.number())
                .bind(window.until.number())
                .bind(i64::from(limit))
                .fetch_all(db)
                .await
        })?;
        let client = |(client, count): (String, i64)| {
            let client = match client.is_empty() {
                true => None,
                false => Some(client.try_into().map_err(|_| Error::Corrupt("a portal that was counted"))?),
            };
            Ok((client, count.unsigned_abs()))
        };
        rows.into_iter().map(client).collect()
    }
}

impl Statistics<'_, Transaction> {
    /// Adds to what is there. In the order of the rows, so that two servers never wait for each other in a circle.
    pub async fn add(&mut self, counts: &[(Cell, u64)]) -> Result<(), Error> {
        let mut sorted: Vec<&(Cell, u64)> = counts.iter().collect();
        sorted.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        for group in sorted.chunks(ROWS_AT_ONCE) {
            on_backend!(self.0, |db| {
                let mut insert = QueryBuilder::new(ADD);
                insert.push_values(group, |mut row, (cell, count)| {
                    row.push_bind(cell.figure.as_str())
                        .push_bind(cell.hour.number())
                        .push_bind(&*cell.label)
                        .push_bind(i64::from(cell.bound))
                        .push_bind(cell.client.as_ref().map_or("", ClientId::as_str))
                        .push_bind(i64::try_from(*count).unwrap_or(i64::MAX));
                });
                insert.push(TO_WHAT_IS_THERE).build().execute(db).await.map(drop)
            })?;
        }
        Ok(())
    }

    /// Removes what was counted before `hour`.
    pub async fn forget(&mut self, hour: Hour) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(FORGET).bind(hour.number()).execute(db).await.map(|done| done.rows_affected())
        })?)
    }
}
