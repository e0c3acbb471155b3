//! A device that waits for a person to decide on another one: RFC 8628.
//!
//! ```text
//! Pending ─▶ Approved ─▶ Spent
//!    └─────▶ Denied
//! ```
//!
//! Whoever takes the record of the user code decides, so that one decision is made; whoever takes the approval out of
//! this record is issued tokens, so that they are issued once.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::authorization::AuthorizationRequest;
use super::grant::Approval;
use super::ids::GrantId;
use super::secret::SecretHash;
use super::time::Timestamp;
use super::user_code::UserCode;

/// The record of a device code in the short-lived store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceAuthorization {
    /// What the device's program asked for.
    pub request: AuthorizationRequest,
    pub user_code: UserCode,
    /// The device code's own hash.
    pub hash: SecretHash,
    pub asked_from: AskedFrom,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: DeviceState,
}

/// Where a request came from, as the person who is asked about it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedFrom {
    /// Masked, like every address that is kept.
    pub address: String,
    /// What the program called itself (`User-Agent`).
    pub device: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceState {
    Pending,
    Approved(Box<Approval>),
    Denied,
    /// The tokens of this grant were issued for it.
    Spent(GrantId),
}

/// How often a device may ask, and when it did last (RFC 8628 §3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    pub last_asked_at: Timestamp,
    pub interval: Duration,
}

/// What the first answer tells (RFC 8628 §3.2).
pub const INTERVAL: Duration = Duration::from_secs(5);
/// What `slow_down` adds, for this and all later asking.
const SLOWER: Duration = Duration::from_secs(5);

/// Whether a device asks at the pace that it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Yes,
    No,
}

impl Pace {
    /// The pace once the device has asked at `now`, and whether it kept to the one `before`.
    pub fn asked(before: Option<Self>, now: Timestamp) -> (Self, Kept) {
        let Some(before) = before else {
            return (Self { last_asked_at: now, interval: INTERVAL }, Kept::Yes);
        };
        match now.since(before.last_asked_at) + TOLERANCE >= before.interval {
            true => (Self { last_asked_at: now, ..before }, Kept::Yes),
            false => (Self { last_asked_at: now, interval: before.interval + SLOWER }, Kept::No),
        }
    }
}

/// One request may be faster on its way than the one before it.
const TOLERANCE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn who_asks_too_soon_must_ask_more_slowly_from_then_on() {
        let (pace, kept) = Pace::asked(None, at(100));
        assert_eq!((pace.interval, kept), (INTERVAL, Kept::Yes));
        let (pace, kept) = Pace::asked(Some(pace), at(105));
        assert_eq!((pace.interval, kept), (INTERVAL, Kept::Yes));
        let (pace, kept) = Pace::asked(Some(pace), at(109));
        assert_eq!((pace.interval, kept), (INTERVAL + SLOWER, Kept::No));
        // Five seconds were enough before, and are not any more.
        let (pace, kept) = Pace::asked(Some(pace), at(114));
        assert_eq!((pace.interval, kept), (INTERVAL + SLOWER + SLOWER, Kept::No));
        assert_eq!(Pace::asked(Some(pace), at(129)).1, Kept::Yes);
    }

    #[test]
    fn a_request_that_was_quicker_on_its_way_is_in_time() {
        let pace = Pace { last_asked_at: at(100), interval: INTERVAL };
        assert_eq!(Pace::asked(Some(pace), Timestamp::from_micros(104_500_000)).1, Kept::Yes);
        assert_eq!(Pace::asked(Some(pace), Timestamp::from_micros(104_499_999)).1, Kept::No);
    }
}
