//! How far the audit log has been sent to the operator's collectors.

use super::audit_log::{count, number};
use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use crate::domain::time::Timestamp;

const CURSOR: &str = "SELECT place, holder, held_until FROM collector_cursors WHERE collector = $1";
const CLAIM: &str = "INSERT INTO collector_cursors (collector, place, holder, held_until) VALUES ($1, 0, $2, $3)
    ON CONFLICT (collector) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
        WHERE collector_cursors.holder = excluded.holder OR collector_cursors.held_until <= $4
    RETURNING place";
/// Whoever lost the cursor to another server, or comes too late, moves nothing.
const ADVANCE: &str = "UPDATE collector_cursors SET place = $3 WHERE collector = $1 AND holder = $2 AND place < $3";

/// The cursors of collectors, seen from one connection.
pub struct Collectors<'c, C>(pub(super) &'c mut C);

/// How far one collector is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectorCursor {
    /// The first place that it has not been sent.
    pub place: u64,
    /// The server that sends.
    pub holder: String,
    /// Until when no other server does.
    pub held_until: Timestamp,
}

impl<C: Read> Collectors<'_, C> {
    /// `None` for a collector that was never sent anything.
    pub async fn cursor(&mut self, collector: &str) -> Result<Option<CollectorCursor>, Error> {
        let row: Option<(i64, String, i64)> =
            on_backend!(self.0, |db| sqlx::query_as(CURSOR).bind(collector).fetch_optional(db).await)?;
        row.map(|(place, holder, until)| {
            Ok(CollectorCursor { place: count(place)?, holder, held_until: Timestamp::from_micros(until) })
        })
        .transpose()
    }
}

impl Collectors<'_, Transaction> {
    /// Makes `holder` the one that sends until `until`: from which place on. `None` while another one is it.
    pub async fn claim(
        &mut self,
        collector: &str,
        holder: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<u64>, Error> {
        let place: Option<i64> = on_backend!(self.0, |db| {
            let claim = sqlx::query_scalar(CLAIM).bind(collector).bind(holder).bind(until.micros());
            claim.bind(now.micros()).fetch_optional(db).await
        })?;
        place.map(count).transpose()
    }

    /// Everything before `place` has reached the collector: whether `holder` is still the one that says so.
    pub async fn advance(&mut self, collector: &str, holder: &str, place: u64) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            let advance = sqlx::query(ADVANCE).bind(collector).bind(holder).bind(number(place));
            advance.execute(db).await.map(|done| done.rows_affected() == 1)
        })?)
    }
}
