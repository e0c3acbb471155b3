//! Whether what somebody says of themselves is what the registry has.

use super::names::same_name;
use super::{Claimed, Contact, Record, Standing};
use crate::domain::birthdate::Birthdate;

/// A field that must agree, beside the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Name,
    Birthdate,
}

impl Field {
    pub const ALL: [Self; 2] = [Self::Name, Self::Birthdate];

    /// As the evidence and the settings name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Birthdate => "birthdate",
        }
    }
}

/// What counts as an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    pub fields: Vec<Field>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { fields: Field::ALL.to_vec() }
    }
}

/// How what was said stands to the record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Agreement {
    /// It is one person, and they live.
    Agrees,
    /// In this.
    Differs(Field),
    /// The person has died, or has another number.
    NotTheirs,
}

impl Rules {
    /// Holds what was `claimed` against the registry's `record` of that number.
    pub fn judge(&self, claimed: &Claimed, record: &Record) -> Agreement {
        if record.standing != Standing::Alive {
            return Agreement::NotTheirs;
        }
        let differs = self.fields.iter().find(|field| match field {
            Field::Name => !same_name(&claimed.name, &record.name, record.diacritics),
            Field::Birthdate => !record.birthdate.is_some_and(|known| agrees(claimed.birthdate, known)),
        });
        differs.map_or(Agreement::Agrees, |field| Agreement::Differs(*field))
    }
}

/// Of many a person the registry knows no more than a year: what it knows must agree, and what it does not know cannot.
fn agrees(claimed: Birthdate, known: Birthdate) -> bool {
    match (claimed, known) {
        (Birthdate::Day(claimed), Birthdate::Month { year, month }) => {
            (claimed.year(), claimed.month()) == (year, month)
        }
        (Birthdate::Day(claimed), Birthdate::Year(year)) => claimed.year() == year,
        (claimed, known) => claimed == known,
    }
}

impl Record {
    /// The first of the registry's contacts that `reaches` says a message can go to.
    pub fn reachable(&self, reaches: impl Fn(&Contact) -> bool) -> Option<&Contact> {
        self.contacts.iter().find(|contact| reaches(contact))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Diacritics;
    use super::*;
    use crate::domain::national_id::{NationalId, Scheme};

    fn claimed(name: &str, birthdate: &str) -> Claimed {
        let person = NationalId::parse(Scheme::Vn, "001090123456").unwrap();
        Claimed { person, name: name.to_owned(), birthdate: birthdate.parse().unwrap() }
    }

    fn record(birthdate: Option<&str>) -> Record {
        Record {
            reference: "1".to_owned(),
            standing: Standing::Alive,
            name: "Nguyễn Văn An".to_owned(),
            family_name: None,
            given_name: None,
            middle_name: None,
            diacritics: Diacritics::Count,
            birthdate: birthdate.map(|date| date.parse().unwrap()),
            gender: None,
            contacts: Vec::new(),
        }
    }

    #[test]
    fn every_field_that_counts_must_agree() {
        let rules = Rules::default();
        let known = record(Some("1990-08-15"));
        assert_eq!(rules.judge(&claimed("nguyễn văn an", "1990-08-15"), &known), Agreement::Agrees);
        assert_eq!(rules.judge(&claimed("Nguyễn Văn Ân", "1990-08-15"), &known), Agreement::Differs(Field::Name));
        assert_eq!(rules.judge(&claimed("Nguyễn Văn An", "1990-08-16"), &known), Agreement::Differs(Field::Birthdate));
        assert_eq!(
            rules.judge(&claimed("Nguyễn Văn An", "1990-08-15"), &record(None)),
            Agreement::Differs(Field::Birthdate),
            "what the registry does not know agrees with nothing"
        );
        let name_alone = Rules { fields: vec![Field::Name] };
        assert_eq!(name_alone.judge(&claimed("Nguyễn Văn An", "1990-08-16"), &known), Agreement::Agrees);
    }

    #[test]
    fn of_a_date_that_is_known_in_part_that_part_counts() {
        let judge = |typed: &str, known: &str| {
            Rules::default().judge(&claimed("Nguyễn Văn An", typed), &record(Some(known))) == Agreement::Agrees
        };
        assert!(judge("1990-08-15", "1990") && judge("1990-08-15", "1990-08") && judge("1990", "1990"));
        assert!(!judge("1991-08-15", "1990") && !judge("1990-09-15", "1990-08"));
        assert!(!judge("1990", "1990-08-15"), "who says less than the registry knows has not said it");
        assert!(!judge("1990-08-15", "0000-08-15"));
    }

    #[test]
    fn whoever_has_died_or_has_another_number_registers_nobody() {
        let other = NationalId::parse(Scheme::Vn, "001090123457").unwrap();
        for standing in [Standing::Deceased { on: None }, Standing::Renumbered(other)] {
            let record = Record { standing, ..record(Some("1990-08-15")) };
            assert_eq!(Rules::default().judge(&claimed("Nguyễn Văn An", "1990-08-15"), &record), Agreement::NotTheirs);
        }
    }
}
