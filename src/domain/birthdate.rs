//! A date of birth of which a part may be unknown, or not be told: OpenID Connect Core §5.1.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// As the registry knows it. Many a citizen's registry entry has only a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Birthdate {
    /// `1990-08-15`
    Day(Date),
    /// `0000-08-15`: the year is not to be told.
    DayWithoutYear { month: i8, day: i8 },
    /// `1990-08`: kept, and told as the year alone, because Core has no form for it.
    Month { year: i16, month: i8 },
    /// `1990`
    Year(i16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a date such as 1990-05-17, or 1990-05 or 1990 where no more is known")]
pub struct InvalidBirthdate;

impl Birthdate {
    /// The `birthdate` claim: `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`, and nothing else. ISO 8601-2 would write unknown
    /// parts otherwise; Core §5.1 knows no such form.
    pub fn claim(self) -> String {
        match self {
            Self::Month { year, .. } => Self::Year(year).to_string(),
            other => other.to_string(),
        }
    }

    /// The year, where it is known and told.
    pub fn year(self) -> Option<i16> {
        match self {
            Self::Day(date) => Some(date.year()),
            Self::Month { year, .. } | Self::Year(year) => Some(year),
            Self::DayWithoutYear { .. } => None,
        }
    }

    /// The first day that it can be.
    pub fn earliest(self) -> Option<Date> {
        match self {
            Self::Day(date) => Some(date),
            Self::Month { year, month } => Date::new(year, month, 1).ok(),
            Self::Year(year) => Date::new(year, 1, 1).ok(),
            Self::DayWithoutYear { .. } => None,
        }
    }
}

impl FromStr for Birthdate {
    type Err = InvalidBirthdate;

    /// Reads every form above, and `1990-00-00` and `1990-08-00` as registrars write what they do not know.
    fn from_str(text: &str) -> Result<Self, InvalidBirthdate> {
        let mut parts = text.split('-');
        let year = number(parts.next(), 4)?;
        let (month, day) = match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => (0, 0),
            (month, None, _) => (number(month, 2)?, 0),
            (month, day, None) => (number(month, 2)?, number(day, 2)?),
            (_, _, Some(_)) => return Err(InvalidBirthdate),
        };
        // Of two digits each.
        let (month, day) = (month as i8, day as i8);
        match (year, month, day) {
            (0, 0, _) | (0, _, 0) => Err(InvalidBirthdate),
            (year, 0, 0) => Ok(Self::Year(year)),
            (_, 0, _) => Err(InvalidBirthdate),
            (year, 1..=12, 0) => Ok(Self::Month { year, month }),
            // The year that stands in for an untold one is a leap year, so that 29 February is a day of it.
            (0, month, day) => match Date::new(LEAP_YEAR.year(), month, day) {
                Ok(_) => Ok(Self::DayWithoutYear { month, day }),
                Err(_) => Err(InvalidBirthdate),
            },
            (year, month, day) => Date::new(year, month, day).map(Self::Day).map_err(|_| InvalidBirthdate),
        }
    }
}

const LEAP_YEAR: Date = date(2000, 1, 1);

fn number(part: Option<&str>, digits: usize) -> Result<i16, InvalidBirthdate> {
    part.filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|part| part.parse().ok())
        .ok_or(InvalidBirthdate)
}

/// The form that is stored.
impl fmt::Display for Birthdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(date) => write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
            Self::DayWithoutYear { month, day } => write!(f, "0000-{month:02}-{day:02}"),
            Self::Month { year, month } => write!(f, "{year:04}-{month:02}"),
            Self::Year(year) => write!(f, "{year:04}"),
        }
    }
}

impl TryFrom<String> for Birthdate {
    type Error = InvalidBirthdate;
    fn try_from(text: String) -> Result<Self, InvalidBirthdate> {
        text.parse()
    }
}

impl From<Birthdate> for String {
    fn from(birthdate: Birthdate) -> Self {
        birthdate.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_told() {
        for (entered, stored, told) in [
            ("1990-08-15", "1990-08-15", "1990-08-15"),
            ("0000-02-29", "0000-02-29", "0000-02-29"),
            ("1990", "1990", "1990"),
            ("1990-00-00", "1990", "1990"),
            ("1990-08", "1990-08", "1990"),
            ("1990-08-00", "1990-08", "1990"),
        ] {
            let read: Birthdate = entered.parse().unwrap();
            assert_eq!((read.to_string(), read.claim()), (stored.to_owned(), told.to_owned()), "{entered}");
            assert_eq!(stored.parse(), Ok(read), "{entered}: what is stored is read again");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for wrong in [
            "",
            "90-08-15",
            "1990-8-15",
            "1990-02-30",
            "1990-13-01",
            "1990-13",
            "1990-00-15",
            "0000",
            "0000-00-00",
            "0000-08-00",
            "0000-02-30",
            "1990-08-15T",
            "1990-08-15-",
            "+990-08-15",
            "1990/08/15",
            "-1990-08-15",
            "199x",
            "1990-XX-XX",
            "١٩٩٠",
        ] {
            assert_eq!(wrong.parse::<Birthdate>(), Err(InvalidBirthdate), "{wrong:?}");
        }
    }
}
