//! Citizens: sealed in the database, opened here, found by a blind index of their names.

use sqlx::QueryBuilder;
use sqlx::types::Uuid;

use super::connection::{Backend, Read, Transaction, Write, on_backend};
use super::error::Error;
use super::key_changes::Dealt;
use super::row::{Page, one_more};
use super::vault::{SealedPerson, Vault};
use crate::crypto::blind_index::BlindIndex;
use crate::domain::citizen::{Citizen, CitizenStatus, Profile, SecondStep};
use crate::domain::grant::Authentication;
use crate::domain::ids::CitizenId;
use crate::domain::national_id::NationalId;
use crate::domain::secret::SecretString;
use crate::domain::sign_in_name::{NameKind, SignInName};
use crate::domain::time::Timestamp;

macro_rules! citizen_columns {
    () => {
        "c.id AS citizen_id, c.status AS citizen_status, c.account_level, c.data_key, c.national_id, c.profile, \
         c.sessions_valid_from, c.created_at AS citizen_created_at, c.updated_at AS citizen_updated_at"
    };
}
pub(super) use citizen_columns;

const FIND: &str = concat!("SELECT ", citizen_columns!(), " FROM citizens c WHERE c.id = $1 AND c.erased_at IS NULL");
const FIND_ALL_POSTGRES: &str =
    concat!("SELECT ", citizen_columns!(), " FROM citizens c WHERE c.erased_at IS NULL AND c.id = ANY($1)");
const FIND_ALL_SQLITE: &str =
    concat!("SELECT ", citizen_columns!(), " FROM citizens c WHERE c.erased_at IS NULL AND c.id IN (");
const LIST: &str = concat!(
    "SELECT ",
    citizen_columns!(),
    " FROM citizens c WHERE c.id > $1 AND c.erased_at IS NULL AND ($2 = '' OR c.status = $2) ORDER BY c.id LIMIT $3"
);
// Whoever is not active has an index of their own, which only a statement that says so uses whatever its parameters.
const LIST_NOT_ACTIVE: &str = concat!(
    "SELECT ",
    citizen_columns!(),
    " FROM citizens c WHERE c.id > $1 AND c.erased_at IS NULL AND c.status = $2 AND c.status <> 'active'
    ORDER BY c.id LIMIT $3"
);
const FIND_STANDING: &str = "SELECT status, sessions_valid_from FROM citizens WHERE id = $1";
// A credential may be more than one factor, or be beside a password: which it is, is not decided here.
const FIND_SECOND_STEP: &str = "SELECT second_step, EXISTS (SELECT 1 FROM credentials k WHERE k.citizen_id = c.id)
    FROM citizens c WHERE c.id = $1";
const SET_SECOND_STEP: &str = "UPDATE citizens SET second_step = $2, updated_at = $3 WHERE id = $1";
const FIND_SIGN_IN_STANDING: &str =
    "SELECT status, sessions_valid_from, EXISTS (SELECT 1 FROM ended_sessions WHERE session_id = $2)
    FROM citizens WHERE id = $1";
// Several versions of the key are live for as long as a rotation takes; see `INDEXES_AT_ONCE`.
const FIND_BY_NAME: &str = concat!(
    "SELECT ",
    citizen_columns!(),
    ", p.phc, p.failures_in_a_row, p.changed_at
    FROM sign_in_names n
    JOIN citizens c ON c.id = n.citizen_id
    LEFT JOIN passwords p ON p.citizen_id = n.citizen_id
    WHERE n.name_index IN ($2, $3, $4, $5) AND n.kind = $1
    LIMIT 1"
);
// A number that two people may have finds whoever alone has it.
macro_rules! held_alone {
    () => {
        " WHERE n.name_index IN ($2, $3, $4, $5) AND n.kind = $1 AND NOT EXISTS (SELECT 1 FROM alias_names o
        WHERE o.name_index IN ($2, $3, $4, $5) AND o.kind = $1 AND o.citizen_id <> n.citizen_id) LIMIT 1"
    };
}
const FIND_BY_ALIAS: &str = concat!(
    "SELECT ",
    citizen_columns!(),
    ", p.phc, p.failures_in_a_row, p.changed_at
    FROM alias_names n
    JOIN citizens c ON c.id = n.citizen_id
    LEFT JOIN passwords p ON p.citizen_id = n.citizen_id",
    held_alone!()
);
const FIND_WHOSE_ALIAS: &str = concat!("SELECT n.citizen_id FROM alias_names n", held_alone!());
const FIND_WHOSE_NAME: &str =
    "SELECT citizen_id FROM sign_in_names WHERE name_index IN ($2, $3, $4, $5) AND kind = $1 LIMIT 1";
const FIND_DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1 AND erased_at IS NULL";
const UPDATE_PROFILE: &str = "UPDATE citizens SET profile = $2, updated_at = $3 WHERE id = $1";
const UPDATE_NATIONAL_ID: &str = "UPDATE citizens SET national_id = $2, updated_at = $3 WHERE id = $1";
const LEAVE_NAME: &str = "DELETE FROM sign_in_names WHERE name_index = $1 AND kind = $2 AND citizen_id = $3";
const REMOVE_CONTACT_NAMES: &str = "DELETE FROM sign_in_names WHERE citizen_id = $1 AND kind IN ('phone', 'email')";
const END_SESSIONS: &str = "UPDATE citizens SET sessions_valid_from = $2 WHERE id = $1 AND sessions_valid_from < $2";
const LIST_DATA_KEYS: &str =
    "SELECT id, data_key FROM citizens WHERE id > $1 AND erased_at IS NULL ORDER BY id LIMIT $2";
const COUNT_OLDER: &str = "SELECT count(*) FROM citizens WHERE master_version < $1 AND erased_at IS NULL";
const COUNT: &str = "SELECT count(*) FROM citizens";
const REPLACE_DATA_KEY: &str = "UPDATE citizens SET data_key = $3, master_version = $4 WHERE id = $1 AND data_key = $2";

/// How many versions of the index key one look-up covers. A rotation has two.
const INDEXES_AT_ONCE: usize = 4;

/// Citizens, seen from one connection.
pub struct Citizens<'c, C>(pub(super) &'c mut C);

/// Everything that a sign-in by password needs of a citizen.
#[derive(Clone, Debug)]
pub struct FoundByName {
    pub citizen: Citizen,
    /// `None` for whoever signs in by other means only.
    pub password: Option<StoredPassword>,
}

#[derive(Clone, Debug)]
pub struct StoredPassword {
    /// The hash as a PHC string.
    pub phc: SecretString,
    pub failures_in_a_row: u32,
    pub changed_at: Timestamp,
}

impl<C: Read> Citizens<'_, C> {
    pub async fn find(&mut self, id: CitizenId) -> Result<Option<Citizen>, Error> {
        let vault = self.0.vault()?;
        on_backend!(self.0, |db| { sqlx::query_as::<_, CitizenRow>(FIND).bind(id.uuid()).fetch_optional(db).await })?
            .map(|row| row.open(&vault))
            .transpose()
    }

    /// Those of these citizens that there are, in no order.
    pub async fn find_all(&mut self, ids: &[CitizenId]) -> Result<Vec<Citizen>, Error> {
        let vault = self.0.vault()?;
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let rows: Vec<CitizenRow> = match self.0.backend() {
            Backend::Postgres(db) => sqlx::query_as(FIND_ALL_POSTGRES).bind(ids).fetch_all(db).await?,
            Backend::Sqlite(db) => {
                let mut query = QueryBuilder::new(FIND_ALL_SQLITE);
                let mut values = query.separated(", ");
                for id in ids {
                    values.push_bind(id);
                }
                query.push(")");
                query.build_query_as().fetch_all(db).await?
            }
        };
        rows.into_iter().map(|row| row.open(&vault)).collect()
    }

    /// Up to `limit` citizens in the order in which they were entered, those after `after`, of this state if one is given.
    pub async fn list(
        &mut self,
        status: Option<CitizenStatus>,
        after: Option<CitizenId>,
        limit: u32,
    ) -> Result<Page<Citizen, CitizenId>, Error> {
        let vault = self.0.vault()?;
        let after = after.map_or(Uuid::nil(), CitizenId::uuid);
        let statement = match status {
            None | Some(CitizenStatus::Active) => LIST,
            Some(_) => LIST_NOT_ACTIVE,
        };
        let rows: Vec<CitizenRow> = on_backend!(self.0, |db| {
            sqlx::query_as(statement)
                .bind(after)
                .bind(status.map_or("", CitizenStatus::as_str))
                .bind(one_more(limit))
                .fetch_all(db)
                .await
        })?;
        let citizens = rows.into_iter().map(|row| row.open(&vault)).collect::<Result<_, _>>()?;
        Ok(Page::new(citizens, limit, |citizen: &Citizen| citizen.id))
    }

    /// How a citizen stands, without opening anything.
    pub async fn standing(&mut self, id: CitizenId) -> Result<Option<Standing>, Error> {
        let found: Option<(String, i64)> =
            on_backend!(self.0, |db| sqlx::query_as(FIND_STANDING).bind(id.uuid()).fetch_optional(db).await)?;
        found
            .map(|(status, valid_from)| {
                let status = status.parse().map_err(|_| Error::Corrupt("a citizen's status"))?;
                Ok(Standing { status, sessions_valid_from: Timestamp::from_micros(valid_from) })
            })
            .transpose()
    }

    /// Whether every sign-in of this citizen asks for a second step where they have one, and whether they may have one.
    pub async fn second_step(&mut self, id: CitizenId) -> Result<Option<(SecondStep, MayHave)>, Error> {
        let found: Option<(i32, bool)> =
            on_backend!(self.0, |db| sqlx::query_as(FIND_SECOND_STEP).bind(id.uuid()).fetch_optional(db).await)?;
        Ok(found.map(|(wish, any)| {
            let wish = if wish == 0 { SecondStep::WhereAsked } else { SecondStep::Always };
            (wish, if any { MayHave::Yes } else { MayHave::No })
        }))
    }

    /// Whether a sign-in still counts, its session included.
    pub async fn sign_in_standing(&mut self, authentication: &Authentication) -> Result<SignInStanding, Error> {
        let found: Option<(String, i64, bool)> = on_backend!(self.0, |db| {
            sqlx::query_as(FIND_SIGN_IN_STANDING)
                .bind(authentication.citizen.uuid())
                .bind(authentication.session.uuid())
                .fetch_optional(db)
                .await
        })?;
        let Some((status, valid_from, ended)) = found else { return Ok(SignInStanding::Withdrawn) };
        let status = status.parse().map_err(|_| Error::Corrupt("a citizen's status"))?;
        let standing = Standing { status, sessions_valid_from: Timestamp::from_micros(valid_from) };
        Ok(match (standing.honours(authentication), ended) {
            (false, _) => SignInStanding::Withdrawn,
            (true, true) => SignInStanding::SessionEnded,
            (true, false) => SignInStanding::Honoured,
        })
    }

    /// Whose name this is, in one round trip.
    pub async fn find_by_name(&mut self, name: &SignInName) -> Result<Option<FoundByName>, Error> {
        let vault = self.0.vault()?;
        let statement = if let NameKind::Other(_) = name.kind() { FIND_BY_ALIAS } else { FIND_BY_NAME };
        for indexes in vault.indexes(name).chunks(INDEXES_AT_ONCE) {
            // Places that are left over repeat an index: the statement is the same however many there are.
            let place = |at: usize| indexes.get(at).or(indexes.first()).map(|index: &BlindIndex| index.mac.to_vec());
            let found = on_backend!(self.0, |db| {
                sqlx::query_as::<_, FoundByNameRow>(statement)
                    .bind(name.kind().as_str())
                    .bind(place(0))
                    .bind(place(1))
                    .bind(place(2))
                    .bind(place(3))
                    .fetch_optional(db)
                    .await
            })?;
            if let Some(row) = found {
                return row.open(&vault).map(Some);
            }
        }
        Ok(None)
    }

    /// Whose name this is, and nothing else of them: it takes as long where it is nobody's.
    pub async fn whose_name(&mut self, name: &SignInName) -> Result<Option<CitizenId>, Error> {
        let vault = self.0.vault()?;
        let statement = if let NameKind::Other(_) = name.kind() { FIND_WHOSE_ALIAS } else { FIND_WHOSE_NAME };
        for indexes in vault.indexes(name).chunks(INDEXES_AT_ONCE) {
            let place = |at: usize| indexes.get(at).or(indexes.first()).map(|index: &BlindIndex| index.mac.to_vec());
            let found: Option<Uuid> = on_backend!(self.0, |db| {
                sqlx::query_scalar(statement)
                    .bind(name.kind().as_str())
                    .bind(place(0))
                    .bind(place(1))
                    .bind(place(2))
                    .bind(place(3))
                    .fetch_optional(db)
                    .await
            })?;
            if let Some(id) = found {
                return Ok(Some(CitizenId::from_uuid(id)));
            }
        }
        Ok(None)
    }
}

/// Whether a citizen has any credential beside a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayHave {
    Yes,
    No,
}

/// What became of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum SignInStanding {
    Honoured,
    /// The account is locked, gone, or was signed out everywhere since.
    Withdrawn,
    /// This one session has ended.
    SessionEnded,
}

/// Whether a citizen may be acted for just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub status: CitizenStatus,
    pub sessions_valid_from: Timestamp,
}

impl Standing {
    pub const fn of(citizen: &Citizen) -> Self {
        Self { status: citizen.status, sessions_valid_from: citizen.sessions_valid_from }
    }

    /// Whether what was proven then still counts: nobody has locked the account or ended its sessions since.
    pub fn honours(&self, authentication: &Authentication) -> bool {
        self.status.is_active() && self.sessions_valid_from <= authentication.auth_time
    }
}

impl<C: Read> Citizens<'_, C> {
    /// How many data keys are wrapped by an older master key than `version`: all citizens are looked at.
    pub async fn wrapped_before(&mut self, version: u16) -> Result<u64, Error> {
        let count: i64 =
            on_backend!(self.0, |db| { sqlx::query_scalar(COUNT_OLDER).bind(i32::from(version)).fetch_one(db).await })?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// How many citizens there are: all are counted.
    pub async fn count(&mut self) -> Result<u64, Error> {
        let count: i64 = on_backend!(self.0, |db| sqlx::query_scalar(COUNT).fetch_one(db).await)?;
        Ok(count.unsigned_abs())
    }
}

impl<C: Write> Citizens<'_, C> {
    /// Ends every session that began before `now`, wherever it is.
    pub async fn end_sessions(&mut self, id: CitizenId, now: Timestamp) -> Result<(), Error> {
        self.touch(END_SESSIONS, id, now).await
    }

    /// Notes whether every sign-in asks for a second step.
    pub async fn set_second_step(&mut self, id: CitizenId, wish: SecondStep, now: Timestamp) -> Result<(), Error> {
        let wish = i32::from(wish == SecondStep::Always);
        Ok(on_backend!(self.0, |db| {
            sqlx::query(SET_SECOND_STEP).bind(id.uuid()).bind(wish).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    async fn touch(&mut self, statement: &'static str, id: CitizenId, now: Timestamp) -> Result<(), Error> {
        on_backend!(self.0, |db| {
            sqlx::query(statement).bind(id.uuid()).bind(now.micros()).execute(db).await.map(drop)
        })?;
        Ok(())
    }
}

impl Citizens<'_, Transaction> {
    /// Another profile, and the phone and e-mail names that go with it in place of those before.
    ///
    /// # Errors
    /// `Conflict::Name` if another citizen has one of the names; `Corrupt` if there is no such citizen.
    pub async fn update_profile(
        &mut self,
        id: CitizenId,
        profile: &Profile,
        contacts: &[SignInName],
        now: Timestamp,
    ) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let sealed = vault.seal_profile(id, &self.data_key(id).await?, profile)?;
        on_backend!(self.0, |db| {
            sqlx::query(UPDATE_PROFILE).bind(id.uuid()).bind(sealed).bind(now.micros()).execute(db).await.map(drop)
        })?;
        on_backend!(self.0, |db| sqlx::query(REMOVE_CONTACT_NAMES).bind(id.uuid()).execute(db).await.map(drop))?;
        self.enter_names(id, contacts).await
    }

    /// As [`update_profile`](Self::update_profile), where what they are reached by stays as it is.
    pub async fn correct_profile(&mut self, id: CitizenId, profile: &Profile, now: Timestamp) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let sealed = vault.seal_profile(id, &self.data_key(id).await?, profile)?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(UPDATE_PROFILE).bind(id.uuid()).bind(sealed).bind(now.micros()).execute(db).await.map(drop)
        })?)
    }

    /// Another national identifier, and its name in place of the one `before`. The citizen stays who they are.
    ///
    /// # Errors
    /// As [`update_profile`](Self::update_profile).
    pub async fn replace_national_id(
        &mut self,
        id: CitizenId,
        before: &NationalId,
        national_id: &NationalId,
        now: Timestamp,
    ) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let sealed = vault.seal_national_id(id, &self.data_key(id).await?, national_id)?;
        on_backend!(self.0, |db| {
            sqlx::query(UPDATE_NATIONAL_ID).bind(id.uuid()).bind(sealed).bind(now.micros()).execute(db).await.map(drop)
        })?;
        self.leave_name(id, &SignInName::NationalId(before.clone())).await?;
        self.enter_names(id, &[SignInName::NationalId(national_id.clone())]).await
    }

    /// A name that is theirs alone finds them no longer.
    pub(super) async fn leave_name(&mut self, id: CitizenId, name: &SignInName) -> Result<(), Error> {
        for index in self.0.vault()?.indexes(name) {
            on_backend!(self.0, |db| {
                sqlx::query(LEAVE_NAME)
                    .bind(index.mac.as_slice())
                    .bind(name.kind().as_str())
                    .bind(id.uuid())
                    .execute(db)
                    .await
                    .map(drop)
            })?;
        }
        Ok(())
    }

    async fn data_key(&mut self, id: CitizenId) -> Result<Vec<u8>, Error> {
        let found: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(FIND_DATA_KEY).bind(id.uuid()).fetch_optional(db).await)?;
        found.ok_or(Error::Corrupt("no citizen of this id"))
    }

    /// Wraps the data keys of up to `limit` citizens after `after` with the current master key.
    pub async fn rewrap(&mut self, after: Uuid, limit: u32) -> Result<Dealt, Error> {
        let vault = self.0.vault()?;
        let rows: Vec<(Uuid, Vec<u8>)> = on_backend!(self.0, |db| {
            sqlx::query_as(LIST_DATA_KEYS).bind(after).bind(i64::from(limit)).fetch_all(db).await
        })?;
        let mut changed = 0;
        for (id, data_key) in &rows {
            let Some(fresh) = vault.rewrap(CitizenId::from_uuid(*id), data_key)? else { continue };
            changed += 1;
            on_backend!(self.0, |db| {
                sqlx::query(REPLACE_DATA_KEY)
                    .bind(id)
                    .bind(data_key)
                    .bind(fresh)
                    .bind(vault.master_version())
                    .execute(db)
                    .await
                    .map(drop)
            })?;
        }
        let last = rows.last().map(|(id, _)| *id);
        Ok(Dealt { seen: rows.len() as u64, changed, last })
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct CitizenRow {
    citizen_id: Uuid,
    citizen_status: String,
    account_level: i16,
    data_key: Vec<u8>,
    national_id: Vec<u8>,
    profile: Vec<u8>,
    sessions_valid_from: i64,
    citizen_created_at: i64,
    citizen_updated_at: i64,
}

impl CitizenRow {
    pub(super) fn data_key(&self) -> &[u8] {
        &self.data_key
    }

    pub(super) fn open(self, vault: &Vault) -> Result<Citizen, Error> {
        let id = CitizenId::from_uuid(self.citizen_id);
        let sealed = SealedPerson { data_key: self.data_key, national_id: self.national_id, profile: self.profile };
        let person = vault.open(id, &sealed)?;
        Ok(Citizen {
            id,
            status: self.citizen_status.parse().map_err(|_| Error::Corrupt("a citizen's status"))?,
            account_level: self.account_level.try_into().map_err(|_| Error::Corrupt("a citizen's level"))?,
            national_id: person.national_id,
            profile: person.profile,
            sessions_valid_from: Timestamp::from_micros(self.sessions_valid_from),
            created_at: Timestamp::from_micros(self.citizen_created_at),
            updated_at: Timestamp::from_micros(self.citizen_updated_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct FoundByNameRow {
    #[sqlx(flatten)]
    citizen: CitizenRow,
    phc: Option<String>,
    failures_in_a_row: Option<i32>,
    changed_at: Option<i64>,
}

impl FoundByNameRow {
    fn open(self, vault: &Vault) -> Result<FoundByName, Error> {
        let password = self.phc.map(|phc| StoredPassword {
            phc: SecretString::new(phc),
            failures_in_a_row: self.failures_in_a_row.and_then(|count| count.try_into().ok()).unwrap_or(0),
            changed_at: Timestamp::from_micros(self.changed_at.unwrap_or(0)),
        });
        Ok(FoundByName { citizen: self.citizen.open(vault)?, password })
    }
}
