//! Whether two entries may be one person: the same name, date of birth and province. A hint for a registrar, because families
//! name children alike and provinces are large; it is never acted on by itself.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::birthdate::Birthdate;
use super::citizen::Citizen;

/// What is compared, in one text. Only a keyed index of it is stored.
#[derive(Clone)]
pub struct Likeness(Zeroizing<String>);

impl Likeness {
    /// `None` where the whole date of birth is not known: too many people would look alike.
    pub fn of(citizen: &Citizen) -> Option<Self> {
        let profile = &citizen.profile;
        let Some(Birthdate::Day(born)) = profile.birthdate else { return None };
        let name = folded(&profile.name);
        let province = match citizen.national_id.implied().province {
            Some(code) => code.to_owned(),
            None => {
                profile.address.as_ref().and_then(|address| address.region.as_deref()).map(folded).unwrap_or_default()
            }
        };
        // No part contains a line break.
        Some(Self(Zeroizing::new(format!("{name}\n{born}\n{}/{province}", citizen.national_id.scheme()))))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Likeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[likeness]")
    }
}

/// Without marks, case and space, in which one name is written in several ways: `NGUYEN VAN AN` is `Nguyễn Văn An`.
fn folded(name: &str) -> String {
    let letters = name.nfkd().filter(|letter| !unicode_normalization::char::is_combining_mark(*letter));
    letters
        .flat_map(char::to_lowercase)
        // The one letter of Vietnamese that is no letter with a mark.
        .map(|letter| if letter == 'đ' { 'd' } else { letter })
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::assurance::AccountLevel;
    use crate::domain::citizen::{Address, CitizenStatus, Profile};
    use crate::domain::ids::CitizenId;
    use crate::domain::national_id::{NationalId, Scheme};
    use crate::domain::time::Timestamp;

    fn likeness(name: &str, born: &str, number: &str, region: Option<&str>) -> Option<String> {
        let (scheme, number) = number.split_once(':').unwrap();
        let citizen = Citizen {
            id: CitizenId::from_uuid(Uuid::from_u128(1)),
            status: CitizenStatus::Active,
            account_level: AccountLevel::SelfAsserted,
            national_id: NationalId::parse(scheme.parse::<Scheme>().unwrap(), number).unwrap(),
            profile: Profile {
                name: name.to_owned(),
                birthdate: Some(born.parse().unwrap()),
                address: region.map(|region| Address { region: Some(region.to_owned()), ..Address::default() }),
                ..Profile::default()
            },
            sessions_valid_from: Timestamp::EPOCH,
            created_at: Timestamp::EPOCH,
            updated_at: Timestamp::EPOCH,
        };
        Likeness::of(&citizen).map(|likeness| likeness.as_str().to_owned())
    }

    #[test]
    fn one_person_s_name_is_written_in_many_ways() {
        let own = likeness("Nguyễn Đức An", "1990-08-15", "vn:001090123456", None);
        for written in ["NGUYEN DUC AN", "nguyễn  đức an", "Nguyê\u{303}n Đư\u{301}c An", "Nguyễn-Đức An"]
        {
            assert_eq!(likeness(written, "1990-08-15", "vn:001090999999", None), own, "{written}");
        }
        for (name, born, number) in [
            ("Nguyễn Đức Anh", "1990-08-15", "vn:001090123456"),
            ("Nguyễn Đức An", "1990-08-16", "vn:001090123456"),
            ("Nguyễn Đức An", "1990-08-15", "vn:002090123456"),
        ] {
            assert_ne!(likeness(name, born, number, None), own, "{name} {born} {number}");
        }
    }

    #[test]
    fn where_the_number_names_no_province_the_address_does() {
        let own = likeness("Анна Иванова", "1985-03-01", "ru:11223344595", Some("Тверская область"));
        assert_eq!(likeness("АННА ИВАНОВА", "1985-03-01", "ru:11223344595", Some("тверская  область")), own);
        assert_ne!(likeness("Анна Иванова", "1985-03-01", "ru:11223344595", Some("Москва")), own);
    }

    #[test]
    fn of_whom_too_little_is_known_looks_like_nobody() {
        assert_eq!(likeness("Nguyễn Văn An", "1990", "vn:001090123456", None), None);
        assert_eq!(likeness("Nguyễn Văn An", "1990-08", "vn:001090123456", None), None);
    }
}
