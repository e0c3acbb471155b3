//! What a citizen says is wrong in their data. SenID changes nothing by itself: what it knows comes from a register or from a
//! registrar, so a registrar looks, and says where it is put right.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ids::{CitizenId, CorrectionId};
use super::time::Timestamp;

/// As many of one citizen's wait at once.
pub const MOST_WAITING: usize = 5;
/// As long as what is said, and what is answered, may be, in characters.
pub const LONGEST: usize = 1000;

#[derive(Clone)]
pub struct Correction {
    pub id: CorrectionId,
    pub citizen: CitizenId,
    pub said: Said,
    pub asked_at: Timestamp,
    pub state: State,
}

/// Whose it is and how it stands; nothing of what was said.
impl fmt::Debug for Correction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Correction({}, {})", self.id, self.state.as_str())
    }
}

/// Sealed wherever it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub about: About,
    /// In the citizen's own words.
    pub words: String,
}

/// What of their data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Name,
    Birthdate,
    Gender,
    NationalId,
    Address,
    Other,
}

impl About {
    pub const ALL: [Self; 6] =
        [Self::Name, Self::Birthdate, Self::Gender, Self::NationalId, Self::Address, Self::Other];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Birthdate => "birthdate",
            Self::Gender => "gender",
            Self::NationalId => "national_id",
            Self::Address => "address",
            Self::Other => "other",
        }
    }
}

impl FromStr for About {
    type Err = UnknownAbout;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|about| about.as_str() == text).ok_or(UnknownAbout)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected name, birthdate, gender, national_id, address or other")]
pub struct UnknownAbout;

#[derive(Clone, PartialEq, Eq)]
pub enum State {
    Waiting,
    Settled { how: Outcome, answer: String, by: String, at: Timestamp },
}

impl State {
    /// As it is stored.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Settled { how, .. } => how.as_str(),
        }
    }
}

/// What a registrar found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was wrong, and is put right.
    Corrected,
    /// It is as the register has it; the answer says where that is put right.
    Kept,
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Corrected => "corrected",
            Self::Kept => "kept",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Corrected, Self::Kept].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// The words of somebody, as they are kept: without control characters other than the ends of lines.
///
/// # Errors
/// Where nothing is left, or too much.
pub fn words(typed: &str) -> Result<String, WordsFault> {
    let kept: String = typed.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || *c == '\n').collect();
    match kept.trim() {
        "" => Err(WordsFault::Missing),
        long if long.chars().count() > LONGEST => Err(WordsFault::TooLong),
        words => Ok(words.to_owned()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WordsFault {
    #[error("expected some words")]
    Missing,
    #[error("expected at most 1000 characters")]
    TooLong,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_without_what_no_person_types() {
        assert_eq!(words("  Tên tôi là\r\nHằng\u{1b}[2J ").as_deref(), Ok("Tên tôi là\nHằng[2J"));
        assert_eq!(words(" \r\n\t"), Err(WordsFault::Missing));
        assert_eq!(words(&"ă".repeat(LONGEST)).map(|words| words.chars().count()), Ok(LONGEST));
        assert_eq!(words(&"ă".repeat(LONGEST + 1)), Err(WordsFault::TooLong));
    }
}
