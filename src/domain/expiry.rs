//! What of a client's registration ends by itself, and when its owners are told beforehand.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// How many days before its end something is told of.
pub const DAYS: [u32; 3] = [30, 7, 1];
const DAY: Duration = Duration::from_secs(86_400);
/// A letter that could not go out in time is worth sending for this long; after that the next one is near, or the end is.
const LATE: Duration = Duration::from_secs(3 * 86_400);

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiring {
    /// The client secret.
    ClientSecret,
    /// The overlap in which the former secret works beside the present one.
    FormerSecret,
    /// A registered key, or its certificate.
    Key,
}

impl Expiring {
    pub const ALL: [Self; 3] = [Self::ClientSecret, Self::FormerSecret, Self::Key];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::FormerSecret => "former_secret",
            Self::Key => "key",
        }
    }
}

impl fmt::Display for Expiring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that nothing of the kind has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of client_secret, former_secret, key")]
pub struct UnknownExpiring;

impl FromStr for Expiring {
    type Err = UnknownExpiring;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownExpiring)
    }
}

/// Something that ends, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry {
    pub what: Expiring,
    pub ends_at: Timestamp,
}

impl Expiry {
    /// Which of the letters is due at `now`, by how many days before the end it goes out.
    pub fn due(self, now: Timestamp) -> Option<u32> {
        DAYS.into_iter().find(|days| {
            let from = self.ends_at - DAY * *days;
            from <= now && now < self.ends_at && now < from + LATE
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_due_thirty_seven_and_one_days_before_and_none_once_it_is_over() {
        let ends_at = Timestamp::from_seconds(100 * 86_400);
        let expiry = Expiry { what: Expiring::ClientSecret, ends_at };
        let due = |hours: i64| expiry.due(Timestamp::from_seconds(ends_at.seconds() - hours * 3600));
        for (hours, expected) in [
            (31 * 24, None),
            (30 * 24, Some(30)),
            (27 * 24 + 1, Some(30)),
            // A server that was away for longer tells a week before.
            (27 * 24, None),
            (7 * 24, Some(7)),
            (25, None),
            (24, Some(1)),
            (1, Some(1)),
            (0, None),
            (-1, None),
        ] {
            assert_eq!(due(hours), expected, "{hours} hours before");
        }
    }
}
