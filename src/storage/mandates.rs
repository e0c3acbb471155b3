//! Mandates: with the citizen who holds them, and found by the organisation through a directory.

use std::collections::BTreeSet;

use sqlx::types::Uuid;

use super::citizens::{CitizenRow, citizen_columns};
use super::connection::{Backend, Read, Transaction, on_backend};
use super::error::Error;
use super::organisations::{OrganisationRow, organisation_columns};
use super::row::{Page, from_json, one_more, to_json};
use super::vault::Vault;
use crate::crypto::seal::Context;
use crate::domain::assurance::AccountLevel;
use crate::domain::citizen::Citizen;
use crate::domain::ids::{CitizenId, ClientId, MandateId, OrganisationId};
use crate::domain::mandate::{Acting, Basis, Delegation, EndReason, Ended, Mandate, Now, Portals, Position};
use crate::domain::organisation::Organisation;
use crate::domain::time::Timestamp;

macro_rules! mandate_columns {
    () => {
        "m.citizen_id AS holder_id, m.id AS mandate_id, m.organisation_id AS holder_of, m.role, m.position, m.portals, \
         m.may_delegate, m.starts_at, m.ends_at, m.granted_at, m.granted_by, m.derived_from, m.ended_at, m.end_reason"
    };
}

macro_rules! held {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            mandate_columns!(),
            ", c.data_key AS holder_key, c.account_level AS holder_level, ",
            organisation_columns!(),
            " FROM mandates m JOIN citizens c ON c.id = m.citizen_id JOIN organisations o ON o.id = m.organisation_id ",
            $rest
        )
    };
}

// Of whoever was erased nothing can be said any more.
macro_rules! holder {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            mandate_columns!(),
            ", ",
            citizen_columns!(),
            " FROM mandate_directory d JOIN mandates m ON m.citizen_id = d.citizen_id AND m.id = d.mandate_id
            JOIN citizens c ON c.id = m.citizen_id AND c.erased_at IS NULL ",
            $rest
        )
    };
}

const FIND: &str = held!("WHERE m.citizen_id = $1 AND m.id = $2");
// Whoever ends it, or suspends its organisation, waits until what stands on it is written, and then ends that too. In SQLite a
// transaction that writes is alone anyway.
const HOLD_POSTGRES: &str = held!("WHERE m.citizen_id = $1 AND m.id = $2 FOR SHARE OF m, o");
const OF_CITIZEN: &str = held!("WHERE m.citizen_id = $1 AND m.ended_at IS NULL ORDER BY m.id LIMIT $2");
const HISTORY_OF_CITIZEN: &str = held!("WHERE m.citizen_id = $1 AND m.id < $2 ORDER BY m.id DESC LIMIT $3");
const FIND_OF: &str = holder!("WHERE d.organisation_id = $1 AND d.mandate_id = $2");
const OF_ORGANISATION: &str =
    holder!("WHERE d.organisation_id = $1 AND d.mandate_id < $2 ORDER BY d.mandate_id DESC LIMIT $3");
const DERIVED_FROM: &str =
    "SELECT mandate_id, citizen_id FROM mandate_directory WHERE organisation_id = $1 AND derived_from = $2";
const INSERT: &str = "INSERT INTO mandates (citizen_id, id, organisation_id, role, position, portals, may_delegate,
        starts_at, ends_at, granted_at, granted_by, derived_from)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const ENTER: &str = "INSERT INTO mandate_directory (organisation_id, mandate_id, citizen_id, derived_from)
    VALUES ($1, $2, $3, $4)";
const END: &str = "UPDATE mandates SET ended_at = $3, end_reason = $4
    WHERE citizen_id = $1 AND id = $2 AND ended_at IS NULL";
const DUE: &str = "SELECT citizen_id, id, organisation_id FROM mandates
    WHERE ended_at IS NULL AND ends_at <= $1 ORDER BY ends_at LIMIT $2";
const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";

/// Mandates, seen from one connection.
pub struct Mandates<'c, C>(pub(super) &'c mut C);

/// A mandate as whoever holds it sees it.
#[derive(Clone, Debug)]
pub struct Held {
    pub mandate: Mandate,
    pub organisation: Organisation,
    /// How well its holder is known by now.
    pub level: AccountLevel,
}

impl Held {
    /// What it is held against at `at`.
    pub const fn now(&self, at: Timestamp) -> Now {
        Now { at, organisation: self.organisation.status, level: self.level }
    }

    pub const fn acting(&self) -> Acting {
        Acting { organisation: self.organisation.id, mandate: self.mandate.id }
    }
}

/// A mandate as its organisation sees it.
#[derive(Clone, Debug)]
pub struct Holder {
    pub mandate: Mandate,
    pub citizen: Citizen,
}

impl<C: Read> Mandates<'_, C> {
    /// One of a citizen's own, whether it still counts or not.
    pub async fn find(&mut self, citizen: CitizenId, id: MandateId) -> Result<Option<Held>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, HeldRow>(FIND).bind(citizen.uuid()).bind(id.uuid()).fetch_optional(db).await
        })?
        .map(|row| row.open(&vault))
        .transpose()
    }

    /// Up to `limit` of a citizen's own that have not ended, the oldest first.
    pub async fn of_citizen(&mut self, citizen: CitizenId, limit: u32) -> Result<Vec<Held>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, HeldRow>(OF_CITIZEN).bind(citizen.uuid()).bind(i64::from(limit)).fetch_all(db).await
        })?
        .into_iter()
        .map(|row| row.open(&vault))
        .collect()
    }

    /// Up to `limit` of all that a citizen has had, the newest first, those older than `before`.
    pub async fn history_of_citizen(
        &mut self,
        citizen: CitizenId,
        before: Option<MandateId>,
        limit: u32,
    ) -> Result<Page<Held, MandateId>, Error> {
        let vault = self.0.vault()?;
        let before = before.map_or(Uuid::max(), MandateId::uuid);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, HeldRow>(HISTORY_OF_CITIZEN)
                .bind(citizen.uuid())
                .bind(before)
                .bind(one_more(limit))
                .fetch_all(db)
                .await
        })?;
        let held = rows.into_iter().map(|row| row.open(&vault)).collect::<Result<_, _>>()?;
        Ok(Page::new(held, limit, |held: &Held| held.mandate.id))
    }

    /// One of an organisation's.
    pub async fn find_of(&mut self, organisation: OrganisationId, id: MandateId) -> Result<Option<Holder>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| {
            sqlx::query_as::<_, HolderRow>(FIND_OF).bind(organisation.uuid()).bind(id.uuid()).fetch_optional(db).await
        })?
        .map(|row| row.open(&vault))
        .transpose()
    }

    /// Up to `limit` of all that an organisation has had, the newest first, those older than `before`.
    pub async fn of_organisation(
        &mut self,
        organisation: OrganisationId,
        before: Option<MandateId>,
        limit: u32,
    ) -> Result<Page<Holder, MandateId>, Error> {
        let vault = self.0.vault()?;
        let before = before.map_or(Uuid::max(), MandateId::uuid);
        let rows = on_backend!(self.0, |db| {
            sqlx::query_as::<_, HolderRow>(OF_ORGANISATION)
                .bind(organisation.uuid())
                .bind(before)
                .bind(one_more(limit))
                .fetch_all(db)
                .await
        })?;
        let holders = rows.into_iter().map(|row| row.open(&vault)).collect::<Result<_, _>>()?;
        Ok(Page::new(holders, limit, |holder: &Holder| holder.mandate.id))
    }

    /// Up to `limit` whose time is over and that have not been ended, those first that were over first.
    pub async fn due(&mut self, now: Timestamp, limit: u32) -> Result<Vec<(CitizenId, Acting)>, Error> {
        let rows: Vec<(Uuid, Uuid, Uuid)> = on_backend!(self.0, |db| {
            sqlx::query_as(DUE).bind(now.micros()).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let acting = |(citizen, mandate, organisation)| {
            let organisation = OrganisationId::from_uuid(organisation);
            (CitizenId::from_uuid(citizen), Acting { organisation, mandate: MandateId::from_uuid(mandate) })
        };
        Ok(rows.into_iter().map(acting).collect())
    }

    /// What was granted with a mandate, itself not included.
    pub async fn derived_from(
        &mut self,
        organisation: OrganisationId,
        mandate: MandateId,
    ) -> Result<Vec<(CitizenId, MandateId)>, Error> {
        let rows: Vec<(Uuid, Uuid)> = on_backend!(self.0, |db| {
            sqlx::query_as(DERIVED_FROM).bind(organisation.uuid()).bind(mandate.uuid()).fetch_all(db).await
        })?;
        let ids = |(mandate, citizen)| (CitizenId::from_uuid(citizen), MandateId::from_uuid(mandate));
        Ok(rows.into_iter().map(ids).collect())
    }
}

impl Mandates<'_, Transaction> {
    /// As [`find`](Self::find): it does not end, nor is its organisation suspended, before this transaction is over.
    pub async fn hold(&mut self, citizen: CitizenId, id: MandateId) -> Result<Option<Held>, Error> {
        let vault = self.0.vault()?;
        let (citizen, id) = (citizen.uuid(), id.uuid());
        let found: Option<HeldRow> = match self.0.backend() {
            Backend::Postgres(db) => sqlx::query_as(HOLD_POSTGRES).bind(citizen).bind(id).fetch_optional(db).await?,
            Backend::Sqlite(db) => sqlx::query_as(FIND).bind(citizen).bind(id).fetch_optional(db).await?,
        };
        found.map(|row| row.open(&vault)).transpose()
    }

    /// Writes a mandate that was granted. Its organisation is held.
    ///
    /// # Errors
    /// `Corrupt` if there is no such citizen.
    pub async fn insert(&mut self, new: &Mandate) -> Result<(), Error> {
        let (granted_by, derived_from) = match new.basis {
            Basis::Registrar => (None, None),
            Basis::Derived { from, by } => (Some(by.uuid()), Some(from.uuid())),
        };
        let portals = match &new.portals {
            Portals::All => None,
            Portals::Only(portals) => Some(to_json(portals)?),
        };
        let position = match &new.position {
            Some(position) => Some(self.seal(new, position).await?),
            None => None,
        };
        on_backend!(self.0, |db| {
            sqlx::query(INSERT)
                .bind(new.citizen.uuid())
                .bind(new.id.uuid())
                .bind(new.organisation.uuid())
                .bind(new.role.as_str())
                .bind(position)
                .bind(portals)
                .bind(i32::from(new.delegation == Delegation::Allowed))
                .bind(new.starts_at.micros())
                .bind(new.ends_at.map(Timestamp::micros))
                .bind(new.granted_at.micros())
                .bind(granted_by)
                .bind(derived_from)
                .execute(db)
                .await
                .map(drop)
        })?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(ENTER)
                .bind(new.organisation.uuid())
                .bind(new.id.uuid())
                .bind(new.citizen.uuid())
                .bind(derived_from)
                .execute(db)
                .await
                .map(drop)
        })?)
    }

    /// Ends one; `false` where it had ended before. What was granted with it is not touched.
    pub async fn end(
        &mut self,
        citizen: CitizenId,
        id: MandateId,
        why: EndReason,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let ended = on_backend!(self.0, |db| {
            sqlx::query(END)
                .bind(citizen.uuid())
                .bind(id.uuid())
                .bind(now.micros())
                .bind(why.as_str())
                .execute(db)
                .await
                .map(|done| done.rows_affected())
        })?;
        Ok(ended > 0)
    }

    async fn seal(&mut self, new: &Mandate, position: &Position) -> Result<Vec<u8>, Error> {
        let vault = self.0.vault()?;
        let citizen = new.citizen;
        let data_key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(citizen.uuid()).fetch_optional(db).await)?;
        let data_key = data_key.ok_or(Error::Corrupt("no citizen of this id"))?;
        Ok(vault.seal_for(citizen, &data_key, &place(citizen, new.id), position.as_str().as_bytes())?)
    }
}

fn place(citizen: CitizenId, id: MandateId) -> Context {
    Context::new("mandates.position", [citizen.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat())
}

#[derive(sqlx::FromRow)]
struct MandateRow {
    holder_id: Uuid,
    mandate_id: Uuid,
    holder_of: Uuid,
    role: String,
    position: Option<Vec<u8>>,
    portals: Option<String>,
    may_delegate: i32,
    starts_at: i64,
    ends_at: Option<i64>,
    granted_at: i64,
    granted_by: Option<Uuid>,
    derived_from: Option<Uuid>,
    ended_at: Option<i64>,
    end_reason: Option<String>,
}

impl MandateRow {
    fn open(self, vault: &Vault, data_key: &[u8]) -> Result<Mandate, Error> {
        let (citizen, id) = (CitizenId::from_uuid(self.holder_id), MandateId::from_uuid(self.mandate_id));
        let position = self.position.map(|sealed| {
            let opened = vault.open_for(citizen, data_key, &place(citizen, id), &sealed)?;
            let text = std::str::from_utf8(&opened).ok().map(str::to_owned);
            text.and_then(|text| Position::try_from(text).ok()).ok_or(Error::Corrupt("a mandate's position"))
        });
        let portals: Option<BTreeSet<ClientId>> =
            self.portals.as_deref().map(|json| from_json("a mandate's portals", json)).transpose()?;
        let basis = match (self.granted_by, self.derived_from) {
            (None, None) => Basis::Registrar,
            (Some(by), Some(from)) => Basis::Derived { from: MandateId::from_uuid(from), by: CitizenId::from_uuid(by) },
            _ => return Err(Error::Corrupt("what a mandate stands on")),
        };
        let ended = match (self.ended_at, self.end_reason.as_deref()) {
            (None, _) => None,
            (Some(at), why) => {
                let why = why.and_then(EndReason::parse).ok_or(Error::Corrupt("why a mandate ended"))?;
                Some(Ended { at: Timestamp::from_micros(at), why })
            }
        };
        Ok(Mandate {
            id,
            citizen,
            organisation: OrganisationId::from_uuid(self.holder_of),
            role: self.role.parse().map_err(|_| Error::Corrupt("a mandate's role"))?,
            position: position.transpose()?,
            portals: portals.map_or(Portals::All, Portals::Only),
            delegation: if self.may_delegate == 0 { Delegation::NotAllowed } else { Delegation::Allowed },
            starts_at: Timestamp::from_micros(self.starts_at),
            ends_at: self.ends_at.map(Timestamp::from_micros),
            basis,
            granted_at: Timestamp::from_micros(self.granted_at),
            ended,
        })
    }
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    #[sqlx(flatten)]
    mandate: MandateRow,
    #[sqlx(flatten)]
    organisation: OrganisationRow,
    holder_key: Vec<u8>,
    holder_level: i16,
}

impl HeldRow {
    fn open(self, vault: &Vault) -> Result<Held, Error> {
        Ok(Held {
            mandate: self.mandate.open(vault, &self.holder_key)?,
            organisation: self.organisation.open(vault)?,
            level: self.holder_level.try_into().map_err(|_| Error::Corrupt("an account level"))?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct HolderRow {
    #[sqlx(flatten)]
    mandate: MandateRow,
    #[sqlx(flatten)]
    citizen: CitizenRow,
}

impl HolderRow {
    fn open(self, vault: &Vault) -> Result<Holder, Error> {
        let data_key = self.citizen.data_key().to_vec();
        Ok(Holder { mandate: self.mandate.open(vault, &data_key)?, citizen: self.citizen.open(vault)? })
    }
}
