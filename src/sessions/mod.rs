//! The short-lived store: sessions, sign-ins under way, codes, replay marks and counters.
//!
//! [`Store`] is what flows hold: few verbs over typed keys. Below it stands one `dyn` [`Backend`]
//! over bytes, [`InProcess`] for the embedded mode and [`Redis`] for production, both held to one
//! contract test.
//!
//! - **Every verb touches one key** and is atomic on it, so a Redis Cluster can serve it as it is.
//! - **Every record carries its own expiry**, checked against our clock; the backend's time to live
//!   only cleans up.
//! - **Every record carries its epoch**, the reign of the primary that took it in. Redis replicates
//!   asynchronously, so a failover may bring back a spent code: a [`Kind::strict`] record of
//!   another epoch is refused. A [`Kind::surviving`] record is served on, but only after what has
//!   ended since was [applied again](Recovery).
//! - **The store away is an error**, never an absent record: nothing is let through on a default.

mod backend;
mod in_process;
mod key;
mod record;
mod redis;
mod store;

pub use backend::{Backend, Claim, Error, Write};
pub use in_process::InProcess;
pub use key::{CounterKey, CounterKind, EpochRule, Key, Kind, RawKey, SetKey, SetKind, Tag};
pub use record::MAX_RECORD_BYTES;
pub use redis::{InvalidSettings, KnownSettings, Recovery, Redis, RedisFacts, RedisSettings, Topology};
pub use store::{Batch, Store};
