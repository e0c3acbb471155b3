//! France's registration number of a person (NIR, Décret n° 82-103): 13 characters and a key of two digits.
//!
//! One digit for sex, two for the year of birth, two for its month, five for the place, three to tell those of a month and a place
//! apart. The place of a person from Corsica begins with 2A or 2B, so a number is not always digits alone.

use zeroize::Zeroizing;

use super::{BirthYear, Gender, Implied, NationalIdScheme, Rejection, Telephone, Warning, compact, two_digits};

const LENGTH: usize = 15;
const BODY: usize = 13;

/// Overseas, three digits are the department and two the commune.
const OVERSEAS: [&str; 11] = ["971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"];

pub(super) struct Nir;

impl NationalIdScheme for Nir {
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection> {
        let too_long = || Rejection::Length { expected: LENGTH, found: text.chars().count() };
        let value = compact(text).ok_or_else(too_long)?;
        let body = digits_of_body(&value).ok_or(Rejection::CharactersOfCorsica)?;
        if value.len() != LENGTH {
            return Err(Rejection::Length { expected: LENGTH, found: value.len() });
        }
        if !matches!(value.as_bytes().first(), Some(b'1'..=b'4' | b'7' | b'8')) {
            return Err(Rejection::Gender);
        }
        let read = |text: &str| text.parse::<u64>().map_err(|_| Rejection::CharactersOfCorsica);
        let (number, key) = body.split_at_checked(BODY).ok_or_else(too_long)?;
        if 97 - read(number)? % 97 == read(key)? { Ok(value) } else { Err(Rejection::Checksum) }
    }

    fn warnings(&self, value: &str) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if matches!(value.as_bytes().first(), Some(b'3' | b'4' | b'7' | b'8')) {
            warnings.push(Warning::Provisional);
        }
        if !two_digits(value, 3).is_some_and(|month| (1..=12).contains(&month)) {
            warnings.push(Warning::UnknownMonth);
        }
        warnings
    }

    fn implied(&self, value: &str) -> Implied {
        let gender = value.bytes().next().map(|first| if first % 2 == 1 { Gender::Male } else { Gender::Female });
        let birth_year = two_digits(value, 1).map(BirthYear::OfSomeCentury);
        Implied { birth_year, gender, province: department(value) }
    }

    fn telephone(&self) -> Telephone {
        Telephone { calling_code: "33", trunk_prefix: "0", digits: 9..=9 }
    }
}

/// `value` with the digits that stand for Corsica; `None` where anything else in it is no digit.
fn digits_of_body(value: &str) -> Option<Zeroizing<String>> {
    let mut body = Zeroizing::new(value.to_owned());
    match value.get(5..7) {
        Some("2A") => body.replace_range(5..7, "19"),
        Some("2B") => body.replace_range(5..7, "18"),
        _ => {}
    }
    body.bytes().all(|byte| byte.is_ascii_digit()).then_some(body)
}

/// 99 is whoever was born abroad.
fn department(value: &str) -> Option<&'static str> {
    let overseas = value.get(5..8).and_then(|code| OVERSEAS.into_iter().find(|own| *own == code));
    overseas.or_else(|| match value.get(5..7)? {
        "2A" => Some("2A"),
        "2B" => Some("2B"),
        code => super::pair(code).filter(|code| ("01"..="96").contains(code)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{NationalId, Scheme};
    use super::*;

    fn parse(text: &str) -> Result<NationalId, Rejection> {
        NationalId::parse(Scheme::Fr, text)
    }

    fn with_key(body: &str) -> String {
        let number: u64 = digits_of_body(body).unwrap().parse().unwrap();
        format!("{body}{:02}", 97 - number % 97)
    }

    #[test]
    fn a_number_ends_in_its_key() {
        assert_eq!(parse("2 55 08 14 168 025 38").unwrap().expose(), "255081416802538");
        for key in (0..100).filter(|key| *key != 38) {
            assert_eq!(parse(&format!("2550814168025{key:02}")), Err(Rejection::Checksum), "{key}");
        }
        assert_eq!(parse("2550814168025"), Err(Rejection::Length { expected: 15, found: 13 }));
        assert_eq!(parse(&" ".repeat(100)), Err(Rejection::Length { expected: 15, found: 100 }));
    }

    #[test]
    fn corsica_has_letters_and_nobody_else_does() {
        for place in ["2A004", "2B033"] {
            let number = with_key(&format!("18405{place}123"));
            assert_eq!(parse(&number.to_lowercase()).unwrap().expose(), number);
            assert_eq!(parse(&number).unwrap().implied().province, number.get(5..7));
            let (zeros, digits) = (number.replace(['A', 'B'], "0"), number.replace(['A', 'B'], "C"));
            assert_eq!(parse(&zeros), Err(Rejection::Checksum));
            assert_eq!(parse(&digits), Err(Rejection::CharactersOfCorsica));
        }
        for text in ["A55081416802538", "25508141680253A", "2550814168٠2538", "255082A14"] {
            assert!(matches!(parse(text), Err(Rejection::CharactersOfCorsica | Rejection::Length { .. })), "{text}");
        }
    }

    #[test]
    fn a_number_implies_gender_year_and_department() {
        let implied = |body: &str| parse(&with_key(body)).unwrap().implied();
        for (body, year, gender, province) in [
            ("2550814168025", 55, Gender::Female, Some("14")),
            ("1010597133001", 1, Gender::Male, Some("971")),
            ("1010599216001", 1, Gender::Male, None),
            ("1010597933001", 1, Gender::Male, None),
        ] {
            let birth_year = Some(BirthYear::OfSomeCentury(year));
            assert_eq!(implied(body), Implied { birth_year, gender: Some(gender), province }, "{body}");
        }
    }

    #[test]
    fn what_is_provisional_or_of_no_month_is_a_warning_and_a_digit_of_no_sex_a_refusal() {
        let warnings = |body: &str| parse(&with_key(body)).unwrap().warnings();
        assert_eq!(warnings("2550814168025"), []);
        assert_eq!(warnings("7550814168025"), [Warning::Provisional]);
        assert_eq!(warnings("2553114168025"), [Warning::UnknownMonth]);
        assert_eq!(warnings("4550014168025"), [Warning::Provisional, Warning::UnknownMonth]);
        for first in ["0", "5", "6", "9"] {
            assert_eq!(parse(&with_key(&format!("{first}550814168025"))), Err(Rejection::Gender), "{first}");
        }
    }
}
