//! The audit log's tree: events that wait for their place, the leaves, the heads. Rows are added, and never changed.

use sqlx::QueryBuilder;
use sqlx::types::Uuid;

use super::audit_records::{AuditRow, RECORDS_POSTGRES, RECORDS_SQLITE};
use super::connection::{Backend, Read, Transaction, on_backend};
use super::error::Error;
use super::retention::first_id_at;
use crate::crypto::transparency::{CompactRange, Subtree, TreeHash};
use crate::domain::audit_record::AuditRecord;
use crate::domain::time::Timestamp;

/// Whoever holds it gives events their places: the letters `senidlog`.
const SEQUENCER: i64 = 0x7365_6e69_646c_6f67;
const ELECT: &str = "SELECT pg_try_advisory_xact_lock($1)";
const SOMETHING_WAITS: &str = "SELECT EXISTS (SELECT 1 FROM audit_pending)";
const WAITING: &str = "SELECT event_id FROM audit_pending WHERE event_id > $1 ORDER BY event_id LIMIT $2";
const OLDEST_WAITING: &str = "SELECT event_id FROM audit_pending ORDER BY event_id LIMIT 1";
const COUNT_WAITING: &str = "SELECT count(*) FROM audit_pending";
const IS_WAITING: &str = "SELECT EXISTS (SELECT 1 FROM audit_pending WHERE event_id = $1)";
const PLACED_POSTGRES: &str = "DELETE FROM audit_pending WHERE event_id = ANY($1)";
const PLACE_POSTGRES: &str =
    "INSERT INTO audit_leaves (place, event_id, leaf_hash, seal) SELECT * FROM unnest($1, $2, $3, $4)";
const PLACE_SQLITE: &str = "INSERT INTO audit_leaves (place, event_id, leaf_hash, seal) ";
const TREE: &str = "SELECT size, frontier FROM audit_tree WHERE id = 1";
const GROW: &str = "INSERT INTO audit_tree (id, size, frontier) VALUES (1, $1, $2)
    ON CONFLICT (id) DO UPDATE SET size = excluded.size, frontier = excluded.frontier";
const ADD_NODE: &str = "INSERT INTO audit_nodes (level, number, hash) VALUES ($1, $2, $3)";
const NODE: &str = "SELECT hash FROM audit_nodes WHERE level = $1 AND number = $2";
const LEAVES: &str =
    "SELECT place, event_id, leaf_hash, seal FROM audit_leaves WHERE place >= $1 ORDER BY place LIMIT $2";
const LEAVES_BETWEEN: &str = "SELECT place, event_id, leaf_hash, seal FROM audit_leaves
    WHERE event_id > $1 AND event_id >= $2 AND event_id < $3 ORDER BY event_id LIMIT $4";
const LEAF_OF: &str = "SELECT place, event_id, leaf_hash, seal FROM audit_leaves WHERE event_id = $1";
const ADD_HEAD: &str = "INSERT INTO audit_heads (number, size, root, at, note) VALUES ($1, $2, $3, $4, $5)";
const LAST_HEAD: &str = "SELECT number, size, root, at, note FROM audit_heads ORDER BY number DESC LIMIT 1";
const HEADS: &str = "SELECT number, size, root, at, note FROM audit_heads WHERE number > $1 ORDER BY number LIMIT $2";
/// Whatever stands in the log's table and is neither in the tree nor waits to be.
const STRAYS: &str = "SELECT id FROM audit_events e WHERE id > $1
        AND NOT EXISTS (SELECT 1 FROM audit_leaves l WHERE l.event_id = e.id)
        AND NOT EXISTS (SELECT 1 FROM audit_pending p WHERE p.event_id = e.id)
    ORDER BY id LIMIT $2";
/// What was to be given its place and is gone.
const LOST: &str = "SELECT event_id FROM audit_pending p
    WHERE NOT EXISTS (SELECT 1 FROM audit_events e WHERE e.id = p.event_id) ORDER BY event_id LIMIT 1";
const RETIREMENT: &str = "SELECT size, frontier, first_head, at FROM audit_retirements ORDER BY size DESC LIMIT 1";

const ADD_COSIGNATURE: &str = "INSERT INTO audit_cosignatures (head_number, witness, line, at) SELECT $1, $2, $3, $4
    WHERE NOT EXISTS (SELECT 1 FROM audit_cosignatures WHERE head_number = $1 AND witness = $2)";
const COSIGNATURES: &str = "SELECT witness, line FROM audit_cosignatures WHERE head_number = $1 ORDER BY witness";
const LAST_COSIGNED: &str = "SELECT c.head_number, h.size FROM audit_cosignatures c
    JOIN audit_heads h ON h.number = c.head_number WHERE c.witness = $1 ORDER BY c.head_number DESC LIMIT 1";
const COSIGNED: &str = "SELECT h.number, h.size, h.note, c.witness, c.line FROM audit_heads h
    JOIN audit_cosignatures c ON c.head_number = h.number WHERE (h.number, c.witness) > ($1, $2)
    ORDER BY h.number, c.witness LIMIT $3";
const MAY_RETIRE: &str =
    "SELECT has_table_privilege('audit_events', 'DELETE') AND has_table_privilege('audit_leaves', 'DELETE')";
const FIRST_HEAD_OF: &str = "SELECT min(number) FROM audit_heads WHERE size >= $1";
const RETIRE: &str = "INSERT INTO audit_retirements (size, frontier, first_head, at) VALUES ($1, $2, $3, $4)";
const FORGET_EVENTS_POSTGRES: &str = "DELETE FROM audit_events WHERE id = ANY($1)";
const FORGET_LEAVES: &str = "DELETE FROM audit_leaves WHERE place < $1";
const FORGET_NODES: &str = "DELETE FROM audit_nodes WHERE level = $2 AND number < $1";
const FORGET_HEADS: &str = "DELETE FROM audit_heads WHERE number < $1";
const FORGET_COSIGNATURES: &str = "DELETE FROM audit_cosignatures WHERE head_number < $1";

/// Rows of one statement at most: SQLite takes 32,766 values.
const ROWS_AT_ONCE: usize = 1_000;
/// Subtrees of 256 leaves, of 256 of those, and so on: the others are hashed anew when they are needed.
const KEPT_LEVELS: u32 = 8;

/// The tree of the audit log, seen from one connection.
pub struct AuditLog<'c, C>(pub(super) &'c mut C);

/// An event's place in the tree, as it is stored: a hash and a seal are 32 bytes unless somebody changed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    pub place: u64,
    pub event: Uuid,
    pub hash: Vec<u8>,
    pub seal: Vec<u8>,
}

impl Leaf {
    /// When its event was recorded, as its id says.
    pub fn recorded_at(&self) -> Option<Timestamp> {
        recorded_at(self.event)
    }

    /// Whether its event was recorded before then, as its id says.
    pub fn is_before(&self, at: Timestamp) -> bool {
        self.event < first_id_at(at)
    }
}

/// A signed head of the tree, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHead {
    /// Heads are numbered from 1 on, without a gap.
    pub number: u64,
    pub size: u64,
    pub root: Vec<u8>,
    pub at: Timestamp,
    /// C2SP `tlog-checkpoint`.
    pub note: String,
}

/// What a witness signed of a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    pub number: u64,
    pub size: u64,
    /// The head.
    pub note: String,
    pub witness: String,
    /// Its signature line.
    pub line: String,
}

/// From where on the log is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// Leaves that need be kept no longer.
    pub size: u64,
    /// The tree that they were.
    pub frontier: CompactRange,
    pub first_head: u64,
    pub at: Timestamp,
}

/// Ids are UUIDs of version 7 (RFC 9562 §5.7): the first 48 bits are milliseconds since the Unix epoch.
fn recorded_at(event: Uuid) -> Option<Timestamp> {
    let millis = i64::try_from(event.as_u128() >> 80).ok()?;
    Some(Timestamp::from_micros(millis.saturating_mul(1000)))
}

impl<C: Read> AuditLog<'_, C> {
    /// Whether any event has no place yet.
    pub async fn something_waits(&mut self) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| sqlx::query_scalar(SOMETHING_WAITS).fetch_one(db).await)?)
    }

    /// When the event was recorded that has waited longest for its place; `None` where none waits.
    pub async fn oldest_waiting(&mut self) -> Result<Option<Timestamp>, Error> {
        let oldest: Option<Uuid> =
            on_backend!(self.0, |db| sqlx::query_scalar(OLDEST_WAITING).fetch_optional(db).await)?;
        Ok(oldest.and_then(recorded_at))
    }

    /// How many events have no place yet.
    pub async fn count_waiting(&mut self) -> Result<u64, Error> {
        let count: i64 = on_backend!(self.0, |db| sqlx::query_scalar(COUNT_WAITING).fetch_one(db).await)?;
        Ok(count.unsigned_abs())
    }

    pub async fn is_waiting(&mut self, event: Uuid) -> Result<bool, Error> {
        Ok(on_backend!(self.0, |db| sqlx::query_scalar(IS_WAITING).bind(event).fetch_one(db).await)?)
    }

    /// The tree as the sequencer left it.
    pub async fn tree(&mut self) -> Result<CompactRange, Error> {
        let row: Option<(i64, Vec<u8>)> = on_backend!(self.0, |db| sqlx::query_as(TREE).fetch_optional(db).await)?;
        let Some((size, frontier)) = row else { return Ok(CompactRange::default()) };
        CompactRange::from_bytes(count(size)?, &frontier).map_err(|_| Error::Corrupt("the audit log's tree"))
    }

    /// Up to `limit` leaves in their order, from a place on.
    pub async fn leaves(&mut self, from: u64, limit: u32) -> Result<Vec<Leaf>, Error> {
        let rows: Vec<LeafRow> = on_backend!(self.0, |db| {
            sqlx::query_as(LEAVES).bind(number(from)).bind(i64::from(limit)).fetch_all(db).await
        })?;
        rows.into_iter().map(LeafRow::open).collect()
    }

    /// Up to `limit` leaves of the events that were recorded from the first moment on and before the second, those behind `after`, by
    /// the events' ids.
    pub async fn leaves_between(
        &mut self,
        (since, until): (Timestamp, Timestamp),
        after: Uuid,
        limit: u32,
    ) -> Result<Vec<Leaf>, Error> {
        let rows: Vec<LeafRow> = on_backend!(self.0, |db| {
            let page = sqlx::query_as(LEAVES_BETWEEN).bind(after).bind(first_id_at(since)).bind(first_id_at(until));
            page.bind(i64::from(limit)).fetch_all(db).await
        })?;
        rows.into_iter().map(LeafRow::open).collect()
    }

    pub async fn leaf_of(&mut self, event: Uuid) -> Result<Option<Leaf>, Error> {
        let row: Option<LeafRow> =
            on_backend!(self.0, |db| sqlx::query_as(LEAF_OF).bind(event).fetch_optional(db).await)?;
        row.map(LeafRow::open).transpose()
    }

    /// The events of these ids that there are, by id. No more than a thousand are asked for at once.
    pub async fn records(&mut self, ids: &[Uuid]) -> Result<Vec<AuditRecord>, Error> {
        let rows: Vec<AuditRow> = match self.0.backend() {
            Backend::Postgres(db) => sqlx::query_as(RECORDS_POSTGRES).bind(ids).fetch_all(db).await?,
            Backend::Sqlite(db) => {
                let mut query = QueryBuilder::new(RECORDS_SQLITE);
                query.push(" WHERE id IN (");
                let mut values = query.separated(", ");
                for id in ids {
                    values.push_bind(*id);
                }
                query.push(") ORDER BY id");
                query.build_query_as().fetch_all(db).await?
            }
        };
        Ok(rows.into_iter().map(AuditRow::open).collect())
    }

    /// The root of a perfect subtree, where it is kept: others are hashed from their leaves.
    pub async fn node(&mut self, subtree: Subtree) -> Result<Option<TreeHash>, Error> {
        let hash: Option<Vec<u8>> = on_backend!(self.0, |db| {
            sqlx::query_scalar(NODE).bind(level(subtree)).bind(number(subtree.index)).fetch_optional(db).await
        })?;
        hash.map(|hash| hash.try_into().map_err(|_| Error::Corrupt("a node of the audit log"))).transpose()
    }

    pub async fn last_head(&mut self) -> Result<Option<StoredHead>, Error> {
        let row: Option<HeadRow> = on_backend!(self.0, |db| sqlx::query_as(LAST_HEAD).fetch_optional(db).await)?;
        row.map(HeadRow::open).transpose()
    }

    /// Up to `limit` heads in the order of their numbers, those behind `after`.
    pub async fn heads(&mut self, after: u64, limit: u32) -> Result<Vec<StoredHead>, Error> {
        let rows: Vec<HeadRow> = on_backend!(self.0, |db| {
            sqlx::query_as(HEADS).bind(number(after)).bind(i64::from(limit)).fetch_all(db).await
        })?;
        rows.into_iter().map(HeadRow::open).collect()
    }

    /// Up to `limit` events behind `after`, by id, that are in the log's table, and neither in the tree nor wait to be.
    pub async fn strays(&mut self, after: Uuid, limit: u32) -> Result<Vec<Uuid>, Error> {
        let limit = i64::from(limit);
        Ok(on_backend!(self.0, |db| sqlx::query_scalar(STRAYS).bind(after).bind(limit).fetch_all(db).await)?)
    }

    /// The first event that waits for its place and is gone.
    pub async fn lost(&mut self) -> Result<Option<Uuid>, Error> {
        Ok(on_backend!(self.0, |db| sqlx::query_scalar(LOST).fetch_optional(db).await)?)
    }

    /// What witnesses signed of a head: each one's name and signature line.
    pub async fn cosignatures(&mut self, head: u64) -> Result<Vec<(String, String)>, Error> {
        Ok(on_backend!(self.0, |db| sqlx::query_as(COSIGNATURES).bind(number(head)).fetch_all(db).await)?)
    }

    /// The last head that this witness cosigned: its number and size.
    pub async fn last_cosigned(&mut self, witness: &str) -> Result<Option<(u64, u64)>, Error> {
        let row: Option<(i64, i64)> =
            on_backend!(self.0, |db| sqlx::query_as(LAST_COSIGNED).bind(witness).fetch_optional(db).await)?;
        row.map(|(number, size)| Ok((count(number)?, count(size)?))).transpose()
    }

    /// Up to `limit` cosignatures in the order of their heads, those behind the one of this head and witness.
    pub async fn cosigned(&mut self, after: (u64, &str), limit: u32) -> Result<Vec<Cosigned>, Error> {
        let rows: Vec<(i64, i64, String, String, String)> = on_backend!(self.0, |db| {
            let page = sqlx::query_as(COSIGNED).bind(number(after.0)).bind(after.1).bind(i64::from(limit));
            page.fetch_all(db).await
        })?;
        rows.into_iter()
            .map(|(number, size, note, witness, line)| {
                Ok(Cosigned { number: count(number)?, size: count(size)?, note, witness, line })
            })
            .collect()
    }

    /// The last retirement; nothing where the whole log is kept.
    pub async fn retirement(&mut self) -> Result<Option<Retirement>, Error> {
        let row: Option<(i64, Vec<u8>, i64, i64)> =
            on_backend!(self.0, |db| sqlx::query_as(RETIREMENT).fetch_optional(db).await)?;
        let Some((size, frontier, first_head, at)) = row else { return Ok(None) };
        let size = count(size)?;
        let frontier = CompactRange::from_bytes(size, &frontier);
        let frontier = frontier.map_err(|_| Error::Corrupt("a retirement of the audit log"))?;
        Ok(Some(Retirement { size, frontier, first_head: count(first_head)?, at: Timestamp::from_micros(at) }))
    }
}

impl AuditLog<'_, Transaction> {
    /// Makes this transaction the one that adds to the tree, until it ends; `false` where another one is it.
    pub async fn elect(&mut self) -> Result<bool, Error> {
        Ok(match self.0.backend() {
            Backend::Postgres(db) => sqlx::query_scalar(ELECT).bind(SEQUENCER).fetch_one(db).await?,
            // A transaction that writes is alone from its beginning.
            Backend::Sqlite(_) => true,
        })
    }

    /// Up to `limit` events that have no place yet, by id. What was to wait and is gone, however much of it there is, holds up nobody: its ids stay
    /// for [`Self::lost`] to name.
    pub async fn waiting(&mut self, limit: u32) -> Result<Vec<AuditRecord>, Error> {
        let mut after = Uuid::nil();
        loop {
            let ids: Vec<Uuid> = on_backend!(self.0, |db| {
                sqlx::query_scalar(WAITING).bind(after).bind(i64::from(limit)).fetch_all(db).await
            })?;
            let Some(last) = ids.last() else { return Ok(Vec::new()) };
            let records = self.records(&ids).await?;
            if !records.is_empty() {
                return Ok(records);
            }
            after = *last;
        }
    }

    /// Gives events their places, which follow those that are taken; they wait no longer.
    pub async fn place(&mut self, leaves: &[Leaf]) -> Result<(), Error> {
        match self.0.backend() {
            Backend::Postgres(db) => {
                let events: Vec<Uuid> = leaves.iter().map(|leaf| leaf.event).collect();
                sqlx::query(PLACE_POSTGRES)
                    .bind(leaves.iter().map(|leaf| number(leaf.place)).collect::<Vec<_>>())
                    .bind(&events)
                    .bind(leaves.iter().map(|leaf| leaf.hash.as_slice()).collect::<Vec<_>>())
                    .bind(leaves.iter().map(|leaf| leaf.seal.as_slice()).collect::<Vec<_>>())
                    .execute(&mut *db)
                    .await?;
                sqlx::query(PLACED_POSTGRES).bind(events).execute(db).await?;
            }
            Backend::Sqlite(db) => {
                for group in leaves.chunks(ROWS_AT_ONCE) {
                    let mut insert = QueryBuilder::new(PLACE_SQLITE);
                    insert.push_values(group, |mut row, leaf| {
                        row.push_bind(number(leaf.place))
                            .push_bind(leaf.event)
                            .push_bind(leaf.hash.as_slice())
                            .push_bind(leaf.seal.as_slice());
                    });
                    insert.build().execute(&mut *db).await?;
                    let mut placed = QueryBuilder::new("DELETE FROM audit_pending WHERE event_id IN (");
                    let mut ids = placed.separated(", ");
                    for leaf in group {
                        ids.push_bind(leaf.event);
                    }
                    placed.push(")");
                    placed.build().execute(&mut *db).await?;
                }
            }
        }
        Ok(())
    }

    /// Keeps the tree as it is now, and of the subtrees that were completed those that proofs are made of.
    pub async fn grow(&mut self, tree: &CompactRange, completed: &[(Subtree, TreeHash)]) -> Result<(), Error> {
        for (subtree, hash) in completed.iter().filter(|(subtree, _)| is_kept(*subtree)) {
            on_backend!(self.0, |db| {
                let add = sqlx::query(ADD_NODE).bind(level(*subtree)).bind(number(subtree.index));
                add.bind(hash.as_slice()).execute(db).await.map(drop)
            })?;
        }
        Ok(on_backend!(self.0, |db| {
            sqlx::query(GROW).bind(number(tree.size())).bind(tree.to_bytes()).execute(db).await.map(drop)
        })?)
    }

    /// Keeps what a witness signed of a head; what it signed of it before stays.
    pub async fn add_cosignature(&mut self, head: u64, witness: &str, line: &str, at: Timestamp) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            let add = sqlx::query(ADD_COSIGNATURE).bind(number(head)).bind(witness).bind(line);
            add.bind(at.micros()).execute(db).await.map(drop)
        })?)
    }

    /// Whether the account of this connection may remove what was retired.
    pub async fn may_retire(&mut self) -> Result<bool, Error> {
        Ok(match self.0.backend() {
            Backend::Postgres(db) => sqlx::query_scalar(MAY_RETIRE).fetch_one(db).await?,
            Backend::Sqlite(_) => true,
        })
    }

    /// The number of the first head that signs `size` events or more.
    pub async fn first_head_of(&mut self, size: u64) -> Result<Option<u64>, Error> {
        let found: Option<i64> =
            on_backend!(self.0, |db| { sqlx::query_scalar(FIRST_HEAD_OF).bind(number(size)).fetch_one(db).await })?;
        found.map(count).transpose()
    }

    /// Removes the first events of the log, those of before `retirement`, and what belongs to them alone.
    pub async fn retire(&mut self, retirement: &Retirement, events: &[Uuid]) -> Result<(), Error> {
        let size = number(retirement.size);
        on_backend!(self.0, |db| {
            sqlx::query(RETIRE)
                .bind(size)
                .bind(retirement.frontier.to_bytes())
                .bind(number(retirement.first_head))
                .bind(retirement.at.micros())
                .execute(db)
                .await
                .map(drop)
        })?;
        match self.0.backend() {
            Backend::Postgres(db) => {
                sqlx::query(FORGET_EVENTS_POSTGRES).bind(events).execute(db).await?;
            }
            Backend::Sqlite(db) => {
                for group in events.chunks(ROWS_AT_ONCE) {
                    let mut forget = QueryBuilder::new("DELETE FROM audit_events WHERE id IN (");
                    let mut ids = forget.separated(", ");
                    for id in group {
                        ids.push_bind(*id);
                    }
                    forget.push(")");
                    forget.build().execute(&mut *db).await?;
                }
            }
        }
        let first_head = number(retirement.first_head);
        let statements = [(FORGET_LEAVES, size), (FORGET_HEADS, first_head), (FORGET_COSIGNATURES, first_head)];
        for (statement, before) in statements {
            on_backend!(self.0, |db| sqlx::query(statement).bind(before).execute(db).await.map(drop))?;
        }
        for level in (KEPT_LEVELS..u64::BITS).step_by(KEPT_LEVELS as usize) {
            let whole = number(retirement.size >> level);
            on_backend!(self.0, |db| {
                sqlx::query(FORGET_NODES).bind(whole).bind(i64::from(level)).execute(db).await.map(drop)
            })?;
        }
        Ok(())
    }

    pub async fn add_head(&mut self, head: &StoredHead) -> Result<(), Error> {
        Ok(on_backend!(self.0, |db| {
            sqlx::query(ADD_HEAD)
                .bind(number(head.number))
                .bind(number(head.size))
                .bind(head.root.as_slice())
                .bind(head.at.micros())
                .bind(&head.note)
                .execute(db)
                .await
                .map(drop)
        })?)
    }
}

/// Whether the root of this subtree is kept.
pub const fn is_kept(subtree: Subtree) -> bool {
    subtree.level > 0 && subtree.level.is_multiple_of(KEPT_LEVELS)
}

/// Counts of events fit: at a million a second it would take 292,000 years until they do not.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(super) fn count(number: i64) -> Result<u64, Error> {
    u64::try_from(number).map_err(|_| Error::Corrupt("a place of the audit log"))
}

fn level(subtree: Subtree) -> i32 {
    i32::try_from(subtree.level).unwrap_or(i32::MAX)
}

#[derive(sqlx::FromRow)]
struct LeafRow {
    place: i64,
    event_id: Uuid,
    leaf_hash: Vec<u8>,
    seal: Vec<u8>,
}

impl LeafRow {
    fn open(self) -> Result<Leaf, Error> {
        Ok(Leaf { place: count(self.place)?, event: self.event_id, hash: self.leaf_hash, seal: self.seal })
    }
}

#[derive(sqlx::FromRow)]
struct HeadRow {
    number: i64,
    size: i64,
    root: Vec<u8>,
    at: i64,
    note: String,
}

impl HeadRow {
    fn open(self) -> Result<StoredHead, Error> {
        Ok(StoredHead {
            number: count(self.number)?,
            size: count(self.size)?,
            root: self.root,
            at: Timestamp::from_micros(self.at),
            note: self.note,
        })
    }
}
