//! Security events to portals: the Shared Signals Framework 1.0 (SSF) with the events of CAEP 1.0 and RISC 1.0.
//!
//! A portal's owner opens one stream; what happens to the citizens that the portal knows is put into it by the transaction in which
//! it happens, and is pushed (RFC 8935) or fetched (RFC 8936) from there (docs/signals.md).

mod event;
mod event_type;
mod happening;
mod stream;

pub use event::{Facts, LEASE, SecurityEvent, Subject};
pub use event_type::EventType;
pub use happening::{CredentialType, Happening, Initiator};
pub use stream::{Delivery, InvalidStream, Stream, StreamStatus};
