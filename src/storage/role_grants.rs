//! Who holds which role of the administration, and who owns which application. Every role is read afresh for every act: one that was
//! withdrawn, or whose holder's account is not active any more, counts for nothing from the next one on.

use std::collections::BTreeSet;

use sqlx::types::Uuid;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use crate::domain::administration::{Role, RoleGrant};
use crate::domain::ids::{CitizenId, ClientId, RoleGrantId};
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "SELECT g.id, g.citizen_id, g.role, g.granted_by, g.since, g.until, g.ended_at FROM role_grants g "
    };
}
macro_rules! standing {
    () => {
        "JOIN citizens c ON c.id = g.citizen_id AND c.status = 'active'
            WHERE g.ended_at IS NULL AND g.since <= $1 AND (g.until IS NULL OR g.until > $1) "
    };
}

const OF: &str = concat!(columns!(), standing!(), "AND g.citizen_id = $2 ORDER BY g.role");
const HOLDERS: &str = concat!(columns!(), standing!(), "AND g.role = $2 ORDER BY g.id LIMIT $3");
const IS_HELD: &str = "SELECT EXISTS (SELECT 1 FROM role_grants
    WHERE role = $2 AND ended_at IS NULL AND (until IS NULL OR until > $1))";
const ALL: &str = concat!(columns!(), "WHERE g.ended_at IS NULL AND (g.until IS NULL OR g.until > $1) ORDER BY g.id");
const BROKEN_GLASS: &str = concat!(
    columns!(),
    standing!(),
    "AND (g.granted_by = 'break_glass' OR g.granted_by LIKE 'break_glass %') ORDER BY g.id"
);
const FIND: &str = concat!(columns!(), "WHERE g.citizen_id = $1 AND g.role = $2 AND g.ended_at IS NULL");
const END_EXPIRED: &str = "UPDATE role_grants SET ended_at = until, ended_by = 'system'
    WHERE citizen_id = $1 AND role = $2 AND ended_at IS NULL AND until <= $3";
const INSERT: &str = "INSERT INTO role_grants (id, citizen_id, role, granted_by, since, until)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
const END: &str = "UPDATE role_grants SET ended_at = $3, ended_by = $4
    WHERE citizen_id = $1 AND role = $2 AND ended_at IS NULL";
const END_ALL: &str = "UPDATE role_grants SET ended_at = $2, ended_by = $3 WHERE citizen_id = $1 AND ended_at IS NULL";
const TURN: &str = "INSERT INTO administration_turns (id, taken_at) VALUES (1, $1)
    ON CONFLICT (id) DO UPDATE SET taken_at = excluded.taken_at";
const OWNS: &str = "SELECT client_id FROM client_owners WHERE citizen_id = $1 ORDER BY client_id";
const OWNERS: &str = "SELECT citizen_id FROM client_owners WHERE client_id = $1 ORDER BY citizen_id";
const NAME_OWNER: &str = "INSERT INTO client_owners (client_id, citizen_id, named_by, since)
    VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
const REMOVE_OWNER: &str = "DELETE FROM client_owners WHERE client_id = $1 AND citizen_id = $2";
const REMOVE_OWNED: &str = "DELETE FROM client_owners WHERE citizen_id = $1";

/// Roles and ownership, seen from one connection.
pub struct RoleGrants<'c, C>(pub(super) &'c mut C);

impl<C: Read> RoleGrants<'_, C> {
    /// What this citizen holds now; nothing where their account is not active.
    pub async fn of(&mut self, citizen: CitizenId, now: Timestamp) -> Result<Vec<RoleGrant>, Error> {
        let rows: Vec<GrantRow> = on_backend!(self.0, |db| {
            sqlx::query_as(OF).bind(now.micros()).bind(citizen.uuid()).fetch_all(db).await
        })?;
        rows.into_iter().map(GrantRow::open).collect()
    }

    /// Up to `limit` who hold `role` now and could act by it.
    pub async fn holders(&mut self, role: Role, now: Timestamp, limit: u32) -> Result<Vec<RoleGrant>, Error> {
        let rows: Vec<GrantRow> = on_backend!(self.0, |db| {
            let ask = sqlx::query_as(HOLDERS).bind(now.micros()).bind(role.as_str());
            ask.bind(i64::from(limit)).fetch_all(db).await
        })?;
        rows.into_iter().map(GrantRow::open).collect()
    }

    /// Whether anybody holds `role` now, also somebody whose account is locked or suspended: it rests, and it is theirs.
    pub async fn is_held(&mut self, role: Role, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query_scalar(IS_HELD).bind(now.micros()).bind(role.as_str()).fetch_one(db).await
        })?)
    }

    /// Every grant that has not ended, those of accounts that are locked among them, the oldest first.
    pub async fn all(&mut self, now: Timestamp) -> Result<Vec<RoleGrant>, Error> {
        let rows: Vec<GrantRow> = on_backend!(self.0, |db| sqlx::query_as(ALL).bind(now.micros()).fetch_all(db).await)?;
        rows.into_iter().map(GrantRow::open).collect()
    }

    /// Those who are administrators by having broken the glass, and whatever roles these gave others in that hour.
    pub async fn of_broken_glass(&mut self, now: Timestamp) -> Result<Vec<RoleGrant>, Error> {
        let rows: Vec<GrantRow> =
            on_backend!(self.0, |db| sqlx::query_as(BROKEN_GLASS).bind(now.micros()).fetch_all(db).await)?;
        rows.into_iter().map(GrantRow::open).collect()
    }

    /// The one grant of this role to this citizen that nobody has ended.
    pub async fn find(&mut self, citizen: CitizenId, role: Role) -> Result<Option<RoleGrant>, Error> {
        let row: Option<GrantRow> = on_backend!(self.0, |db| {
            sqlx::query_as(FIND).bind(citizen.uuid()).bind(role.as_str()).fetch_optional(db).await
        })?;
        row.map(GrantRow::open).transpose()
    }

    /// The applications that this citizen owns.
    pub async fn owned_by(&mut self, citizen: CitizenId) -> Result<BTreeSet<ClientId>, Error> {
        let ids: Vec<String> =
            on_backend!(self.0, |db| sqlx::query_scalar(OWNS).bind(citizen.uuid()).fetch_all(db).await)?;
        ids.into_iter().map(|id| id.parse().map_err(|_| Error::Corrupt("an owned application"))).collect()
    }

    /// Who owns this application.
    pub async fn owners_of(&mut self, client: &ClientId) -> Result<Vec<CitizenId>, Error> {
        let ids: Vec<Uuid> =
            on_backend!(self.0, |db| sqlx::query_scalar(OWNERS).bind(client.as_str()).fetch_all(db).await)?;
        Ok(ids.into_iter().map(CitizenId::from_uuid).collect())
    }
}

impl RoleGrants<'_, Transaction> {
    /// Takes the turn of whoever makes or unmakes administrators: until this transaction ends nobody else does.
    pub async fn take_turn(&mut self, now: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| sqlx::query(TURN).bind(now.micros()).execute(db).await.map(drop))?)
    }

    /// Withdraws every role of a citizen whose account has ended, and what they owned is for others to look after.
    pub async fn end_all(&mut self, citizen: CitizenId, by: &str, now: Timestamp) -> Result<u64, Error> {
        on_backend!(self.0, |db| sqlx::query(REMOVE_OWNED).bind(citizen.uuid()).execute(db).await.map(drop))?;
        Ok(on_backend!(self.0, |db| {
            let end = sqlx::query(END_ALL).bind(citizen.uuid()).bind(now.micros()).bind(by);
            end.execute(db).await.map(|done| done.rows_affected())
        })?)
    }

    /// Grants a role; `false` where that citizen holds it already.
    pub async fn grant(&mut self, new: &RoleGrant) -> Result<bool, Error> {
        on_backend!(self.0, |db| {
            let end = sqlx::query(END_EXPIRED).bind(new.citizen.uuid()).bind(new.role.as_str());
            end.bind(new.since.micros()).execute(db).await.map(drop)
        })?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(new.id.uuid())
                .bind(new.citizen.uuid())
                .bind(new.role.as_str())
                .bind(&new.granted_by)
                .bind(new.since.micros())
                .bind(new.until.map(Timestamp::micros))
                .execute(db)
                .await
                .map(|done| done.rows_affected() == 1)
        })?)
    }
}

impl<C: Write> RoleGrants<'_, C> {
    /// Withdraws a role; `false` where that citizen does not hold it.
    pub async fn end(&mut self, citizen: CitizenId, role: Role, by: &str, now: Timestamp) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            let end = sqlx::query(END).bind(citizen.uuid()).bind(role.as_str()).bind(now.micros()).bind(by);
            end.execute(db).await.map(|done| done.rows_affected() == 1)
        })?)
    }

    /// Names an owner of an application; `false` where they are one already.
    pub async fn name_owner(
        &mut self,
        client: &ClientId,
        citizen: CitizenId,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            let name = sqlx::query(NAME_OWNER).bind(client.as_str()).bind(citizen.uuid()).bind(by);
            name.bind(now.micros()).execute(db).await.map(|done| done.rows_affected() == 1)
        })?)
    }

    /// They own it no more; `false` where they did not.
    pub async fn remove_owner(&mut self, client: &ClientId, citizen: CitizenId) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| {
            let remove = sqlx::query(REMOVE_OWNER).bind(client.as_str()).bind(citizen.uuid());
            remove.execute(db).await.map(|done| done.rows_affected() == 1)
        })?)
    }
}

#[derive(sqlx::FromRow)]
struct GrantRow {
    id: Uuid,
    citizen_id: Uuid,
    role: String,
    granted_by: String,
    since: i64,
    until: Option<i64>,
    ended_at: Option<i64>,
}

impl GrantRow {
    fn open(self) -> Result<RoleGrant, Error> {
        Ok(RoleGrant {
            id: RoleGrantId::from_uuid(self.id),
            citizen: CitizenId::from_uuid(self.citizen_id),
            role: self.role.parse().map_err(|_| Error::Corrupt("a role"))?,
            granted_by: self.granted_by,
            since: Timestamp::from_micros(self.since),
            until: self.until.map(Timestamp::from_micros),
            ended_at: self.ended_at.map(Timestamp::from_micros),
        })
    }
}
