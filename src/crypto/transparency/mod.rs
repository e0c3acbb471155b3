//! A log that shows what was done to it: Merkle trees (RFC 6962 §2.1, RFC 9162 §2.1) and signed tree heads (C2SP `signed-note`,
//! `tlog-checkpoint`, `tlog-cosignature`).

mod note;
mod proof;
mod range;

pub use note::{
    Checkpoint, LogSigner, NoteError, NoteVerifier, SignatureLine, SignedNote, WitnessSigner, cosigned_message,
};
pub use proof::{
    Span, consistency_spans, inclusion_spans, perfect_subtrees, root_of_span, verify_consistency, verify_inclusion,
};
pub use range::{CompactRange, Subtree, WrongNodes};

use super::hash::{Sha256, sha256};

/// A hash of the tree: SHA-256.
pub type TreeHash = [u8; 32];

/// The hash of a leaf (RFC 9162 §2.1.1): its first byte keeps it apart from every inner node.
pub fn leaf_hash(entry: &[u8]) -> TreeHash {
    let mut hash = Sha256::new();
    hash.update(&[0]);
    hash.update(entry);
    hash.finish()
}

/// The hash of an inner node.
pub fn node_hash(left: &TreeHash, right: &TreeHash) -> TreeHash {
    let mut hash = Sha256::new();
    hash.update(&[1]);
    hash.update(left);
    hash.update(right);
    hash.finish()
}

/// The root of a tree without leaves.
pub fn empty_root() -> TreeHash {
    sha256(b"")
}

#[cfg(test)]
mod tests;
