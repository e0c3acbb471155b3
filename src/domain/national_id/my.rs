//! Malaysia's identity card number (MyKad): 12 digits, National Registration Regulations 1990.
//!
//! Six digits for the date of birth, without its century; two for the place, three to tell people apart, and one that is odd for a
//! man. There is no check digit.

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{BirthYear, Gender, Implied, NationalIdScheme, Rejection, Telephone, Warning, digits, pair, two_digits};

const LENGTH: usize = 12;

pub(super) struct MyKad;

impl NationalIdScheme for MyKad {
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection> {
        let value = digits(text, LENGTH)?;
        if ![1900, 2000].into_iter().any(|century| is_day(&value, century)) {
            return Err(Rejection::Date);
        }
        if two_digits(&value, 6).is_some_and(is_place) { Ok(value) } else { Err(Rejection::Place) }
    }

    fn warnings(&self, _value: &str) -> Vec<Warning> {
        Vec::new()
    }

    fn implied(&self, value: &str) -> Implied {
        let gender = value.bytes().last().map(|last| if last % 2 == 1 { Gender::Male } else { Gender::Female });
        // Those of other countries' places, and of a state that is not known, say nothing of a province.
        let of_a_state = |code: &&str| ("01"..="59").contains(code);
        let province = value.get(6..8).and_then(pair).filter(of_a_state);
        Implied { birth_year: two_digits(value, 0).map(BirthYear::OfSomeCentury), gender, province }
    }

    fn telephone(&self) -> Telephone {
        Telephone { calling_code: "60", trunk_prefix: "0", digits: 8..=10 }
    }
}

fn is_day(value: &str, century: i16) -> bool {
    let part = |at: usize| two_digits(value, at).and_then(|part| i8::try_from(part).ok());
    let (Some(year), Some(month), Some(day)) = (part(0), part(2), part(4)) else { return false };
    Date::new(century + i16::from(year), month, day).is_ok()
}

/// The National Registration Department's list: states up to 59, other countries and circumstances above. The gaps were never given
/// out.
const fn is_place(code: u8) -> bool {
    matches!(code, 1..=16 | 21..=68 | 71..=72 | 74..=79 | 82..=93 | 98..=99)
}

#[cfg(test)]
mod tests {
    use super::super::{NationalId, Scheme};
    use super::*;

    fn parse(text: &str) -> Result<NationalId, Rejection> {
        NationalId::parse(Scheme::My, text)
    }

    #[test]
    fn a_number_has_a_date_and_a_place() {
        assert_eq!(parse("770305-02-1234").unwrap().expose(), "770305021234");
        for (text, fault) in [
            ("771305-02-1234", Rejection::Date),
            ("770230-02-1234", Rejection::Date),
            ("770229-02-1234", Rejection::Date),
            ("770305-17-1234", Rejection::Place),
            ("770305-00-1234", Rejection::Place),
            ("770305-02-123", Rejection::Length { expected: 12, found: 11 }),
            ("770305-02-123A", Rejection::Characters),
        ] {
            assert_eq!(parse(text), Err(fault), "{text}");
        }
        assert!(parse("000229-02-1234").is_ok(), "2000 was a leap year");
        assert!(parse("040229-02-1234").is_ok());
    }

    #[test]
    fn a_number_implies_gender_year_and_state() {
        for (text, gender, province) in [
            ("770305-02-1234", Gender::Female, Some("02")),
            ("770305-59-1235", Gender::Male, Some("59")),
            ("770305-68-1235", Gender::Male, None),
            ("770305-82-1235", Gender::Male, None),
        ] {
            let birth_year = Some(BirthYear::OfSomeCentury(77));
            let implied = parse(text).unwrap().implied();
            assert_eq!(implied, Implied { birth_year, gender: Some(gender), province }, "{text}");
        }
    }
}
