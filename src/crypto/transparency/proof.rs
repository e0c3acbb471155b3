//! Inclusion and consistency proofs: which subtrees they are made of, and how they are verified (RFC 9162 §2.1.3, §2.1.4).

use super::range::Subtree;
use super::{TreeHash, empty_root, node_hash};

/// Leaves whose common root stands in a proof: from `start` on, before `end`. It begins where a subtree does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub start: u64,
    pub end: u64,
}

/// What the inclusion proof of leaf `index` in a tree of `size` is made of, from the leaf upwards; nothing where there is no such leaf.
pub fn inclusion_spans(index: u64, size: u64) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut start, mut end) = (0, size);
    while index < size && end - start > 1 {
        let middle = start + largest_power_below(end - start);
        if index < middle {
            spans.push(Span { start: middle, end });
            end = middle;
        } else {
            spans.push(Span { start, end: middle });
            start = middle;
        }
    }
    spans.reverse();
    spans
}

/// What the proof is made of that the tree of `size` grew from the one of `first`; nothing where it could not, or none is needed.
pub fn consistency_spans(first: u64, size: u64) -> Vec<Span> {
    if first == 0 || first >= size {
        return Vec::new();
    }
    let mut spans = Vec::new();
    let (mut start, mut end, mut whole) = (0, size, true);
    while first != end {
        let middle = start + largest_power_below(end - start);
        if first <= middle {
            spans.push(Span { start: middle, end });
            end = middle;
        } else {
            spans.push(Span { start, end: middle });
            start = middle;
            whole = false;
        }
    }
    if !whole {
        spans.push(Span { start, end });
    }
    spans.reverse();
    spans
}

/// The largest power of two below `count`, which is 2 or more.
const fn largest_power_below(count: u64) -> u64 {
    1 << (u64::BITS - 1 - (count - 1).leading_zeros())
}

/// The perfect subtrees that the leaves of `span` are, from left to right.
pub fn perfect_subtrees(span: Span) -> Vec<Subtree> {
    let (mut start, mut left) = (span.start, span.end.saturating_sub(span.start));
    let mut subtrees = Vec::with_capacity(left.count_ones() as usize);
    while left > 0 {
        let level = u64::BITS - 1 - left.leading_zeros();
        subtrees.push(Subtree { level, index: start >> level });
        start += 1 << level;
        left -= 1 << level;
    }
    subtrees
}

/// The root of a span, from the hashes of its [`perfect_subtrees`].
pub fn root_of_span(hashes: &[TreeHash]) -> TreeHash {
    let mut nodes = hashes.iter().rev();
    let Some(last) = nodes.next() else { return empty_root() };
    nodes.fold(*last, |right, left| node_hash(left, &right))
}

/// Whether `proof` shows that `leaf` is the leaf of `index` in the tree of `size` leaves and this `root` (RFC 9162 §2.1.3.2).
pub fn verify_inclusion(index: u64, size: u64, leaf: &TreeHash, proof: &[TreeHash], root: &TreeHash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for node in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(node, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, node);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether `proof` shows that the tree of `size` and `root` grew from the one of `first` and `first_root` (RFC 9162 §2.1.4.2).
pub fn verify_consistency(first: u64, size: u64, proof: &[TreeHash], first_root: &TreeHash, root: &TreeHash) -> bool {
    if first == 0 {
        return proof.is_empty() && *first_root == empty_root();
    }
    if first == size {
        return proof.is_empty() && first_root == root;
    }
    if first > size {
        return false;
    }
    let mut nodes = proof.iter();
    // Where the first tree is one subtree of the other, its root is known and is no part of the proof.
    let begin = if first.is_power_of_two() { Some(first_root) } else { nodes.next() };
    let Some(begin) = begin else { return false };
    let (mut at, mut last) = (first - 1, size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old, mut new) = (*begin, *begin);
    for node in nodes {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old = node_hash(node, &old);
            new = node_hash(node, &new);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, node);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old == *first_root && new == *root
}
