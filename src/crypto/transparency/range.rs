//! A compact range: the roots of the perfect subtrees that a tree is made of, which is all that is needed to make it grow.

use super::{TreeHash, empty_root, node_hash};

/// The frontier of a tree: one hash for every bit of its size, the largest subtree first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompactRange {
    size: u64,
    nodes: Vec<TreeHash>,
}

/// A perfect subtree: the leaves from `index << level` on, `1 << level` of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subtree {
    pub level: u32,
    pub index: u64,
}

impl Subtree {
    /// Its first leaf.
    pub const fn start(self) -> u64 {
        self.index << self.level
    }

    /// Behind its last leaf.
    pub const fn end(self) -> u64 {
        (self.index + 1) << self.level
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tree of this size is made of another number of subtrees")]
pub struct WrongNodes;

impl CompactRange {
    /// Of a tree of `size` leaves.
    ///
    /// # Errors
    /// `WrongNodes` unless there is one node for every bit of the size.
    pub fn from_nodes(size: u64, nodes: Vec<TreeHash>) -> Result<Self, WrongNodes> {
        (nodes.len() == size.count_ones() as usize).then_some(Self { size, nodes }).ok_or(WrongNodes)
    }

    /// As [`Self::to_bytes`] wrote it.
    ///
    /// # Errors
    /// `WrongNodes` as [`Self::from_nodes`], or where the bytes are no hashes.
    pub fn from_bytes(size: u64, bytes: &[u8]) -> Result<Self, WrongNodes> {
        let (nodes, rest) = bytes.as_chunks::<32>();
        if rest.is_empty() { Self::from_nodes(size, nodes.to_vec()) } else { Err(WrongNodes) }
    }

    /// Leaves of the tree.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The nodes one after the other, 32 bytes each.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.nodes.concat()
    }

    /// Which subtrees the nodes are the roots of, with their hashes.
    pub fn subtrees(&self) -> impl Iterator<Item = (Subtree, TreeHash)> + '_ {
        super::perfect_subtrees(super::Span { start: 0, end: self.size }).into_iter().zip(self.nodes.iter().copied())
    }

    /// Adds a leaf; `completed` is told every subtree above it that has all of its leaves now.
    pub fn append(&mut self, leaf: TreeHash, mut completed: impl FnMut(Subtree, &TreeHash)) {
        let mut hash = leaf;
        let mut subtree = Subtree { level: 0, index: self.size };
        while subtree.index & 1 == 1 {
            // One node for every bit of the size: where the lowest is set, there is one.
            let Some(left) = self.nodes.pop() else { break };
            hash = node_hash(&left, &hash);
            subtree = Subtree { level: subtree.level + 1, index: subtree.index >> 1 };
            completed(subtree, &hash);
        }
        self.nodes.push(hash);
        self.size += 1;
    }

    pub fn root(&self) -> TreeHash {
        let mut nodes = self.nodes.iter().rev();
        let Some(last) = nodes.next() else { return empty_root() };
        nodes.fold(*last, |right, left| node_hash(left, &right))
    }
}
