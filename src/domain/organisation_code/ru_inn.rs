//! Russia's taxpayer number (ИНН): 10 digits of a legal entity with one check digit, 12 of a person with two; Order of the Federal Tax
//! Service ММВ-7-6/435@ of 29 June 2012.

use super::{Holder, OrganisationCodeScheme, Rejection, digit, digits, weighted};

const OF_AN_ENTITY: usize = 10;
const OF_A_PERSON: usize = 12;
/// Each check digit is weighed with the last of these, as many as there are digits before it.
const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];

pub(super) struct Inn;

impl OrganisationCodeScheme for Inn {
    fn parse(&self, text: &str) -> Result<String, Rejection> {
        let value = digits(text, &[OF_AN_ENTITY, OF_A_PERSON], "10 digits, or 12 of a person who trades")?;
        let holds = match value.len() {
            OF_AN_ENTITY => check_holds(&value, 9),
            _ => check_holds(&value, 10) && check_holds(&value, 11),
        };
        if holds { Ok(value) } else { Err(Rejection::Checksum) }
    }

    fn holder(&self, value: &str) -> Holder {
        if value.len() == OF_A_PERSON { Holder::SoleTrader } else { Holder::Enterprise }
    }
}

/// Whether the digit at `at` is the check of those before it.
fn check_holds(value: &str, at: usize) -> bool {
    digit(value, at) == Some(weighted(value, &WEIGHTS[WEIGHTS.len() - at..]) % 11 % 10)
}

#[cfg(test)]
mod tests {
    use super::super::{OrganisationCode, Scheme};
    use super::*;

    fn parse(text: &str) -> Result<OrganisationCode, Rejection> {
        OrganisationCode::parse(Scheme::RuInn, text)
    }

    #[test]
    fn ten_digits_are_an_entity_and_end_in_a_check() {
        assert_eq!(parse("7707083893").unwrap().holder(), Holder::Enterprise);
        for last in (0..10).filter(|last| *last != 3) {
            assert_eq!(parse(&format!("770708389{last}")), Err(Rejection::Checksum), "{last}");
        }
        assert!(matches!(parse("77070838931"), Err(Rejection::Length { found: 11, .. })));
    }

    #[test]
    fn twelve_digits_are_a_person_who_trades_and_end_in_two() {
        assert_eq!(parse("500100732259").unwrap().holder(), Holder::SoleTrader);
        for last in (0..100).filter(|last| *last != 59) {
            assert_eq!(parse(&format!("5001007322{last:02}")), Err(Rejection::Checksum), "{last}");
        }
    }
}
