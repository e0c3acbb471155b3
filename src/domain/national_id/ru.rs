//! Russia's insurance number of an individual account (SNILS): 11 digits, the last two a check (Resolution of the Board of the
//! Pension Fund No. 192p, annex). It says nothing of its holder.

use zeroize::Zeroizing;

use super::{Implied, NationalIdScheme, Rejection, Telephone, Warning, digits};

const LENGTH: usize = 11;
/// Numbers up to this one were given out before there was a check.
const LAST_UNCHECKED: u32 = 1_001_998;

pub(super) struct Snils;

impl NationalIdScheme for Snils {
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection> {
        let value = digits(text, LENGTH)?;
        let (number, check) = value.split_at(LENGTH - 2);
        let number_is = |text: &str| text.parse::<u32>().map_err(|_| Rejection::Characters);
        let is_right = number_is(number)? <= LAST_UNCHECKED || number_is(check)? == control(number);
        if is_right { Ok(value) } else { Err(Rejection::Checksum) }
    }

    fn warnings(&self, _value: &str) -> Vec<Warning> {
        Vec::new()
    }

    fn implied(&self, _value: &str) -> Implied {
        Implied::default()
    }

    fn telephone(&self) -> Telephone {
        Telephone { calling_code: "7", trunk_prefix: "8", digits: 10..=10 }
    }
}

/// The nine digits times nine to one, modulo 101; a hundred is written as 00.
fn control(number: &str) -> u32 {
    let sum: u32 = number.bytes().zip((1..=9).rev()).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    sum % 101 % 100
}

#[cfg(test)]
mod tests {
    use super::super::{NationalId, Scheme};
    use super::*;

    fn parse(text: &str) -> Result<NationalId, Rejection> {
        NationalId::parse(Scheme::Ru, text)
    }

    #[test]
    fn a_number_ends_in_its_check() {
        assert_eq!(parse("112-233-445 95").unwrap().expose(), "11223344595");
        for check in (0..100).filter(|check| *check != 95) {
            assert_eq!(parse(&format!("112233445{check:02}")), Err(Rejection::Checksum), "{check}");
        }
        assert_eq!(parse("1122334459"), Err(Rejection::Length { expected: 11, found: 10 }));
        assert_eq!(parse("1122334459А"), Err(Rejection::Characters));
    }

    #[test]
    fn a_hundred_and_a_hundred_and_one_are_both_written_as_zeros() {
        let with_sum_of = |wanted: u32| {
            let number = |number: u32| format!("{number:09}");
            let sum =
                |number: &str| number.bytes().zip((1..=9).rev()).map(|(d, w)| u32::from(d - b'0') * w).sum::<u32>();
            (LAST_UNCHECKED + 1..).map(number).find(|number| sum(number) % 101 == wanted).unwrap()
        };
        for remainder in [0, 100] {
            assert!(parse(&format!("{}00", with_sum_of(remainder))).is_ok(), "{remainder}");
            assert_eq!(parse(&format!("{}01", with_sum_of(remainder))), Err(Rejection::Checksum));
        }
    }

    #[test]
    fn the_first_numbers_have_no_check() {
        assert!(parse("001-001-998 77").is_ok());
        assert_eq!(parse("001-001-999 77"), Err(Rejection::Checksum));
    }
}
