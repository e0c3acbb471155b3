//! The outbox of what citizens are told by mail and text message. Several servers empty it at once; an attempt holds its row by
//! a lease, so that what a killed server left is taken up by another.
//!
//! To whom and what is sealed with the citizen's data key, and is gone as soon as a message was settled.

use sqlx::types::Uuid;
use zeroize::Zeroizing;

use super::connection::{Read, Transaction, Write, on_backend};
use super::error::Error;
use super::outbox::{self, Backlog, Claim, Lease};
use super::row::{Page, one_more};
use super::vault::Vault;
use crate::crypto::seal::Context;
use crate::domain::ids::{CitizenId, MessageId};
use crate::domain::logout::{DeliveryState, Settlement};
use crate::domain::message::{Channel, Letter, Message};
use crate::domain::time::Timestamp;

macro_rules! claimed_columns {
    () => {
        "id, citizen_id, channel, sealed, attempts, created_at, give_up_at, \
         (SELECT c.data_key FROM citizens c WHERE c.id = citizen_id) AS data_key"
    };
}

const DATA_KEY: &str = "SELECT data_key FROM citizens WHERE id = $1";
const ENQUEUE: &str = "INSERT INTO messages
    (id, citizen_id, channel, kind, sealed, state, attempts, due_at, created_at, give_up_at)
    VALUES ($1, $2, $3, $4, $5, 'pending', 0, $6, $6, $7)";
const DUE_CHANNELS: &str = "SELECT DISTINCT channel FROM messages WHERE state = 'pending' AND due_at <= $1";
const CLAIM: Claim = Claim {
    postgres: concat!(
        "UPDATE messages SET due_at = $2, attempts = attempts + 1 WHERE id IN
    (SELECT id FROM messages WHERE state = 'pending' AND channel = $1 AND due_at <= $3
     ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED) RETURNING ",
        claimed_columns!()
    ),
    sqlite: concat!(
        "UPDATE messages SET due_at = $2, attempts = attempts + 1 WHERE id IN
    (SELECT id FROM messages WHERE state = 'pending' AND channel = $1 AND due_at <= $3
     ORDER BY due_at LIMIT $4) RETURNING ",
        claimed_columns!()
    ),
};
// Only the attempt that holds the row settles it: of one whose lease ran out, another is under way.
const SETTLE: &str = "UPDATE messages
    SET state = $3, due_at = $4, fault = $5, settled_at = $6, sealed = CASE WHEN $6 IS NULL THEN sealed ELSE NULL END
    WHERE id = $1 AND attempts = $2 AND state = 'pending'";
const LIST: &str =
    "SELECT id, citizen_id, channel, kind, state, attempts, due_at, created_at, fault, settled_at FROM messages
    WHERE id < $1 AND ($2 = '' OR state = $2) ORDER BY id DESC LIMIT $3";
const LIST_OF_CITIZEN: &str =
    "SELECT id, citizen_id, channel, kind, state, attempts, due_at, created_at, fault, settled_at FROM messages
    WHERE citizen_id = $1 ORDER BY id DESC LIMIT $2";
const ENTERED: &str =
    "SELECT count(*) FROM messages WHERE citizen_id = $1 AND channel = $2 AND kind = $3 AND created_at > $4";
const BACKLOG: &str = "SELECT count(*), min(created_at) FROM messages WHERE state = 'pending'";
const FORGET: &str = "DELETE FROM messages WHERE id IN
    (SELECT id FROM messages WHERE settled_at < $1 ORDER BY settled_at LIMIT $2)";

/// The outbox, seen from one connection.
pub struct Messages<'c, C>(pub(super) &'c mut C);

/// What became of a message, without what it says and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRecord {
    pub id: MessageId,
    pub citizen: CitizenId,
    pub channel: Channel,
    pub kind: String,
    pub state: DeliveryState,
    pub attempts: u32,
    pub due_at: Timestamp,
    pub created_at: Timestamp,
    /// Why the last attempt failed, in one word.
    pub fault: Option<String>,
    pub settled_at: Option<Timestamp>,
}

impl<C: Read> Messages<'_, C> {
    /// Up to `limit` messages, the latest first, those before `before`.
    pub async fn list(
        &mut self,
        state: Option<DeliveryState>,
        before: Option<MessageId>,
        limit: u32,
    ) -> Result<Page<MessageRecord, MessageId>, Error> {
        let before = before.map_or(Uuid::max(), MessageId::uuid);
        let rows: Vec<RecordRow> = on_backend!(self.0, |db| {
            sqlx::query_as(LIST)
                .bind(before)
                .bind(state.map_or("", DeliveryState::as_str))
                .bind(one_more(limit))
                .fetch_all(db)
                .await
        })?;
        let records = rows.into_iter().map(RecordRow::open).collect::<Result<_, _>>()?;
        Ok(Page::new(records, limit, |record: &MessageRecord| record.id))
    }

    /// The latest to one citizen, the latest first.
    pub async fn of_citizen(&mut self, citizen: CitizenId, limit: u32) -> Result<Vec<MessageRecord>, Error> {
        let rows: Vec<RecordRow> = on_backend!(self.0, |db| {
            sqlx::query_as(LIST_OF_CITIZEN).bind(citizen.uuid()).bind(i64::from(limit)).fetch_all(db).await
        })?;
        rows.into_iter().map(RecordRow::open).collect()
    }

    /// The channels on which something is due.
    pub async fn due_channels(&mut self, now: Timestamp) -> Result<Vec<Channel>, Error> {
        let channels: Vec<String> =
            on_backend!(self.0, |db| sqlx::query_scalar(DUE_CHANNELS).bind(now.micros()).fetch_all(db).await)?;
        channels.iter().map(|text| Channel::parse(text).ok_or(Error::Corrupt("a message's channel"))).collect()
    }

    /// How many of this kind were put in for `citizen` after `since`, on one channel.
    pub async fn entered_since(
        &mut self,
        citizen: CitizenId,
        channel: Channel,
        kind: &str,
        since: Timestamp,
    ) -> Result<u64, Error> {
        let entered: i64 = on_backend!(self.0, |db| {
            let count = sqlx::query_scalar(ENTERED).bind(citizen.uuid()).bind(channel.as_str());
            count.bind(kind).bind(since.micros()).fetch_one(db).await
        })?;
        Ok(u64::try_from(entered).unwrap_or(0))
    }

    pub async fn backlog(&mut self) -> Result<Backlog, Error> {
        outbox::backlog(self.0, BACKLOG).await
    }
}

impl<C: Write> Messages<'_, C> {
    /// Takes up to `limit` of what is due on `channel`, each counted as an attempt and held until `lease_ends`.
    pub async fn claim(
        &mut self,
        channel: Channel,
        now: Timestamp,
        lease_ends: Timestamp,
        limit: u32,
    ) -> Result<Vec<Message>, Error> {
        let vault = self.0.vault()?;
        let lease = Lease { now, ends: lease_ends, limit };
        let rows: Vec<ClaimedRow> = CLAIM.take(self.0, channel.as_str(), lease).await?;
        rows.into_iter().map(|row| row.open(&vault)).collect()
    }

    /// Writes down how an attempt ended; tells whether it still was this attempt's to tell.
    pub async fn settle(&mut self, tried: &Message, how: &Settlement, now: Timestamp) -> Result<bool, Error> {
        outbox::settle(self.0, SETTLE, (tried.id.uuid(), tried.attempts), how, now).await
    }

    /// Removes up to `limit` that were settled before `before`, and tells how many that were.
    pub async fn forget(&mut self, before: Timestamp, limit: u32) -> Result<u64, Error> {
        outbox::forget(self.0, FORGET, before, limit).await
    }
}

impl Messages<'_, Transaction> {
    /// Puts a message in, together with the change that it is about.
    ///
    /// # Errors
    /// `Corrupt` if there is no such citizen.
    pub async fn enqueue(&mut self, message: &Message) -> Result<(), Error> {
        let vault = self.0.vault()?;
        let citizen = message.citizen;
        let key: Option<Vec<u8>> =
            on_backend!(self.0, |db| sqlx::query_scalar(DATA_KEY).bind(citizen.uuid()).fetch_optional(db).await)?;
        let key = key.ok_or(Error::Corrupt("no citizen of this id"))?;
        let letter =
            Zeroizing::new(serde_json::to_vec(&message.letter).map_err(|error| Error::Other(Box::new(error)))?);
        let sealed = vault.seal_for(citizen, &key, &place(citizen, message.id), &letter)?;
        Ok(on_backend!(self.0, |db| {
            sqlx::query(ENQUEUE)
                .bind(message.id.uuid())
                .bind(citizen.uuid())
                .bind(message.channel.as_str())
                .bind(message.letter.content.kind())
                .bind(sealed)
                .bind(message.created_at.micros())
                .bind(message.give_up_at.micros())
                .execute(db)
                .await
                .map(drop)
        })?)
    }
}

fn place(citizen: CitizenId, id: MessageId) -> Context {
    Context::new("messages.sealed", [citizen.uuid().as_bytes().as_slice(), id.uuid().as_bytes()].concat())
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: Uuid,
    citizen_id: Uuid,
    channel: String,
    sealed: Option<Vec<u8>>,
    attempts: i32,
    created_at: i64,
    give_up_at: i64,
    data_key: Vec<u8>,
}

impl ClaimedRow {
    fn open(self, vault: &Vault) -> Result<Message, Error> {
        let (id, citizen) = (MessageId::from_uuid(self.id), CitizenId::from_uuid(self.citizen_id));
        let sealed = self.sealed.ok_or(Error::Corrupt("a message that waits and says nothing"))?;
        let letter = vault.open_for(citizen, &self.data_key, &place(citizen, id), &sealed)?;
        let letter: Letter = serde_json::from_slice(&letter).map_err(|_| Error::Corrupt("a message"))?;
        Ok(Message {
            id,
            citizen,
            channel: Channel::parse(&self.channel).ok_or(Error::Corrupt("a message's channel"))?,
            letter,
            attempts: u32::try_from(self.attempts).map_err(|_| Error::Corrupt("a message's attempts"))?,
            created_at: Timestamp::from_micros(self.created_at),
            give_up_at: Timestamp::from_micros(self.give_up_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct RecordRow {
    id: Uuid,
    citizen_id: Uuid,
    channel: String,
    kind: String,
    state: String,
    attempts: i32,
    due_at: i64,
    created_at: i64,
    fault: Option<String>,
    settled_at: Option<i64>,
}

impl RecordRow {
    fn open(self) -> Result<MessageRecord, Error> {
        Ok(MessageRecord {
            id: MessageId::from_uuid(self.id),
            citizen: CitizenId::from_uuid(self.citizen_id),
            channel: Channel::parse(&self.channel).ok_or(Error::Corrupt("a message's channel"))?,
            kind: self.kind,
            state: DeliveryState::parse(&self.state).ok_or(Error::Corrupt("a message's state"))?,
            attempts: u32::try_from(self.attempts).map_err(|_| Error::Corrupt("a message's attempts"))?,
            due_at: Timestamp::from_micros(self.due_at),
            created_at: Timestamp::from_micros(self.created_at),
            fault: self.fault,
            settled_at: self.settled_at.map(Timestamp::from_micros),
        })
    }
}
