//! From which age on a citizen has which account (Decree 69/2024/NĐ-CP, Art. 7 to 9). The ages are settings of the authority's.

use jiff::civil::{Date, date};

use super::assurance::AccountLevel;
use super::birthdate::Birthdate;
use super::citizen::Citizen;
use super::time::Timestamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// From this age on identity is proven in person where a guardian asks for it; younger children are matched only.
    pub proof_on_request: u8,
    /// From this age on they have an account like everybody, and their guardian's part in it ends.
    pub own_account: u8,
}

impl Default for Ages {
    fn default() -> Self {
        Self { proof_on_request: 6, own_account: 14 }
    }
}

/// How old somebody is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has said when they were born.
    Unknown,
    /// Too young to be proven at all.
    Infant,
    /// A guardian acts for them.
    Child,
    /// They act for themselves.
    OfAge,
}

/// Why somebody is too young for what was wanted, in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooYoung {
    #[error(
        "they are under {0}: nobody signs in to their account before that, unless a guardian has asked for level 2"
    )]
    ToSignIn(u8),
    #[error("they are under {0}: no identity is proven in person before that")]
    ToBeProven(u8),
    #[error("they are under {0}: level 2 is asked for by one of their guardians")]
    WithoutGuardian(u8),
}

impl Ages {
    pub fn stage(&self, birthdate: Option<Birthdate>, now: Timestamp) -> Stage {
        let reached = |years| birthdate.and_then(|born| turns(born, years)).map(|at| at <= now);
        match (reached(self.proof_on_request), reached(self.own_account)) {
            (_, Some(true)) => Stage::OfAge,
            (Some(true), _) => Stage::Child,
            (Some(false), _) => Stage::Infant,
            (None, _) => Stage::Unknown,
        }
    }

    /// Whether somebody may sign in to this account: a child may where its identity was proven, which a guardian asked for.
    ///
    /// # Errors
    /// Where they are too young.
    pub fn let_in(&self, level: AccountLevel, birthdate: Option<Birthdate>, now: Timestamp) -> Result<(), TooYoung> {
        match self.stage(birthdate, now) {
            Stage::Infant => Err(TooYoung::ToSignIn(self.own_account)),
            Stage::Child if level < AccountLevel::Proven => Err(TooYoung::ToSignIn(self.own_account)),
            // Whoever's birth date nobody knows was entered by an authority that did not ask for it.
            Stage::Child | Stage::OfAge | Stage::Unknown => Ok(()),
        }
    }

    /// As [`let_in`](Self::let_in), of one who is here.
    ///
    /// # Errors
    /// Where they are too young.
    pub fn let_citizen_in(&self, citizen: &Citizen, now: Timestamp) -> Result<(), TooYoung> {
        self.let_in(citizen.account_level, citizen.profile.birthdate, now)
    }
}

/// When somebody who was born then is this old, at the latest: of whom only a year is known, at its end.
pub fn turns(born: Birthdate, years: u8) -> Option<Timestamp> {
    let last = match born {
        Birthdate::Day(day) => day,
        Birthdate::Month { year, month } => Date::new(year, month, 1).ok()?.last_of_month(),
        Birthdate::Year(year) => Date::new(year, 12, 31).ok()?,
        Birthdate::DayWithoutYear { .. } => return None,
    };
    let year = last.year().checked_add(i16::from(years))?;
    // Whoever was born on 29 February is older on the 28th, where there is no other day.
    let birthday = Date::new(year, last.month(), last.day()).or_else(|_| Date::new(year, last.month(), last.day() - 1));
    Some(Timestamp::from_seconds(birthday.ok()?.duration_since(EPOCH).as_secs()))
}

const EPOCH: Date = date(1970, 1, 1);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Timestamp {
        let day: Date = day.parse().unwrap();
        Timestamp::from_seconds(day.duration_since(EPOCH).as_secs())
    }

    #[test]
    fn a_birthday_makes_the_difference() {
        let ages = Ages::default();
        let stage = |born: &str, day| ages.stage(Some(born.parse().unwrap()), at(day));
        assert_eq!(stage("2020-06-15", "2026-06-14"), Stage::Infant);
        assert_eq!(stage("2020-06-15", "2026-06-15"), Stage::Child);
        assert_eq!(stage("2020-06-15", "2034-06-14"), Stage::Child);
        assert_eq!(stage("2020-06-15", "2034-06-15"), Stage::OfAge);
        // On 28 February where there is no 29th.
        assert_eq!(stage("2012-02-29", "2026-02-28"), Stage::OfAge);
        assert_eq!(ages.stage(None, at("2026-01-01")), Stage::Unknown);
    }

    #[test]
    fn whose_day_is_not_known_is_as_young_as_they_can_be() {
        let ages = Ages::default();
        let stage = |born: &str, day| ages.stage(Some(born.parse().unwrap()), at(day));
        assert_eq!(stage("2012", "2026-12-30"), Stage::Child);
        assert_eq!(stage("2012", "2026-12-31"), Stage::OfAge);
        assert_eq!(stage("2012-06", "2026-06-29"), Stage::Child);
        assert_eq!(stage("2012-06", "2026-06-30"), Stage::OfAge);
        assert_eq!(stage("0000-06-01", "2026-06-30"), Stage::Unknown);
    }

    #[test]
    fn a_child_signs_in_once_its_identity_was_proven() {
        let (ages, now) = (Ages::default(), at("2026-06-15"));
        let let_in = |born: &str, level| ages.let_in(level, Some(born.parse().unwrap()), now).is_ok();
        assert!(!let_in("2015-01-01", AccountLevel::SelfAsserted) && !let_in("2015-01-01", AccountLevel::Registered));
        assert!(let_in("2015-01-01", AccountLevel::Proven));
        assert!(!let_in("2022-01-01", AccountLevel::Proven), "no infant, whatever stands there");
        assert!(let_in("2012-01-01", AccountLevel::SelfAsserted));
        assert!(ages.let_in(AccountLevel::SelfAsserted, None, now).is_ok());
    }
}
