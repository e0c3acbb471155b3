//! Russia's primary state registration number (ОГРН) of a legal entity: 13 digits, the last a check; Order of the Ministry of Finance
//! No. 165н of 30 October 2017.

use super::{Holder, OrganisationCodeScheme, Rejection, digits};

const LENGTH: usize = 13;

pub(super) struct Ogrn;

impl OrganisationCodeScheme for Ogrn {
    fn parse(&self, text: &str) -> Result<String, Rejection> {
        let value = digits(text, &[LENGTH], "13 digits")?;
        // 3 begins the 15 digits of whoever trades in their own name; the other digits begin records, and no registration.
        if !value.starts_with(['1', '5']) {
            return Err(Rejection::Shape("the number of a legal entity begins with 1 or 5"));
        }
        let (number, check) = value.split_at(LENGTH - 1);
        let read = |text: &str| text.parse::<u64>().map_err(|_| Rejection::Characters);
        if read(number)? % 11 % 10 == read(check)? { Ok(value) } else { Err(Rejection::Checksum) }
    }

    fn holder(&self, _value: &str) -> Holder {
        Holder::Enterprise
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OrganisationCode, Scheme};
    use super::*;

    fn parse(text: &str) -> Result<OrganisationCode, Rejection> {
        OrganisationCode::parse(Scheme::RuOgrn, text)
    }

    #[test]
    fn a_registration_number_ends_in_its_check() {
        assert_eq!(parse("1 02 77 00132195").unwrap().value(), "1027700132195");
        assert_eq!(parse("1027700132195").unwrap().parent(), None);
        for last in (0..10).filter(|last| *last != 5) {
            assert_eq!(parse(&format!("102770013219{last}")), Err(Rejection::Checksum), "{last}");
        }
        assert!(matches!(parse("102770013219"), Err(Rejection::Length { found: 12, .. })));
        assert_eq!(parse("102770013219А"), Err(Rejection::Characters));
    }

    #[test]
    fn a_record_that_is_no_registration_is_refused() {
        for first in [0, 2, 3, 4, 6, 7, 8, 9] {
            assert!(matches!(parse(&format!("{first}027700132195")), Err(Rejection::Shape(_))), "{first}");
        }
    }
}
