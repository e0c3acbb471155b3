//! Verifies a log, event by event from its beginning, in bounded memory. It can be stopped after every page and gone on with.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use uuid::Uuid;

use crate::crypto::transparency::{Checkpoint, CompactRange, NoteVerifier, SignedNote, TreeHash, leaf_hash};
use crate::domain::audit_record::AuditRecord;
use crate::flows::admin::AdminError;
use crate::storage::{Leaf, StoredHead};

use super::finding::Finding;
use super::keys::LogKeys;

/// Events that are looked at together, and among which one that was moved is looked for.
const PAGE: u32 = 1_000;

/// An event with its place, as whoever is verified shows them.
#[derive(Clone, Debug)]
pub struct Row {
    pub leaf: Leaf,
    /// Nothing where the event of this place is not to be found.
    pub record: Option<AuditRecord>,
}

/// Where a log is read from: the identity store, or a file.
pub trait Source: Send {
    /// Up to `limit` events in the order in which they are shown, from a place on.
    fn rows(&mut self, from: u64, limit: u32) -> impl Future<Output = Result<Vec<Row>, AdminError>> + Send;

    /// Up to `limit` heads behind the one of this number, in their order.
    fn heads(&mut self, after: u64, limit: u32) -> impl Future<Output = Result<Vec<StoredHead>, AdminError>> + Send;

    /// Events that have no place and wait for none, up to so many of them: one whose id was changed is among them.
    fn strays(&mut self, limit: u32) -> impl Future<Output = Result<Vec<AuditRecord>, AdminError>> + Send;

    /// What is wrong apart from the tree, once all of that has been looked at.
    fn aside(&mut self) -> impl Future<Output = Result<Option<Finding>, AdminError>> + Send;
}

/// A head that was seen outside the log: in the file of heads, or in what a witness keeps.
#[derive(Clone, Debug)]
pub struct HeadElsewhere {
    /// Who has it, as a report says it.
    pub seen: String,
    /// Its number, where that is told.
    pub number: Option<u64>,
    pub note: String,
}

/// How far a verification has come, and what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// The first place that is kept: what was before was retired.
    pub from: u64,
    /// Behind the last event that was looked at.
    pub size: u64,
    /// Heads that are of this log.
    pub heads: u64,
    /// How many events the last of them signs.
    pub signed: u64,
    /// How many events the last head signs that enough witnesses cosigned, where any are named.
    pub witnessed: Option<u64>,
    /// The first thing that is wrong.
    pub finding: Option<Finding>,
    /// Nothing is left to look at.
    pub is_done: bool,
}

/// Verifies one log.
pub struct Verifier<'k> {
    origin: String,
    verifiers: Vec<NoteVerifier>,
    /// Where the log's own keys are at hand: they tell exactly which event was moved.
    keys: Option<&'k LogKeys>,
    range: CompactRange,
    /// The tree that the sequencer goes on from, as it was when this began.
    tree: Option<CompactRange>,
    heads: VecDeque<StoredHead>,
    elsewhere: BTreeMap<u64, Vec<HeadElsewhere>>,
    /// Of those from elsewhere.
    numbers: BTreeSet<u64>,
    last_head: u64,
    state: Verification,
}

impl<'k> Verifier<'k> {
    /// Begins behind what was retired: the tree of that, and the number of the first head that is kept.
    pub fn new(origin: String, verifiers: Vec<NoteVerifier>, retired: CompactRange, first_head: u64) -> Self {
        let state = Verification { from: retired.size(), size: retired.size(), ..Verification::default() };
        Self {
            origin,
            verifiers,
            keys: None,
            range: retired,
            tree: None,
            heads: VecDeque::new(),
            elsewhere: BTreeMap::new(),
            numbers: BTreeSet::new(),
            last_head: first_head.saturating_sub(1),
            state,
        }
    }

    /// With the log's own keys.
    #[must_use]
    pub fn with_keys(mut self, keys: &'k LogKeys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// With the tree that the sequencer goes on from.
    #[must_use]
    pub fn against_tree(mut self, tree: CompactRange) -> Self {
        self.tree = Some(tree);
        self
    }

    /// Also holds the log against a head from elsewhere. One that this log did not sign is a finding at once.
    #[must_use]
    pub fn against(mut self, head: HeadElsewhere) -> Self {
        match self.read(&head.note) {
            Some(checkpoint) => {
                self.numbers.extend(head.number);
                self.elsewhere.entry(checkpoint.size).or_default().push(head);
            }
            None => {
                let finding = Finding::HeadForged { number: head.number.unwrap_or_default() };
                self.state.finding.get_or_insert(finding);
            }
        }
        self
    }

    pub const fn state(&self) -> &Verification {
        &self.state
    }

    /// Looks at all that is left.
    ///
    /// # Errors
    /// Where the source cannot be read.
    pub async fn finish(mut self, source: &mut impl Source) -> Result<Verification, AdminError> {
        while !self.state.is_done {
            self.page(source).await?;
        }
        Ok(self.state)
    }

    /// Looks at the next page of events, and the heads that sign them.
    ///
    /// # Errors
    /// Where the source cannot be read; it can be gone on with then.
    pub async fn page(&mut self, source: &mut impl Source) -> Result<(), AdminError> {
        if self.state.finding.is_some() {
            self.state.is_done = true;
            return Ok(());
        }
        let mut rows = source.rows(self.range.size(), PAGE).await?;
        self.load_heads(source).await?;
        self.look_at_heads();
        if rows.is_empty() {
            self.end(source).await?;
            return Ok(());
        }
        let count = rows.len();
        for at in 0..count {
            if self.state.finding.is_some() {
                break;
            }
            let place = self.range.size();
            match self.look_at(place, &rows[at]) {
                Some(hash) => {
                    self.range.append(hash, |_, _| {});
                    self.look_at_heads();
                }
                None => {
                    let behind = rows.last().map_or(place, |row| row.leaf.place.saturating_add(1));
                    rows.extend(source.rows(behind, PAGE).await?);
                    let renamed = match self.is_lost(place, &rows[at]) {
                        true => renamed(&rows[at].leaf, &source.strays(PAGE).await?),
                        false => None,
                    };
                    let renamed = renamed.map(|event| Finding::Altered { place, event });
                    self.state.finding = Some(renamed.unwrap_or_else(|| self.name(place, &rows[at..])));
                }
            }
        }
        self.state.size = self.range.size();
        self.state.is_done = self.state.finding.is_some();
        Ok(())
    }

    /// The event's leaf hash, where it is what was put at this place.
    fn look_at(&self, place: u64, row: &Row) -> Option<TreeHash> {
        let hash = leaf_hash(&row.record.as_ref()?.canonical());
        let is_it = row.leaf.place == place
            && row.record.as_ref()?.id == row.leaf.event
            && row.leaf.hash == hash
            && self.keys.is_none_or(|keys| keys.is_sealed(place, &hash, &row.leaf.seal));
        is_it.then_some(hash)
    }

    /// Whether the place is as it was, and its event is not to be found.
    fn is_lost(&self, place: u64, row: &Row) -> bool {
        let hash: Option<TreeHash> = row.leaf.hash.as_slice().try_into().ok();
        let is_sealed = |hash: TreeHash| self.keys.is_none_or(|keys| keys.is_sealed(place, &hash, &row.leaf.seal));
        row.record.is_none() && row.leaf.place == place && hash.is_some_and(is_sealed)
    }

    /// Says what happened at `place`, where the first of `rows` is not what was put there.
    fn name(&self, place: u64, rows: &[Row]) -> Finding {
        let Some(row) = rows.first() else { return Finding::RemovedFromEnd { place } };
        let event = row.leaf.event;
        let sealed_for = |row: &Row, place| {
            let hash: Option<TreeHash> = row.leaf.hash.as_slice().try_into().ok();
            let keys = self.keys.zip(hash);
            keys.is_some_and(|(keys, hash)| keys.is_sealed(place, &hash, &row.leaf.seal))
        };
        if row.leaf.place < place {
            return Finding::Inserted { place: Some(row.leaf.place), event };
        }
        if row.leaf.place > place {
            // In a file it may stand further down.
            let moved = rows.iter().any(|row| row.leaf.place == place);
            return match moved {
                true => Finding::Reordered { place, event, belongs: row.leaf.place },
                false => Finding::Removed { place, event: None },
            };
        }
        let Some(record) = &row.record else { return Finding::Removed { place, event: Some(event) } };
        let hash = leaf_hash(&record.canonical());
        if row.leaf.hash != hash || record.id != event {
            // The events of two places, exchanged.
            let other = rows.iter().skip(1).find(|other| other.leaf.hash == hash);
            return match other {
                Some(other) => Finding::Reordered { place, event, belongs: other.leaf.place },
                None => Finding::Altered { place, event },
            };
        }
        let belongs = (place + 1..=place + rows.len() as u64).find(|place| sealed_for(row, *place));
        let rightful = rows.iter().skip(1).any(|other| sealed_for(other, place));
        match (belongs, rightful) {
            (Some(belongs), true) => Finding::Reordered { place, event, belongs },
            // Those behind it have moved up.
            (Some(_), false) => Finding::Removed { place, event: None },
            (None, true) => Finding::Inserted { place: Some(place), event },
            (None, false) => Finding::Altered { place, event },
        }
    }

    /// A head signs an event more than the one before it at least: a page of them lasts for a page of events. They are read after
    /// the events, so that one which is signed meanwhile does not sign fewer.
    async fn load_heads(&mut self, source: &mut impl Source) -> Result<(), AdminError> {
        if self.heads.len() >= PAGE as usize {
            return Ok(());
        }
        let after = self.heads.back().map_or(self.last_head, |head| head.number);
        self.heads.extend(source.heads(after, PAGE).await?);
        Ok(())
    }

    /// Holds the tree as far as it has come against the heads that sign so much of it.
    fn look_at_heads(&mut self) {
        let size = self.range.size();
        let is_signed = self.heads.front().is_some_and(|head| head.size <= size);
        let is_known = is_signed
            || self.elsewhere.contains_key(&size)
            || self.tree.as_ref().is_some_and(|tree| tree.size() == size);
        if !is_known {
            return;
        }
        let root = self.range.root();
        while self.state.finding.is_none()
            && let Some(head) = self.heads.pop_front_if(|head| head.size <= size)
        {
            self.state.finding = self.fault_of(&head, &root);
            self.last_head = head.number;
            if self.state.finding.is_none() {
                self.state.heads += 1;
                self.state.signed = head.size;
            }
        }
        for head in self.elsewhere.remove(&size).unwrap_or_default() {
            let is_of_it = self.read(&head.note).is_some_and(|checkpoint| checkpoint.root == root);
            if !is_of_it {
                self.state.finding.get_or_insert(Finding::Forked { size, seen: head.seen });
            }
        }
        if self.tree.take_if(|tree| tree.size() == size).is_some_and(|tree| tree != self.range) {
            self.state.finding.get_or_insert(Finding::OtherTree { size });
        }
    }

    fn fault_of(&self, head: &StoredHead, root: &TreeHash) -> Option<Finding> {
        if head.number != self.last_head + 1 {
            return Some(Finding::HeadRemoved { number: self.last_head + 1 });
        }
        let Some(checkpoint) = self.read(&head.note) else {
            return Some(Finding::HeadForged { number: head.number });
        };
        if checkpoint.size != head.size || head.root != checkpoint.root {
            return Some(Finding::HeadForged { number: head.number });
        }
        // What was before the first event that is kept is known by its tree alone.
        if head.size < self.range.size() {
            return (head.size > self.state.from).then_some(Finding::HeadForged { number: head.number });
        }
        if checkpoint.root == *root {
            return None;
        }
        Some(match self.keys {
            // Every event is where this log's key put it.
            Some(_) => Finding::Forked { size: head.size, seen: format!("head {}", head.number) },
            None => Finding::Rewritten { from: self.state.signed.max(self.state.from), before: head.size },
        })
    }

    /// What was signed, where this log signed it.
    fn read(&self, note: &str) -> Option<Checkpoint> {
        let note = SignedNote::parse(note).ok()?;
        self.verifiers.iter().any(|key| key.signed(&note).is_some()).then_some(())?;
        Checkpoint::parse(&note.text).ok().filter(|checkpoint| checkpoint.origin == self.origin)
    }

    async fn end(&mut self, source: &mut impl Source) -> Result<(), AdminError> {
        let place = self.range.size();
        let more = !self.heads.is_empty() || self.tree.as_ref().is_some_and(|tree| tree.size() > place);
        // Servers go on meanwhile: events may have come after the last look.
        if self.state.finding.is_none() && more && !source.rows(place, 1).await?.is_empty() {
            return Ok(());
        }
        self.state.is_done = true;
        self.state.size = place;
        if self.state.finding.is_some() {
            return Ok(());
        }
        let is_longer = more || self.elsewhere.range(place + 1..).next().is_some();
        let removed = self.numbers.range(self.last_head + 1..).next();
        self.state.finding = match removed {
            _ if is_longer => Some(Finding::RemovedFromEnd { place }),
            Some(number) => Some(Finding::HeadRemoved { number: *number }),
            None => source.aside().await?,
        };
        Ok(())
    }
}

/// The id that an event was recorded under which is not to be found under the one of its place, where it can be known: it is among the
/// events without a place, and but for its id as its leaf says; or it is exactly that, and the id that stands at the place is another.
fn renamed(leaf: &Leaf, strays: &[AuditRecord]) -> Option<Uuid> {
    let is_it = |record: &AuditRecord| leaf_hash(&record.canonical()).as_slice() == leaf.hash.as_slice();
    let found = strays.iter().find_map(|stray| {
        let named = AuditRecord { id: leaf.event, ..stray.clone() };
        [named, stray.clone()].into_iter().find(is_it)
    });
    found.map(|record| record.id)
}

/// Before every event.
pub(super) const BEFORE_ALL: Uuid = Uuid::nil();
