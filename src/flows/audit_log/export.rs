//! The log as a file that can be verified without the identity store: JSON lines.
//!
//! ```text
//! {"senid":"audit-log","version":1,"origin":"id.example.gov/audit-log","keys":["NAME+HASH+KEY"],"from":0,"frontier":[],"first_head":1}
//! {"place":0,"event":{…},"leaf_hash":"…","seal":"…"}
//! {"head":1,"size":1,"at":1700000000000000,"root":"…","note":"…","cosignatures":["…"]}
//! ```
//!
//! Heads stand behind the events that they sign. Hashes and seals are in standard base64, as heads write them.

use std::collections::HashMap;
use std::io::Write;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::audit_record::AuditRecord;
use crate::domain::time::Timestamp;
use crate::flows::admin::AdminError;
use crate::storage::{Store, StoredHead};

use super::keys::LogKeys;
use super::live::Live;
use super::verify::{Row, Source};

pub(super) const KIND: &str = "audit-log";
pub(super) const VERSION: u32 = 1;
/// Events, and heads, that are held at once.
const PAGE: u32 = 1_000;

#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    /// What this is: anything else is refused by its first member.
    pub senid: String,
    pub version: u32,
    pub origin: String,
    /// What heads are verified with. An auditor holds them against those that were handed over by another way.
    pub keys: Vec<String>,
    /// The first place that is kept, and the tree that was before.
    pub from: u64,
    pub frontier: Vec<String>,
    pub first_head: u64,
}

/// A line of an event.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EventLine {
    pub place: u64,
    pub event: Option<AuditRecord>,
    pub leaf_hash: String,
    pub seal: String,
}

/// A line of a head.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadLine {
    pub head: u64,
    pub size: u64,
    pub at: i64,
    pub root: String,
    pub note: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cosignatures: Vec<String>,
}

impl HeadLine {
    pub(super) fn of(head: &StoredHead, cosignatures: Vec<String>) -> Self {
        Self {
            head: head.number,
            size: head.size,
            at: head.at.micros(),
            root: STANDARD.encode(&head.root),
            note: head.note.clone(),
            cosignatures,
        }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    pub events: u64,
    pub heads: u64,
}

/// Writes every event that a head signs, and every head. Servers go on meanwhile.
///
/// # Errors
/// `Away`, or where nothing more can be written.
pub async fn export(store: &Store, keys: &LogKeys, mut out: impl Write + Send) -> Result<Exported, AdminError> {
    let mut reading = store.read().await?;
    let retirement = reading.audit_log().retirement().await?;
    let last = reading.audit_log().last_head().await?;
    drop(reading);
    let (from, first_head) = retirement.as_ref().map_or((0, 1), |one| (one.size, one.first_head));
    let frontier = retirement.iter().flat_map(|one| one.frontier.subtrees()).map(|(_, hash)| STANDARD.encode(hash));
    let header = Header {
        senid: KIND.to_owned(),
        version: VERSION,
        origin: keys.origin().to_owned(),
        keys: keys.verifiers().iter().map(ToString::to_string).collect(),
        from,
        frontier: frontier.collect(),
        first_head,
    };
    line(&mut out, &header)?;
    let mut written = Exported::default();
    let Some(last) = last else { return Ok(written) };
    let (mut place, mut number) = (from, first_head.saturating_sub(1));
    let mut source = Live(store);
    while number < last.number {
        let heads = source.heads(number, PAGE).await?;
        if heads.is_empty() {
            break;
        }
        for head in heads.into_iter().filter(|head| head.number <= last.number) {
            while place < head.size {
                let limit = u32::try_from(head.size - place).unwrap_or(PAGE).min(PAGE);
                let rows = source.rows(place, limit).await?;
                let Some(end) = rows.last().map(|row| row.leaf.place + 1) else { break };
                for row in rows.into_iter().filter(|row| row.leaf.place < head.size) {
                    line(&mut out, &event_line(row))?;
                    written.events += 1;
                }
                place = end.min(head.size);
            }
            let cosignatures = store.read().await?.audit_log().cosignatures(head.number).await?;
            let cosignatures = cosignatures.into_iter().map(|(_, line)| line).collect();
            line(&mut out, &HeadLine::of(&head, cosignatures))?;
            written.heads += 1;
            number = head.number;
        }
    }
    out.flush().map_err(AdminError::failed)?;
    Ok(written)
}

/// The lines of up to `limit` events that were recorded from the first moment on and before the second and have their places, those behind
/// `after`, by their ids; and behind which the next ones are.
///
/// # Errors
/// `Away`.
pub async fn between(
    store: &Store,
    span: (Timestamp, Timestamp),
    after: Option<Uuid>,
    limit: u32,
) -> Result<(Vec<serde_json::Value>, Option<Uuid>), AdminError> {
    let mut reading = store.read().await?;
    let leaves = reading.audit_log().leaves_between(span, after.unwrap_or_default(), limit).await?;
    let ids: Vec<Uuid> = leaves.iter().map(|leaf| leaf.event).collect();
    if ids.is_empty() {
        return Ok((Vec::new(), None));
    }
    let mut records: HashMap<Uuid, AuditRecord> =
        reading.audit_log().records(&ids).await?.into_iter().map(|record| (record.id, record)).collect();
    let next = (leaves.len() == limit as usize).then(|| ids.last().copied()).flatten();
    let rows = leaves.into_iter().map(|leaf| Row { record: records.remove(&leaf.event), leaf });
    let lines = rows.map(|row| serde_json::to_value(event_line(row))).collect::<Result<_, _>>();
    Ok((lines.map_err(AdminError::failed)?, next))
}

/// The lines of an export of a span, read as they are taken.
#[derive(Debug)]
pub struct Lines {
    store: Store,
    span: (Timestamp, Timestamp),
    after: Option<Uuid>,
    is_over: bool,
}

impl Lines {
    pub const fn new(store: Store, span: (Timestamp, Timestamp)) -> Self {
        Self { store, span, after: None, is_over: false }
    }

    /// The next lines, each with its end; nothing behind the last.
    ///
    /// # Errors
    /// `Away`.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, AdminError> {
        if self.is_over {
            return Ok(None);
        }
        let (lines, next) = between(&self.store, self.span, self.after, PAGE).await?;
        self.is_over = next.is_none();
        self.after = next;
        let mut text = Vec::new();
        for one in &lines {
            line(&mut text, one)?;
        }
        Ok((!text.is_empty()).then_some(text))
    }
}

pub(super) fn event_line(row: Row) -> EventLine {
    EventLine {
        place: row.leaf.place,
        event: row.record,
        leaf_hash: STANDARD.encode(&row.leaf.hash),
        seal: STANDARD.encode(&row.leaf.seal),
    }
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<(), AdminError> {
    serde_json::to_writer(&mut *out, value).map_err(AdminError::failed)?;
    out.write_all(b"\n").map_err(AdminError::failed)
}
