//! Estonia's personal identification code (isikukood): 11 digits, Population Register Act § 39, EVS 585:2007.
//!
//! One digit for century and sex, six for the date of birth, three to tell those of a day apart, one check digit.

use jiff::civil::Date;
use zeroize::Zeroizing;

use super::{BirthYear, Gender, Implied, NationalIdScheme, Rejection, Telephone, Warning, digits};

const LENGTH: usize = 11;
const FIRST_WEIGHTS: [u32; 10] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1];
const SECOND_WEIGHTS: [u32; 10] = [3, 4, 5, 6, 7, 8, 9, 1, 2, 3];

pub(super) struct Isikukood;

impl NationalIdScheme for Isikukood {
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection> {
        let value = digits(text, LENGTH)?;
        if born(&value).is_none() {
            return Err(Rejection::Date);
        }
        let last = value.bytes().last().map(|digit| u32::from(digit - b'0'));
        if last == Some(check_digit(&value)) { Ok(value) } else { Err(Rejection::Checksum) }
    }

    fn warnings(&self, value: &str) -> Vec<Warning> {
        match value.as_bytes().first() {
            Some(b'7'..=b'8') => vec![Warning::FutureCentury],
            _ => Vec::new(),
        }
    }

    fn implied(&self, value: &str) -> Implied {
        let gender = value.bytes().next().map(|first| if first % 2 == 1 { Gender::Male } else { Gender::Female });
        let birth_year = born(value).and_then(|date| u16::try_from(date.year()).ok()).map(BirthYear::Known);
        Implied { birth_year, gender, province: None }
    }

    fn telephone(&self) -> Telephone {
        Telephone { calling_code: "372", trunk_prefix: "", digits: 7..=8 }
    }
}

/// 1 and 2 are the 1800s, 7 and 8 the 2100s.
fn born(value: &str) -> Option<Date> {
    let century = match value.as_bytes().first()? {
        first @ b'1'..=b'8' => 1800 + 100 * i16::from((first - b'1') / 2),
        _ => return None,
    };
    let two = |at: usize| value.get(at..at + 2)?.parse::<i8>().ok();
    Date::new(century + i16::from(two(1)?), two(3)?, two(5)?).ok()
}

fn check_digit(value: &str) -> u32 {
    let sum = |weights: [u32; 10]| {
        value.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum::<u32>() % 11
    };
    match sum(FIRST_WEIGHTS) {
        10 => sum(SECOND_WEIGHTS) % 10,
        digit => digit,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NationalId, Scheme};
    use super::*;

    fn parse(text: &str) -> Result<NationalId, Rejection> {
        NationalId::parse(Scheme::Ee, text)
    }

    #[test]
    fn a_code_is_a_date_and_a_check_digit() {
        assert_eq!(parse("38001085718").unwrap().expose(), "38001085718");
        assert_eq!(parse("3800108 5718").unwrap().expose(), "38001085718");
        for (text, fault) in [
            ("38001085719", Rejection::Checksum),
            ("38013085718", Rejection::Date),
            ("38002305718", Rejection::Date),
            ("08001085718", Rejection::Date),
            ("98001085718", Rejection::Date),
            ("3800108571", Rejection::Length { expected: 11, found: 10 }),
            ("3800108571A", Rejection::Characters),
        ] {
            assert_eq!(parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn the_second_weights_are_for_a_remainder_of_ten() {
        // Every code of one day: those whose first sum leaves ten have the digit of the second, and 0 where that leaves ten too.
        let mut seconds = 0;
        for serial in 0..1000 {
            let body = format!("3800108{serial:03}");
            let sum = |weights: [u32; 10]| {
                body.chars().zip(weights).map(|(digit, weight)| digit.to_digit(10).unwrap() * weight).sum::<u32>() % 11
            };
            let expected = if sum(FIRST_WEIGHTS) < 10 { sum(FIRST_WEIGHTS) } else { sum(SECOND_WEIGHTS) % 10 };
            seconds += u32::from(sum(FIRST_WEIGHTS) == 10);
            let right = (0..10).filter(|digit| parse(&format!("{body}{digit}")).is_ok()).collect::<Vec<_>>();
            assert_eq!(right, [expected], "{body}");
        }
        assert!(seconds > 50);
    }

    #[test]
    fn a_code_implies_year_and_gender() {
        let implied = parse("38001085718").unwrap().implied();
        assert_eq!(
            implied,
            Implied { birth_year: Some(BirthYear::Known(1980)), gender: Some(Gender::Male), province: None }
        );
        assert_eq!(born("60001010000").map(|date| date.year()), Some(2000));
        assert_eq!(born("60002290000").map(|date| date.day()), Some(29));
        assert_eq!(born("60102290000"), None);
    }
}
