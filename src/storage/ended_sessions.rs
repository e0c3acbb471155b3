//! Sessions that have ended: kept until they would have expired, so that a short-lived store that comes back from a
//! failover with older data can be told again what must stay ended.

use sqlx::types::Uuid;

use super::connection::{Read, Write, on_backend};
use super::error::Error;
use super::row::{Page, one_more};
use crate::domain::ids::{CitizenId, SessionId};
use crate::domain::time::Timestamp;

const END: &str = "INSERT INTO ended_sessions (session_id, citizen_id, ended_at, forget_after)
    VALUES ($1, $2, $3, $4) ON CONFLICT (session_id) DO NOTHING";
const LIST_ENDED: &str = "SELECT session_id, citizen_id, ended_at FROM ended_sessions
    WHERE (ended_at, session_id) > ($1, $2) ORDER BY ended_at, session_id LIMIT $3";
// The condition that the partial index has, so that it is used.
const LIST_CUT: &str = "SELECT id, sessions_valid_from FROM citizens
    WHERE sessions_valid_from > 0 AND (sessions_valid_from, id) > ($1, $2) ORDER BY sessions_valid_from, id LIMIT $3";
const FORGET: &str = "DELETE FROM ended_sessions WHERE session_id IN
    (SELECT session_id FROM ended_sessions WHERE forget_after < $1 ORDER BY forget_after LIMIT $2)";

/// Ended sessions, seen from one connection.
pub struct EndedSessions<'c, C>(pub(super) &'c mut C);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedSession {
    pub session: SessionId,
    pub citizen: CitizenId,
    pub ended_at: Timestamp,
}

/// A citizen all of whose sessions from before have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionsCut {
    pub citizen: CitizenId,
    pub valid_from: Timestamp,
}

impl<C: Read> EndedSessions<'_, C> {
    /// Up to `limit` sessions that ended at `since` or later, the oldest first, those that follow `after`.
    pub async fn since(
        &mut self,
        since: Timestamp,
        after: Option<EndedSession>,
        limit: u32,
    ) -> Result<Page<EndedSession, EndedSession>, Error> {
        // No session has the id nil, so that a session that ended at `since` itself follows it.
        let (at, id) = after.map_or((since, Uuid::nil()), |last| (last.ended_at, last.session.uuid()));
        let rows: Vec<(Uuid, Uuid, i64)> = on_backend!(self.0, |db| {
            sqlx::query_as(LIST_ENDED).bind(at.micros()).bind(id).bind(one_more(limit)).fetch_all(db).await
        })?;
        let ended = |(session, citizen, at)| EndedSession {
            session: SessionId::from_uuid(session),
            citizen: CitizenId::from_uuid(citizen),
            ended_at: Timestamp::from_micros(at),
        };
        Ok(Page::new(rows.into_iter().map(ended).collect(), limit, |ended| *ended))
    }

    /// Up to `limit` citizens whose sessions were cut at `since` or later, the first cut first, those that follow `after`.
    pub async fn cut_since(
        &mut self,
        since: Timestamp,
        after: Option<SessionsCut>,
        limit: u32,
    ) -> Result<Page<SessionsCut, SessionsCut>, Error> {
        let (at, id) = after.map_or((since, Uuid::nil()), |last| (last.valid_from, last.citizen.uuid()));
        let rows: Vec<(Uuid, i64)> = on_backend!(self.0, |db| {
            sqlx::query_as(LIST_CUT).bind(at.micros()).bind(id).bind(one_more(limit)).fetch_all(db).await
        })?;
        let cut = |(citizen, at)| SessionsCut {
            citizen: CitizenId::from_uuid(citizen),
            valid_from: Timestamp::from_micros(at),
        };
        Ok(Page::new(rows.into_iter().map(cut).collect(), limit, |cut| *cut))
    }
}

impl<C: Write> EndedSessions<'_, C> {
    /// Notes that a session has ended. `forget_after` is when it would have expired by itself.
    pub async fn end(&mut self, ended: EndedSession, forget_after: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(END)
                .bind(ended.session.uuid())
                .bind(ended.citizen.uuid())
                .bind(ended.ended_at.micros())
                .bind(forget_after.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Removes up to `limit` that would have expired by `now`, and tells how many that were.
    pub async fn forget(&mut self, now: Timestamp, limit: u32) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(FORGET)
                .bind(now.micros())
                .bind(i64::from(limit))
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?)
    }
}
