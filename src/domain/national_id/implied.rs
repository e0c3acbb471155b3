//! What a number says about its holder, held against what else is said of them.

use super::super::birthdate::Birthdate;
use super::super::citizen::Gender;

/// What a number implies about its holder. Held against the profile: a contradiction is a warning for import and a
/// refusal for self-registration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Implied {
    pub birth_year: Option<BirthYear>,
    pub gender: Option<Gender>,
    /// The scheme's own code of the place where the birth was registered.
    pub province: Option<&'static str>,
}

/// As much of the year of birth as a number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BirthYear {
    Known(u16),
    /// Its last two digits.
    OfSomeCentury(u8),
}

impl BirthYear {
    pub fn allows(self, year: i16) -> bool {
        match self {
            Self::Known(own) => i32::from(own) == i32::from(year),
            Self::OfSomeCentury(own) => i16::from(own) == year.rem_euclid(100),
        }
    }
}

/// A number says one thing of its holder, and something else another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    #[error("the year of birth is another than the national identifier says")]
    BirthYear,
    #[error("the gender is another than the national identifier says")]
    Gender,
}

impl Implied {
    /// What is not said, by the number or beside it, contradicts nothing.
    pub fn contradictions(&self, birthdate: Option<Birthdate>, gender: Option<Gender>) -> Vec<Contradiction> {
        let year = birthdate.and_then(Birthdate::year);
        let of_year = self.birth_year.zip(year).filter(|(implied, year)| !implied.allows(*year));
        let of_gender = self.gender.zip(gender).filter(|(implied, gender)| implied != gender);
        let of_year = of_year.map(|_| Contradiction::BirthYear);
        of_year.into_iter().chain(of_gender.map(|_| Contradiction::Gender)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NationalId, Scheme};
    use super::*;

    #[test]
    fn what_is_said_otherwise_than_the_number_says_contradicts_it() {
        let against = |scheme, number: &str, birthdate: &str, gender| {
            let id = NationalId::parse(scheme, number).unwrap();
            id.contradictions(birthdate.parse().ok(), gender)
        };
        let (man, woman) = (Some(Gender::Male), Some(Gender::Female));
        assert_eq!(against(Scheme::Vn, "001090123456", "1990-08-15", man), []);
        assert_eq!(against(Scheme::Vn, "001090123456", "", None), []);
        assert_eq!(against(Scheme::Vn, "001090123456", "0000-08-15", None), [], "a year that is not told");
        assert_eq!(against(Scheme::Vn, "001090123456", "1991", man), [Contradiction::BirthYear]);
        assert_eq!(
            against(Scheme::Vn, "001090123456", "2090", woman),
            [Contradiction::BirthYear, Contradiction::Gender]
        );
        assert_eq!(against(Scheme::My, "770305021234", "1977-03-05", woman), []);
        assert_eq!(against(Scheme::My, "770305021234", "2077", woman), [], "it does not say the century");
        assert_eq!(against(Scheme::My, "770305021234", "1978", man), [Contradiction::BirthYear, Contradiction::Gender]);
        assert_eq!(against(Scheme::Ci, "11974005512", "1978", man), [], "it says nothing");
    }
}
