//! The sealed way in for the day on which no administrator can be reached: two envelopes, each sealed by another person and opened by
//! another person, and an hour that ends by itself.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::domain::time::Timestamp;

/// As whom a role is given by it, where a grant says who gave it.
pub const GRANTED_BY: &str = "break_glass";
/// As whom those are given roles by whoever holds their own by it: their hour is over with it.
pub fn granted_by(staff: &str) -> String {
    format!("{GRANTED_BY} {staff}")
}

/// Whether a role that `granted_by` gave ends with the hour of the broken glass.
pub fn ends_with_it(granted_by: &str) -> bool {
    granted_by.strip_prefix(GRANTED_BY).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// How long those who opened both envelopes are administrators.
pub const LASTS: Duration = Duration::from_secs(3600);
/// So soon after the first envelope the second one has to be opened.
pub const BETWEEN: Duration = Duration::from_secs(15 * 60);

/// Which of the two envelopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    First,
    Second,
}

impl Half {
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
        }
    }

    pub const fn number(self) -> i16 {
        match self {
            Self::First => 1,
            Self::Second => 2,
        }
    }

    pub const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Half {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|half| half.as_str() == text).ok_or("expected first or second")
    }
}

/// A sealed envelope, as far as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    pub half: Half,
    /// As the audit log names them.
    pub sealed_by: String,
    pub sealed_at: Timestamp,
    /// Who brought it, while the other one is waited for.
    pub opened_by: Option<String>,
    pub opened_at: Option<Timestamp>,
}
