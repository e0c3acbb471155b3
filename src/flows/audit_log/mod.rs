//! The audit log that shows what was done to it: events are given their places in a Merkle tree by one elected sequencer, heads of
//! the tree are signed, and whoever verifies it is told the first event that is not as it was (docs/audit-log.md).

mod finding;
mod heads;
mod keys;
mod live;
mod retire;
mod sequence;
mod verify;

pub use finding::Finding;
pub use heads::{settle, sign_head};
pub use keys::{LogKeys, origin};
pub use live::Live;
pub use retire::retire;
pub use sequence::{AT_ONCE, Sequencer};
pub use verify::{HeadElsewhere, Row, Source, Verification, Verifier};
