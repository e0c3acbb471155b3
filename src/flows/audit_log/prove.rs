//! Proofs: that an event is in the log, and that a head grew from another one (RFC 9162 §2.1.3, §2.1.4).

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::crypto::transparency::{
    CompactRange, Span, Subtree, TreeHash, consistency_spans, inclusion_spans, node_hash, perfect_subtrees,
    root_of_span,
};
use crate::domain::audit_record::AuditRecord;
use crate::flows::admin::AdminError;
use crate::storage::{Store, StoredHead, is_kept};

/// That an event is the leaf of this place in the tree that a head signs.
#[derive(Clone, Debug)]
pub struct Inclusion {
    pub record: AuditRecord,
    pub place: u64,
    pub proof: Vec<TreeHash>,
    pub head: StoredHead,
}

/// That the tree of one head grew from the tree of another.
#[derive(Clone, Debug)]
pub struct Consistency {
    pub first: StoredHead,
    pub second: StoredHead,
    pub proof: Vec<TreeHash>,
}

/// Proves an event by the last head.
///
/// # Errors
/// `NotFound`; `Conflict` where no head signs it yet.
pub async fn inclusion(store: &Store, event: Uuid) -> Result<Inclusion, AdminError> {
    let mut reading = store.read().await?;
    let not_found = || AdminError::NotFound(format!("there is no event {event} in the audit log"));
    let waits = AdminError::Conflict(format!("no head signs event {event} yet: try again in a few seconds"));
    let Some(leaf) = reading.audit_log().leaf_of(event).await? else {
        return Err(if reading.audit_log().is_waiting(event).await? { waits } else { not_found() });
    };
    let record = reading.audit_log().records(&[event]).await?.pop().ok_or_else(not_found)?;
    let head = reading.audit_log().last_head().await?.filter(|head| leaf.place < head.size).ok_or(waits)?;
    drop(reading);
    let proof = Prover::of(store).await?.hashes(&inclusion_spans(leaf.place, head.size)).await?;
    Ok(Inclusion { record, place: leaf.place, proof, head })
}

/// Proves that head `second` grew from head `first`, by their numbers.
///
/// # Errors
/// `NotFound`; `Conflict` where what the first one signs was retired.
pub async fn consistency(store: &Store, first: u64, second: u64) -> Result<Consistency, AdminError> {
    let (first, second) = (head(store, first).await?, head(store, second).await?);
    let proof = growth(store, first.size, second.size).await?;
    Ok(Consistency { first, second, proof })
}

/// The proof that the tree of `size` events grew from the tree of `first`.
///
/// # Errors
/// `Conflict` where the end of the first one was retired.
pub async fn growth(store: &Store, first: u64, size: u64) -> Result<Vec<TreeHash>, AdminError> {
    Prover::of(store).await?.hashes(&consistency_spans(first, size)).await
}

async fn head(store: &Store, number: u64) -> Result<StoredHead, AdminError> {
    let found = store.read().await?.audit_log().heads(number.saturating_sub(1), 1).await?.pop();
    found.filter(|head| head.number == number).ok_or_else(|| AdminError::NotFound(format!("there is no head {number}")))
}

/// Hashes of subtrees: those that are kept, and others from their leaves.
struct Prover<'s> {
    store: &'s Store,
    retired: BTreeMap<Subtree, TreeHash>,
    /// Before which no leaf is kept.
    from: u64,
}

impl<'s> Prover<'s> {
    async fn of(store: &'s Store) -> Result<Self, AdminError> {
        let retirement = store.read().await?.audit_log().retirement().await?;
        let retired = retirement.map(|retirement| retirement.frontier).unwrap_or_default();
        Ok(Self { store, from: retired.size(), retired: retired.subtrees().collect() })
    }

    async fn hashes(&self, spans: &[Span]) -> Result<Vec<TreeHash>, AdminError> {
        let mut hashes = Vec::with_capacity(spans.len());
        for span in spans {
            let mut subtrees = Vec::new();
            for subtree in perfect_subtrees(*span) {
                subtrees.push(self.root(subtree).await?);
            }
            hashes.push(root_of_span(&subtrees));
        }
        Ok(hashes)
    }

    /// The root of a perfect subtree. Below each that is kept there are 256 of the next kept ones at most.
    async fn root(&self, subtree: Subtree) -> Result<TreeHash, AdminError> {
        if let Some(hash) = self.retired.get(&subtree) {
            return Ok(*hash);
        }
        if subtree.start() < self.from && subtree.end() > self.from {
            // What reaches over the border is made of what was kept on the one side and what stands on the other.
            let half = |side| Subtree { level: subtree.level - 1, index: 2 * subtree.index + side };
            let left = Box::pin(self.root(half(0))).await?;
            let right = Box::pin(self.root(half(1))).await?;
            return Ok(node_hash(&left, &right));
        }
        if subtree.start() < self.from {
            return Err(AdminError::Conflict(format!("the events before place {} were retired", self.from)));
        }
        let corrupt = || AdminError::failed("the audit log has a gap; run: senid audit verify");
        let mut reading = self.store.read().await?;
        if is_kept(subtree) {
            return reading.audit_log().node(subtree).await?.ok_or_else(corrupt);
        }
        // The kept level below, or the leaves.
        let below = (0..subtree.level).rev().find(|level| *level == 0 || is_kept(Subtree { level: *level, index: 0 }));
        let below = below.unwrap_or(0);
        let mut range = CompactRange::default();
        if below == 0 {
            let count = u32::try_from(subtree.end() - subtree.start()).unwrap_or(u32::MAX);
            let leaves = reading.audit_log().leaves(subtree.start(), count).await?;
            for (place, leaf) in (subtree.start()..).zip(&leaves) {
                let hash = leaf.hash.as_slice().try_into().ok().filter(|_| leaf.place == place).ok_or_else(corrupt)?;
                range.append(hash, |_, _| {});
            }
        } else {
            for index in (subtree.start() >> below)..(subtree.end() >> below) {
                let node = Subtree { level: below, index };
                let kept = match self.retired.get(&node) {
                    Some(hash) => Some(*hash),
                    None => reading.audit_log().node(node).await?,
                };
                range.append(kept.ok_or_else(corrupt)?, |_, _| {});
            }
        }
        let expected = (subtree.end() - subtree.start()) >> below;
        if range.size() == expected { Ok(range.root()) } else { Err(corrupt()) }
    }
}
