//! The audit log that shows what was done to it: events are given their places in a Merkle tree by one elected sequencer, heads of
//! the tree are signed, and whoever verifies it is told the first event that is not as it was (docs/audit-log.md).

mod export;
mod file;
mod finding;
mod heads;
mod heads_file;
mod keys;
mod live;
pub mod prove;
mod retire;
mod sequence;
pub mod stream;
mod verify;
mod witnesses;

pub use export::{Exported, Lines, between, export};
pub use file::{File, kept_heads};
pub use finding::Finding;
pub use heads::{settle, sign_head};
pub use heads_file::HeadsFile;
pub use keys::{LogKeys, origin};
pub use live::Live;
pub use retire::retire;
pub use sequence::{AT_ONCE, Sequencer, note_lag};
pub use verify::{HeadElsewhere, Row, Source, Verification, Verifier};
pub use witnesses::Witness;
