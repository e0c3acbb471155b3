//! A log that was exported, for whoever verifies it: read from its beginning to its end, once, in bounded memory.

use std::collections::VecDeque;
use std::io::{BufRead, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

use crate::crypto::transparency::{CompactRange, NoteVerifier};
use crate::domain::audit_record::AuditRecord;
use crate::domain::time::Timestamp;
use crate::flows::admin::AdminError;
use crate::storage::{Leaf, StoredHead};

use super::export::{EventLine, HeadLine, Header, KIND, VERSION};
use super::finding::Finding;
use super::verify::{HeadElsewhere, Row, Source, Verifier};

/// No line is longer: an event's facts are short.
const LONGEST_LINE: u64 = 1024 * 1024;

/// A file of JSON lines.
pub struct File<R> {
    lines: Lines<R>,
    header: Header,
    rows: VecDeque<Row>,
    heads: VecDeque<StoredHead>,
    is_over: bool,
}

impl<R: BufRead + Send> File<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// `Conflict` where it is no exported log.
    pub fn open(file: R) -> Result<Self, AdminError> {
        let mut lines = Lines { file, number: 0 };
        let first = lines.next()?.unwrap_or_default();
        let header: Header = serde_json::from_slice(&first)
            .ok()
            .filter(|header: &Header| header.senid == KIND)
            .ok_or_else(|| AdminError::Conflict("the file is no export of an audit log".to_owned()))?;
        if header.version != VERSION {
            let sentence = format!("the file is of version {}; this program reads version {VERSION}", header.version);
            return Err(AdminError::Conflict(sentence));
        }
        Ok(Self { lines, header, rows: VecDeque::new(), heads: VecDeque::new(), is_over: false })
    }

    /// The keys that the file says it was signed with.
    pub fn keys(&self) -> &[String] {
        &self.header.keys
    }

    /// What verifies the file with `keys`, or where none are given with its own.
    ///
    /// # Errors
    /// `Conflict` where the first line cannot be used.
    pub fn verifier<'k>(&self, keys: Vec<NoteVerifier>) -> Result<Verifier<'k>, AdminError> {
        let unusable = || AdminError::Conflict("the first line of the file cannot be used".to_owned());
        let own = self.header.keys.iter().map(|key| NoteVerifier::parse(key).map_err(|_| unusable()));
        let keys = if keys.is_empty() { own.collect::<Result<_, _>>()? } else { keys };
        let hash = |text: &String| STANDARD.decode(text).ok().and_then(|hash| hash.try_into().ok());
        let nodes = self.header.frontier.iter().map(hash).collect::<Option<_>>().ok_or_else(unusable)?;
        let retired = CompactRange::from_nodes(self.header.from, nodes).map_err(|_| unusable())?;
        Ok(Verifier::new(self.header.origin.clone(), keys, retired, self.header.first_head))
    }

    /// Reads on until so many events are at hand, or the end. A head stands behind its events: one line more is read.
    fn read_rows(&mut self, count: usize) -> Result<(), AdminError> {
        while !self.is_over && (self.rows.len() < count || self.heads.is_empty()) {
            let Some(line) = self.lines.next()? else {
                self.is_over = true;
                break;
            };
            if let Ok(head) = serde_json::from_slice::<HeadLine>(&line) {
                self.heads.push_back(StoredHead {
                    number: head.head,
                    size: head.size,
                    root: STANDARD.decode(&head.root).unwrap_or_default(),
                    at: Timestamp::from_micros(head.at),
                    note: head.note,
                });
                continue;
            }
            let wrong = |_| self.lines.wrong("it is neither an event nor a head");
            let event: EventLine = serde_json::from_slice(&line).map_err(wrong)?;
            let leaf = Leaf {
                place: event.place,
                event: event.event.as_ref().map_or(Uuid::nil(), |event| event.id),
                hash: STANDARD.decode(&event.leaf_hash).unwrap_or_default(),
                seal: STANDARD.decode(&event.seal).unwrap_or_default(),
            };
            self.rows.push_back(Row { leaf, record: event.event });
        }
        Ok(())
    }
}

impl<R: BufRead + Send> Source for File<R> {
    async fn rows(&mut self, _: u64, limit: u32) -> Result<Vec<Row>, AdminError> {
        self.read_rows(limit as usize)?;
        let count = self.rows.len().min(limit as usize);
        Ok(self.rows.drain(..count).collect())
    }

    async fn heads(&mut self, _: u64, limit: u32) -> Result<Vec<StoredHead>, AdminError> {
        let count = self.heads.len().min(limit as usize);
        Ok(self.heads.drain(..count).collect())
    }

    /// In a file an event stands at its place with its id.
    async fn strays(&mut self, _: u32) -> Result<Vec<AuditRecord>, AdminError> {
        Ok(Vec::new())
    }

    async fn aside(&mut self) -> Result<Option<Finding>, AdminError> {
        Ok(None)
    }
}

/// Heads that were kept apart from the log: a file of heads as the server writes it, or of signed notes alone.
///
/// # Errors
/// `Conflict` for a line that is neither.
pub fn kept_heads(file: impl BufRead + Send, name: &str) -> Result<Vec<HeadElsewhere>, AdminError> {
    let mut lines = Lines { file, number: 0 };
    let mut heads = Vec::new();
    let (mut note, mut is_signed) = (String::new(), false);
    let seen = format!("the head of {name}");
    let kept = |note: &mut String| HeadElsewhere { seen: seen.clone(), number: None, note: std::mem::take(note) };
    while let Some(line) = lines.next()? {
        if let Ok(head) = serde_json::from_slice::<HeadLine>(&line) {
            let seen = format!("head {} of {name}", head.head);
            heads.push(HeadElsewhere { seen, number: Some(head.head), note: head.note });
            continue;
        }
        // Notes alone, as witnesses show them: each ends with its signatures, and an empty line is between two.
        let line = std::str::from_utf8(&line).map_err(|_| lines.wrong("it is no head"))?;
        if line == "\n" && is_signed {
            heads.push(kept(&mut note));
        } else {
            note.push_str(line);
        }
        is_signed = line.starts_with("\u{2014} ");
        if note.len() > LONGEST_LINE as usize {
            return Err(lines.wrong("it is no head"));
        }
    }
    if !note.is_empty() {
        heads.push(kept(&mut note));
    }
    Ok(heads)
}

struct Lines<R> {
    file: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<Vec<u8>>, AdminError> {
        let mut line = Vec::new();
        let read = (&mut self.file).take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(AdminError::failed)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if read as u64 == LONGEST_LINE {
            return Err(self.wrong("it is longer than any line of an audit log"));
        }
        Ok(Some(line))
    }

    fn wrong(&self, why: &str) -> AdminError {
        AdminError::Conflict(format!("line {}: {why}", self.number))
    }
}
