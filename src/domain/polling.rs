//! How often a client may ask for what somebody elsewhere is deciding: RFC 8628 §3.5, CIBA Core §7.3 and §11.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// What the first answer tells.
pub const INTERVAL: Duration = Duration::from_secs(5);
/// What `slow_down` adds, for this and all later asking.
const SLOWER: Duration = Duration::from_secs(5);
/// Longer than anybody waits, it is no longer told apart.
const SLOWEST: Duration = Duration::from_secs(600);
/// One request may be faster on its way than the one before it.
const TOLERANCE: Duration = Duration::from_millis(500);

/// How often a client may ask for one answer, and when it did last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    pub last_asked_at: Timestamp,
    pub interval: Duration,
}

/// Whether a client asks at the pace that it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Yes,
    No,
}

impl Pace {
    /// The pace once the client has asked at `now`, and whether it kept to the one `before`.
    pub fn asked(before: Option<Self>, now: Timestamp) -> (Self, Kept) {
        let Some(before) = before else {
            return (Self { last_asked_at: now, interval: INTERVAL }, Kept::Yes);
        };
        match now.since(before.last_asked_at) + TOLERANCE >= before.interval {
            true => (Self { last_asked_at: now, ..before }, Kept::Yes),
            false => (Self { last_asked_at: now, interval: (before.interval + SLOWER).min(SLOWEST) }, Kept::No),
        }
    }
}

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
        let (pace, kept) = Pace::asked(Some(pace), at(129));
        assert_eq!((pace.interval, kept), (INTERVAL + SLOWER + SLOWER, Kept::Yes), "it is not forgiven");
    }

    #[test]
    fn a_request_that_was_quicker_on_its_way_is_in_time() {
        let pace = Pace { last_asked_at: at(100), interval: INTERVAL };
        assert_eq!(Pace::asked(Some(pace), Timestamp::from_micros(104_500_000)).1, Kept::Yes);
        assert_eq!(Pace::asked(Some(pace), Timestamp::from_micros(104_499_999)).1, Kept::No);
    }

    #[test]
    fn nobody_is_told_to_wait_longer_than_anybody_waits() {
        let pace = Pace { last_asked_at: at(100), interval: SLOWEST };
        assert_eq!(Pace::asked(Some(pace), at(100)), (pace, Kept::No));
    }
}
