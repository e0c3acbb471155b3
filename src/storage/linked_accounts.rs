//! Accounts that citizens had at portals, sealed; and the directory that finds whose an account is.

use std::collections::{HashMap, HashSet};

use sqlx::QueryBuilder;
use sqlx::types::Uuid;

use super::connection::{Read, Transaction, on_backend};
use super::error::Error;
use super::link_codes::LinkCodes;
use super::row::{Page, one_more};
use super::vault::Vault;
use crate::crypto::seal::Context;
use crate::domain::ids::{CitizenId, ClientId, LinkId};
use crate::domain::linked_account::{LinkCode, LinkedAccount, OldAccount};
use crate::domain::time::Timestamp;

macro_rules! columns {
    () => {
        "l.citizen_id, l.id, l.client_id, l.sealed, l.linked_at, c.data_key"
    };
}

const OF_CITIZEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM linked_accounts l JOIN citizens c ON c.id = l.citizen_id WHERE l.citizen_id = $1
    AND ($2 IS NULL OR l.client_id = $2) ORDER BY l.id LIMIT $3"
);
const OF_CITIZENS: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM linked_accounts l JOIN citizens c ON c.id = l.citizen_id
    WHERE l.citizen_id > $1 AND l.citizen_id <= $2 AND c.erased_at IS NULL"
);
// While an index key is changed there are two entries of each.
const OF_CLIENT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM (SELECT DISTINCT link_id, citizen_id FROM linked_account_directory
        WHERE client_id = $1 AND link_id > $2 ORDER BY link_id LIMIT $3) d
    JOIN linked_accounts l ON l.citizen_id = d.citizen_id AND l.id = d.link_id
    JOIN citizens c ON c.id = l.citizen_id ORDER BY l.id"
);
// Whoever writes everybody's entries under a new key holds the citizens: an entry is never written anew for a link that ends meanwhile.
const HOLD: &str = "UPDATE citizens SET updated_at = updated_at WHERE id = $1 RETURNING data_key";
const WHOSE: &str = "SELECT DISTINCT citizen_id FROM linked_account_directory WHERE client_id = $1 AND link_id = $2";
const INSERT: &str =
    "INSERT INTO linked_accounts (citizen_id, id, client_id, sealed, linked_at) VALUES ($1, $2, $3, $4, $5)";
const WHICH_ARE: &str = "SELECT account_index FROM linked_account_directory WHERE account_index IN (";
const ENTER: &str =
    "INSERT INTO linked_account_directory (account_index, key_version, client_id, citizen_id, link_id) ";
const END: &str = "DELETE FROM linked_accounts WHERE citizen_id = $1 AND id = $2";
const LEAVE: &str = "DELETE FROM linked_account_directory WHERE citizen_id = $1 AND link_id = $2";
const END_ALL: &str = "DELETE FROM linked_accounts WHERE citizen_id = $1";
const LEAVE_ALL: &str = "DELETE FROM linked_account_directory WHERE citizen_id = $1";

/// Entries in one statement: five values each, and SQLite takes 32,766 in all.
const ROWS_AT_ONCE: usize = 5_000;
/// More than anybody had.
const MOST: i64 = 200;

/// Links, seen from one connection.
pub struct LinkedAccounts<'c, C>(pub(super) &'c mut C);

/// What becomes of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linking {
    Done(LinkedAccount),
    /// There is no such code, not any more, or its account is somebody's by now.
    Refused,
}

/// An entry of the directory: the index, the key's version, and what it leads to.
pub(super) struct Entry {
    mac: [u8; 32],
    key_version: i32,
    client: ClientId,
    citizen: CitizenId,
    link: LinkId,
}

impl<C: Read> LinkedAccounts<'_, C> {
    /// All that are a citizen's, the oldest first.
    pub async fn of_citizen(&mut self, citizen: CitizenId) -> Result<Vec<LinkedAccount>, Error> {
        self.list(citizen, None).await
    }

    /// Those that a citizen had at one portal.
    pub async fn at_client(&mut self, citizen: CitizenId, client: &ClientId) -> Result<Vec<LinkedAccount>, Error> {
        self.list(citizen, Some(client)).await
    }

    async fn list(&mut self, citizen: CitizenId, client: Option<&ClientId>) -> Result<Vec<LinkedAccount>, Error> {
        let vault = self.0.vault()?;
        let rows: Vec<Row> = on_backend!(self.0, |db| {
            let list = sqlx::query_as(OF_CITIZEN).bind(citizen.uuid()).bind(client.map(ClientId::as_str));
            list.bind(MOST).fetch_all(db).await
        })?;
        rows.into_iter().map(|row| row.open(&vault)).collect()
    }

    /// Up to `limit` accounts at a portal that are somebody's, those that were linked after `after`, the oldest first.
    pub async fn of_client(
        &mut self,
        client: &ClientId,
        after: Option<LinkId>,
        limit: u32,
    ) -> Result<Page<LinkedAccount, LinkId>, Error> {
        let (vault, after) = (self.0.vault()?, after.map_or(Uuid::nil(), LinkId::uuid));
        let rows: Vec<Row> = on_backend!(self.0, |db| {
            let list = sqlx::query_as(OF_CLIENT).bind(client.as_str()).bind(after).bind(one_more(limit));
            list.fetch_all(db).await
        })?;
        let links = rows.into_iter().map(|row| row.open(&vault)).collect::<Result<Vec<_>, _>>()?;
        Ok(Page::new(links, limit, |link| link.id))
    }

    /// Whose this account at a portal is.
    pub async fn whose(&mut self, client: &ClientId, id: LinkId) -> Result<Option<CitizenId>, Error> {
        let found: Option<Uuid> = on_backend!(self.0, |db| {
            sqlx::query_scalar(WHOSE).bind(client.as_str()).bind(id.uuid()).fetch_optional(db).await
        })?;
        Ok(found.map(CitizenId::from_uuid))
    }

    /// Of these entries, those that stand in the directory.
    pub(super) async fn which_are(&mut self, indexes: &[[u8; 32]]) -> Result<HashSet<Vec<u8>>, Error> {
        if indexes.is_empty() {
            return Ok(HashSet::new());
        }
        let found: Vec<Vec<u8>> = on_backend!(self.0, |db| {
            let mut select = QueryBuilder::new(WHICH_ARE);
            let mut places = select.separated(", ");
            for mac in indexes {
                places.push_bind(mac.as_slice());
            }
            select.push(")");
            select.build_query_scalar().fetch_all(db).await
        })?;
        Ok(found.into_iter().collect())
    }

    /// The entries of the citizens after `after`, `last` included, as they have to be: under every live version of the key.
    pub(super) async fn entries_of(&mut self, after: Uuid, last: Uuid) -> Result<HashMap<Uuid, Vec<Entry>>, Error> {
        let vault = self.0.vault()?;
        let rows: Vec<Row> =
            on_backend!(self.0, |db| sqlx::query_as(OF_CITIZENS).bind(after).bind(last).fetch_all(db).await)?;
        let mut entries: HashMap<Uuid, Vec<Entry>> = HashMap::new();
        for row in rows {
            let link = row.open(&vault)?;
            entries.entry(link.citizen.uuid()).or_default().extend(Entry::all(&vault, &link));
        }
        Ok(entries)
    }
}

impl LinkedAccounts<'_, Transaction> {
    /// Uses up a code, and makes the account that it is of this citizen's. Of any number of people at once who have the code, it is the
    /// first one's.
    ///
    /// Where it is refused, the transaction is not to be committed.
    pub async fn link(
        &mut self,
        code: &LinkCode,
        citizen: CitizenId,
        id: LinkId,
        now: Timestamp,
    ) -> Result<Linking, Error> {
        let data_key = self.hold(citizen).await?.ok_or(Error::Corrupt("no citizen of this id"))?;
        let Some(linkable) = LinkCodes(&mut *self.0).spend(code, now).await? else { return Ok(Linking::Refused) };
        let link = LinkedAccount { id, citizen, client: linkable.client, account: linkable.account, linked_at: now };
        let vault = self.0.vault()?;
        let entries = Entry::all(&vault, &link);
        if self.enter(&entries).await? < entries.len() as u64 {
            return Ok(Linking::Refused);
        }
        let sealed = vault.seal_for(citizen, &data_key, &place(citizen, id), &json_of(&link.account)?)?;
        on_backend!(self.0, |db| {
            let insert = sqlx::query(INSERT).bind(citizen.uuid()).bind(id.uuid()).bind(link.client.as_str());
            insert.bind(sealed).bind(now.micros()).execute(db).await.map(drop)
        })?;
        Ok(Linking::Done(link))
    }

    /// The account is nobody's from now on; `false` where it was not this citizen's.
    pub async fn end(&mut self, citizen: CitizenId, id: LinkId) -> Result<bool, Error> {
        self.hold(citizen).await?;
        let ended = on_backend!(self.0, |db| {
            sqlx::query(END).bind(citizen.uuid()).bind(id.uuid()).execute(db).await.map(|done| done.rows_affected())
        })?;
        on_backend!(self.0, |db| {
            sqlx::query(LEAVE).bind(citizen.uuid()).bind(id.uuid()).execute(db).await.map(drop)
        })?;
        Ok(ended > 0)
    }

    /// Every account of this citizen's is nobody's from now on. Tells how many that were.
    pub async fn end_all(&mut self, citizen: CitizenId) -> Result<u64, Error> {
        self.hold(citizen).await?;
        let ended = on_backend!(self.0, |db| {
            sqlx::query(END_ALL).bind(citizen.uuid()).execute(db).await.map(|done| done.rows_affected())
        })?;
        on_backend!(self.0, |db| sqlx::query(LEAVE_ALL).bind(citizen.uuid()).execute(db).await.map(drop))?;
        Ok(ended)
    }

    async fn hold(&mut self, citizen: CitizenId) -> Result<Option<Vec<u8>>, Error> {
        Ok(on_backend!(self.0, |db| sqlx::query_scalar(HOLD).bind(citizen.uuid()).fetch_optional(db).await)?)
    }

    /// Tells how many of them did not stand there.
    pub(super) async fn enter(&mut self, entries: &[Entry]) -> Result<u64, Error> {
        let mut entered = 0;
        for chunk in entries.chunks(ROWS_AT_ONCE) {
            entered += self.enter_chunk(chunk).await?;
        }
        Ok(entered)
    }

    async fn enter_chunk(&mut self, entries: &[Entry]) -> Result<u64, Error> {
        Ok(on_backend!(self.0, |db| {
            let mut insert = QueryBuilder::new(ENTER);
            insert.push_values(entries, |mut row, entry| {
                row.push_bind(entry.mac.as_slice())
                    .push_bind(entry.key_version)
                    .push_bind(entry.client.as_str())
                    .push_bind(entry.citizen.uuid())
                    .push_bind(entry.link.uuid());
            });
            insert.push(" ON CONFLICT DO NOTHING");
            insert.build().execute(db).await.map(|done| done.rows_affected())
        })?)
    }
}

impl Entry {
    fn all(vault: &Vault, link: &LinkedAccount) -> Vec<Self> {
        let indexes = vault.account_indexes(&link.client, &link.account.id).into_iter();
        let entry = |index: crate::crypto::blind_index::BlindIndex| Self {
            mac: index.mac,
            key_version: i32::from(index.key_version),
            client: link.client.clone(),
            citizen: link.citizen,
            link: link.id,
        };
        indexes.map(entry).collect()
    }

    /// As the directory is read: the index and the key's version.
    pub fn key(&self) -> (Vec<u8>, i32) {
        (self.mac.to_vec(), self.key_version)
    }
}

/// What is sealed of an account.
pub(super) fn json_of(account: &OldAccount) -> Result<zeroize::Zeroizing<Vec<u8>>, Error> {
    serde_json::to_vec(account).map(zeroize::Zeroizing::new).map_err(|error| Error::Other(Box::new(error)))
}

pub(super) fn account_of(json: &[u8]) -> Result<OldAccount, Error> {
    serde_json::from_slice(json).map_err(|_| Error::Corrupt("an account at a portal"))
}

fn place(citizen: CitizenId, id: LinkId) -> Context {
    Context::new("linked_accounts.sealed", [citizen.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat())
}

#[derive(sqlx::FromRow)]
struct Row {
    citizen_id: Uuid,
    id: Uuid,
    client_id: String,
    sealed: Vec<u8>,
    linked_at: i64,
    data_key: Vec<u8>,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<LinkedAccount, Error> {
        let (citizen, id) = (CitizenId::from_uuid(self.citizen_id), LinkId::from_uuid(self.id));
        let opened = vault.open_for(citizen, &self.data_key, &place(citizen, id), &self.sealed)?;
        Ok(LinkedAccount {
            id,
            citizen,
            client: self.client_id.parse().map_err(|_| Error::Corrupt("the portal of an account"))?,
            account: account_of(&opened)?,
            linked_at: Timestamp::from_micros(self.linked_at),
        })
    }
}
