//! South Korea's resident registration number: 13 digits, Enforcement Rule of the Resident Registration Act Art. 2.
//!
//! Six digits for the date of birth, one for century, sex, and whether the holder is a foreigner; the place of registration, a serial
//! number and a check digit follow. Since October 2020 everything after the seventh digit is random, also where an old number is
//! changed: a check that does not hold is therefore unusual, and no fault.

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{BirthYear, Gender, Implied, NationalIdScheme, Rejection, Telephone, Warning, digits, two_digits};

const LENGTH: usize = 13;
const WEIGHTS: [u32; 12] = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];

pub(super) struct ResidentRegistrationNumber;

impl NationalIdScheme for ResidentRegistrationNumber {
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection> {
        let value = digits(text, LENGTH)?;
        if born(&value).is_some() { Ok(value) } else { Err(Rejection::Date) }
    }

    fn warnings(&self, value: &str) -> Vec<Warning> {
        let last = value.bytes().last().map(|digit| u32::from(digit.wrapping_sub(b'0')));
        if last == Some(check_digit(value)) { Vec::new() } else { vec![Warning::Checksum] }
    }

    fn implied(&self, value: &str) -> Implied {
        let gender = value.as_bytes().get(6).map(|digit| if digit % 2 == 1 { Gender::Male } else { Gender::Female });
        let birth_year = born(value).and_then(|date| u16::try_from(date.year()).ok()).map(BirthYear::Known);
        Implied { birth_year, gender, province: None }
    }

    fn telephone(&self) -> Telephone {
        Telephone { calling_code: "82", trunk_prefix: "0", digits: 8..=10 }
    }
}

fn born(value: &str) -> Option<Date> {
    let century = match value.as_bytes().get(6)? {
        b'1' | b'2' | b'5' | b'6' => 1900,
        b'3' | b'4' | b'7' | b'8' => 2000,
        _ => 1800,
    };
    let part = |at: usize| two_digits(value, at).and_then(|part| i8::try_from(part).ok());
    Date::new(century + i16::from(part(0)?), part(2)?, part(4)?).ok()
}

fn check_digit(value: &str) -> u32 {
    let sum: u32 = value.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum();
    (11 - sum % 11) % 10
}

#[cfg(test)]
mod tests {
    use super::super::{NationalId, Scheme};
    use super::*;

    fn parse(text: &str) -> Result<NationalId, Rejection> {
        NationalId::parse(Scheme::Kr, text)
    }

    #[test]
    fn a_number_begins_with_a_date() {
        assert_eq!(parse("971013-9019902").unwrap().expose(), "9710139019902");
        for (text, fault) in [
            ("971313-1019902", Rejection::Date),
            ("970229-1019902", Rejection::Date),
            ("000229-1019902", Rejection::Date),
            ("971013-101990", Rejection::Length { expected: 13, found: 12 }),
            ("971013-101990일", Rejection::Characters),
        ] {
            assert_eq!(parse(text), Err(fault), "{text}");
        }
        assert!(parse("000229-3019902").is_ok(), "2000 was a leap year, and 1900 was not");
    }

    #[test]
    fn a_check_that_does_not_hold_is_a_warning() {
        let right: Vec<u32> =
            (0..10).filter(|last| parse(&format!("971013901990{last}")).unwrap().warnings().is_empty()).collect();
        assert_eq!(right, [2]);
        assert_eq!(parse("971013-9019903").unwrap().warnings(), [Warning::Checksum]);
    }

    #[test]
    fn the_seventh_digit_says_century_and_sex() {
        for (digit, year, gender) in [
            (1, 1997, Gender::Male),
            (2, 1997, Gender::Female),
            (3, 2097, Gender::Male),
            (4, 2097, Gender::Female),
            (5, 1997, Gender::Male),
            (6, 1997, Gender::Female),
            (7, 2097, Gender::Male),
            (8, 2097, Gender::Female),
            (9, 1897, Gender::Male),
            (0, 1897, Gender::Female),
        ] {
            let implied = parse(&format!("971013{digit}019902")).unwrap().implied();
            let birth_year = Some(BirthYear::Known(year));
            assert_eq!(implied, Implied { birth_year, gender: Some(gender), province: None }, "{digit}");
        }
    }
}
