//! Viet Nam's personal identification number: 12 digits, Decree 137/2015/NĐ-CP Art. 13, Circular 07/2016/TT-BCA.
//!
//! Three digits for the province or country where the birth was registered, one for century and sex, two for the year
//! of birth, six at random. There is no check digit.

use zeroize::Zeroizing;

use super::{BirthYear, Gender, Implied, NationalIdScheme, Rejection, Telephone, Warning, digits};

const LENGTH: usize = 12;

/// The provinces of the Circular's annex. Their codes outlive the provinces: 63 became 34 in 2025, and every number
/// kept the code it was given.
const PROVINCES: [&str; 63] = [
    "001", "002", "004", "006", "008", "010", "011", "012", "014", "015", "017", "019", "020", "022", "024", "025",
    "026", "027", "030", "031", "033", "034", "035", "036", "037", "038", "040", "042", "044", "045", "046", "048",
    "049", "051", "052", "054", "056", "058", "060", "062", "064", "066", "067", "068", "070", "072", "074", "075",
    "077", "079", "080", "082", "083", "084", "086", "087", "089", "091", "092", "093", "094", "095", "096",
];

pub(super) struct PersonalIdentificationNumber;

impl NationalIdScheme for PersonalIdentificationNumber {
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection> {
        digits(text, LENGTH)
    }

    fn warnings(&self, value: &str) -> Vec<Warning> {
        let mut warnings = Vec::new();
        // Countries have codes too, so another prefix is possible and for a registrar to look at.
        if province(value).is_none() {
            warnings.push(Warning::UnknownProvince);
        }
        if value.as_bytes().get(3).is_some_and(|century_and_sex| *century_and_sex >= b'4') {
            warnings.push(Warning::FutureCentury);
        }
        warnings
    }

    fn implied(&self, value: &str) -> Implied {
        let digit = |at: usize| value.as_bytes().get(at).map(|byte| u16::from(byte.wrapping_sub(b'0')));
        let birth_year = |century_and_sex: u16| Some(1900 + 100 * (century_and_sex / 2) + 10 * digit(4)? + digit(5)?);
        let gender =
            |century_and_sex: u16| if century_and_sex.is_multiple_of(2) { Gender::Male } else { Gender::Female };
        Implied {
            birth_year: digit(3).and_then(birth_year).map(BirthYear::Known),
            gender: digit(3).map(gender),
            province: province(value),
        }
    }

    fn telephone(&self) -> Telephone {
        Telephone { calling_code: "84", trunk_prefix: "0", digits: 9..=10 }
    }
}

fn province(value: &str) -> Option<&'static str> {
    let prefix = value.get(..3)?;
    PROVINCES.binary_search(&prefix).ok().map(|at| PROVINCES[at])
}

#[cfg(test)]
mod tests {
    use super::super::{NationalId, Scheme};
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<String, Rejection> {
        NationalId::parse(Scheme::Vn, text).map(|id| id.expose().to_owned())
    }

    #[test]
    fn a_number_is_the_same_however_it_is_spaced() {
        for text in [
            "001090123456",
            " 001090123456\n",
            "001 090 123 456",
            "001.090.123.456",
            "001-090-123-456",
            "001–090–123–456",
            "001\u{a0}090\u{2009}123\u{3000}456",
            "\u{feff}001090123456\u{200b}",
            "００１０９０１２３４５６",
            "001090１２３456",
        ] {
            assert_eq!(parse(text), Ok("001090123456".to_owned()), "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_a_number_is_rejected() {
        for (text, expected) in [
            ("", Rejection::Length { expected: 12, found: 0 }),
            ("123456789", Rejection::Length { expected: 12, found: 9 }),
            ("0010901234567", Rejection::Length { expected: 12, found: 13 }),
            ("00109012345O", Rejection::Characters),
            ("001090123456; DROP TABLE", Rejection::Characters),
            ("٠٠١٠٩٠١٢٣٤٥٦", Rejection::Characters),
            ("+84901234567", Rejection::Characters),
            ("001090\u{0}123456", Rejection::Characters),
        ] {
            assert_eq!(parse(text), Err(expected), "{text:?}");
        }
        assert_eq!(parse(&" ".repeat(100)), Err(Rejection::Length { expected: 12, found: 100 }));
    }

    #[test]
    fn the_unusual_is_a_warning() {
        let warnings = |text| NationalId::parse(Scheme::Vn, text).unwrap().warnings();
        assert_eq!(warnings("001090123456"), []);
        assert_eq!(warnings("003090123456"), [Warning::UnknownProvince]);
        assert_eq!(warnings("001490123456"), [Warning::FutureCentury]);
        assert_eq!(warnings("999990123456"), [Warning::UnknownProvince, Warning::FutureCentury]);
    }

    #[test]
    fn a_number_implies_year_gender_and_province() {
        let implied = |text| NationalId::parse(Scheme::Vn, text).unwrap().implied();
        for (text, birth_year, gender, province) in [
            ("001090123456", 1990, Gender::Male, Some("001")),
            ("079192000123", 1992, Gender::Female, Some("079")),
            ("096205000001", 2005, Gender::Male, Some("096")),
            ("001300000001", 2000, Gender::Female, Some("001")),
            ("000999000001", 2399, Gender::Female, None),
        ] {
            assert_eq!(
                implied(text),
                Implied { birth_year: Some(BirthYear::Known(birth_year)), gender: Some(gender), province },
                "{text}"
            );
        }
    }

    #[test]
    fn provinces_are_sorted_for_the_search() {
        assert!(PROVINCES.is_sorted());
    }

    proptest! {
        #[test]
        fn twelve_digits_survive_any_separators(value in "[0-9]{12}", gaps in prop::collection::vec("[ .\\-\u{a0}]{0,3}", 12)) {
            let text: String = value.chars().zip(&gaps).map(|(digit, gap)| format!("{gap}{digit}")).collect();
            let parsed = parse(&text).unwrap();
            prop_assert_eq!(&parsed, &value);
            prop_assert_eq!(parse(&parsed).unwrap(), value);
        }

        #[test]
        fn no_text_is_too_odd_to_judge(text in "\\PC*") {
            if let Ok(value) = parse(&text) {
                prop_assert!(value.len() == LENGTH && value.bytes().all(|byte| byte.is_ascii_digit()));
            }
        }

        #[test]
        fn six_digits_never_leave_the_mask(value in "[0-9]{12}") {
            let id = NationalId::parse(Scheme::Vn, &value).unwrap();
            let shown: Vec<char> = id.masked().chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(shown.len(), 6);
            let printed = format!("{id:?}");
            prop_assert!(!printed.contains(&value[3..9]));
        }
    }
}
