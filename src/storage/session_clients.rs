//! Which clients took part in which session. Whoever is told of its end is taken out in the same transaction.

use sqlx::types::Uuid;

use super::connection::{Backend, Read, Transaction, Write, on_backend};
use super::error::Error;
use super::grants::acting;
use crate::domain::ids::{CitizenId, ClientId, MandateId, SessionId};
use crate::domain::logout::Participant;
use crate::domain::mandate::InWhoseName;
use crate::domain::time::Timestamp;

const LIST: &str = "SELECT client_id FROM session_clients WHERE citizen_id = $1 AND session_id = $2
    ORDER BY client_id";
const JOIN_SQLITE: &str = "INSERT INTO session_clients (citizen_id, session_id, client_id, subject, sid, forget_after)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (citizen_id, session_id, client_id)
    DO UPDATE SET subject = excluded.subject, sid = excluded.sid, forget_after = excluded.forget_after";
// Whoever ends a session of this citizen's waits until everyone who is joining has joined, and whoever joins after that
// finds it ended. In SQLite a transaction that writes is alone anyway.
const JOIN_POSTGRES: &str =
    "INSERT INTO session_clients (citizen_id, session_id, client_id, subject, sid, forget_after)
    SELECT $1, $2, $3, $4, $5, $6 FROM pg_advisory_xact_lock_shared($7)
    ON CONFLICT (citizen_id, session_id, client_id)
    DO UPDATE SET subject = excluded.subject, sid = excluded.sid, forget_after = excluded.forget_after";
const CLOSE_POSTGRES: &str = "SELECT pg_advisory_xact_lock($1)";
const LEAVE_SESSION: &str = "DELETE FROM session_clients WHERE citizen_id = $1 AND session_id = $2
    RETURNING citizen_id, session_id, client_id, subject, sid";
const LEAVE_ALL: &str = "DELETE FROM session_clients WHERE citizen_id = $1
    RETURNING citizen_id, session_id, client_id, subject, sid";
const LEAVE_CLIENT: &str = "DELETE FROM session_clients WHERE citizen_id = $1 AND client_id = $2
    RETURNING citizen_id, session_id, client_id, subject, sid";
// Also where the person has gone on in another name since: what the client was told before ends with the mandate.
const LEAVE_MANDATE: &str = "DELETE FROM session_clients WHERE citizen_id = $1 AND (mandate_id = $2
        OR EXISTS (SELECT 1 FROM grants g WHERE g.citizen_id = $1 AND g.mandate_id = $2
            AND g.session_id = session_clients.session_id AND g.client_id = session_clients.client_id))
    RETURNING citizen_id, session_id, client_id, subject, sid";
const IN_WHOSE_NAME: &str = "SELECT in_whose_name, organisation_id, mandate_id FROM session_clients
    WHERE citizen_id = $1 AND session_id = $2 AND client_id = $3";
const CHOOSE: &str = "UPDATE session_clients SET in_whose_name = $4, organisation_id = $5, mandate_id = $6
    WHERE citizen_id = $1 AND session_id = $2 AND client_id = $3";
const PROLONG: &str = "UPDATE session_clients SET forget_after = $3 WHERE citizen_id = $1 AND session_id = $2";
const FORGET: &str = "DELETE FROM session_clients WHERE (citizen_id, session_id, client_id) IN
    (SELECT citizen_id, session_id, client_id FROM session_clients WHERE forget_after < $1
     ORDER BY forget_after LIMIT $2)";

const MYSELF: &str = "myself";
const ORGANISATION: &str = "organisation";

/// Clients of sessions, seen from one connection.
pub struct SessionClients<'c, C>(pub(super) &'c mut C);

impl<C: Read> SessionClients<'_, C> {
    /// The clients that take part in a session.
    pub async fn list(&mut self, citizen: CitizenId, session: SessionId) -> Result<Vec<ClientId>, Error> {
        let ids: Vec<String> = on_backend!(self.0, |db| {
            sqlx::query_scalar(LIST).bind(citizen.uuid()).bind(session.uuid()).fetch_all(db).await
        })?;
        ids.iter().map(|id| id.parse().map_err(|_| Error::Corrupt("a session's client"))).collect()
    }
}

impl<C: Read> SessionClients<'_, C> {
    /// In whose name the person signed in to a client in a session; `None` where they were not asked.
    pub async fn in_whose_name(
        &mut self,
        citizen: CitizenId,
        session: SessionId,
        client: &ClientId,
    ) -> Result<Option<InWhoseName>, Error> {
        let found: Option<(Option<String>, Option<Uuid>, Option<Uuid>)> = on_backend!(self.0, |db| {
            sqlx::query_as(IN_WHOSE_NAME)
                .bind(citizen.uuid())
                .bind(session.uuid())
                .bind(client.as_str())
                .fetch_optional(db)
                .await
        })?;
        let Some((chosen, organisation, mandate)) = found else { return Ok(None) };
        match (chosen.as_deref(), acting(organisation, mandate)?) {
            (None, None) => Ok(None),
            (Some(MYSELF), None) => Ok(Some(InWhoseName::Myself)),
            (Some(ORGANISATION), Some(acting)) => Ok(Some(InWhoseName::Organisation(acting))),
            _ => Err(Error::Corrupt("in whose name somebody signed in")),
        }
    }
}

impl<C: Write> SessionClients<'_, C> {
    /// The session goes on for longer than was known when its clients joined.
    pub async fn prolong(
        &mut self,
        citizen: CitizenId,
        session: SessionId,
        forget_after: Timestamp,
    ) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(PROLONG)
                .bind(citizen.uuid())
                .bind(session.uuid())
                .bind(forget_after.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Removes up to `limit` of sessions that were over by `now`, and tells how many that were.
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

impl SessionClients<'_, Transaction> {
    /// Notes that a client takes part in a session. No session of this citizen's ends before this transaction does, so
    /// whether it has ended is to be asked after this, and before that. `forget_after` is when the session is over
    /// however it is used.
    pub async fn join(&mut self, participant: &Participant, forget_after: Timestamp) -> Result<(), Error> {
        let (citizen, session) = (participant.citizen.uuid(), participant.session.uuid());
        let (client, subject, sid) = (participant.client.as_str(), &*participant.subject, &*participant.sid);
        match self.0.backend() {
            Backend::Postgres(db) => {
                let join = sqlx::query(JOIN_POSTGRES).bind(citizen).bind(session).bind(client).bind(subject).bind(sid);
                join.bind(forget_after.micros()).bind(door_of(participant.citizen)).execute(db).await?;
            }
            Backend::Sqlite(db) => {
                let join = sqlx::query(JOIN_SQLITE).bind(citizen).bind(session).bind(client).bind(subject).bind(sid);
                join.bind(forget_after.micros()).execute(db).await?;
            }
        }
        Ok(())
    }

    /// Notes in whose name the person signed in to a client that takes part in a session.
    pub async fn choose(&mut self, participant: &Participant, chosen: InWhoseName) -> Result<(), Error> {
        let acting = chosen.acting();
        let text = if acting.is_some() { ORGANISATION } else { MYSELF };
        Ok(on_backend!(self.0, |db| {
            sqlx::query(CHOOSE)
                .bind(participant.citizen.uuid())
                .bind(participant.session.uuid())
                .bind(participant.client.as_str())
                .bind(text)
                .bind(acting.map(|acting| acting.organisation.uuid()))
                .bind(acting.map(|acting| acting.mandate.uuid()))
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// From here to the end of this transaction nobody joins a session of this citizen's: for whoever ends one, before
    /// anything else.
    pub async fn close(&mut self, citizen: CitizenId) -> Result<(), Error> {
        if let Backend::Postgres(db) = self.0.backend() {
            sqlx::query(CLOSE_POSTGRES).bind(door_of(citizen)).execute(db).await?;
        }
        Ok(())
    }

    /// Takes out everyone who took part in a session.
    pub async fn leave_session(&mut self, citizen: CitizenId, session: SessionId) -> Result<Vec<Participant>, Error> {
        let rows: Vec<ParticipantRow> = on_backend!(self.0, |db| {
            sqlx::query_as(LEAVE_SESSION).bind(citizen.uuid()).bind(session.uuid()).fetch_all(db).await
        })?;
        rows.into_iter().map(ParticipantRow::open).collect()
    }

    /// Takes out everyone who took part in any session of a citizen.
    pub async fn leave_all(&mut self, citizen: CitizenId) -> Result<Vec<Participant>, Error> {
        let rows: Vec<ParticipantRow> =
            on_backend!(self.0, |db| sqlx::query_as(LEAVE_ALL).bind(citizen.uuid()).fetch_all(db).await)?;
        rows.into_iter().map(ParticipantRow::open).collect()
    }

    /// Takes out everyone who was signed in to by a mandate, in whatever session.
    pub async fn leave_mandate(&mut self, citizen: CitizenId, mandate: MandateId) -> Result<Vec<Participant>, Error> {
        let rows: Vec<ParticipantRow> = on_backend!(self.0, |db| {
            sqlx::query_as(LEAVE_MANDATE).bind(citizen.uuid()).bind(mandate.uuid()).fetch_all(db).await
        })?;
        rows.into_iter().map(ParticipantRow::open).collect()
    }

    /// Takes one client out of every session of a citizen.
    pub async fn leave_client(&mut self, citizen: CitizenId, client: &ClientId) -> Result<Vec<Participant>, Error> {
        let rows: Vec<ParticipantRow> = on_backend!(self.0, |db| {
            sqlx::query_as(LEAVE_CLIENT).bind(citizen.uuid()).bind(client.as_str()).fetch_all(db).await
        })?;
        rows.into_iter().map(ParticipantRow::open).collect()
    }
}

/// The advisory lock that those who join and those who end the sessions of a citizen meet at: the random half of the id.
fn door_of(citizen: CitizenId) -> i64 {
    i64::from_be_bytes(citizen.uuid().as_u64_pair().1.to_be_bytes())
}

#[derive(sqlx::FromRow)]
struct ParticipantRow {
    citizen_id: Uuid,
    session_id: Uuid,
    client_id: String,
    subject: String,
    sid: String,
}

impl ParticipantRow {
    fn open(self) -> Result<Participant, Error> {
        Ok(Participant {
            citizen: CitizenId::from_uuid(self.citizen_id),
            session: SessionId::from_uuid(self.session_id),
            client: self.client_id.parse().map_err(|_| Error::Corrupt("a session's client"))?,
            subject: self.subject,
            sid: self.sid,
        })
    }
}
