//! The system's clock, which everything below is handed.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::time::{Clock, Timestamp};

#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "the clock that everyone else is handed")]
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        // A machine whose clock stands before 1970 issues nothing that anyone would accept.
        Timestamp::from_micros(since.map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX)))
    }
}
