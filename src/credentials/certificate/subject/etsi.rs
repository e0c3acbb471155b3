//! Semantics identifiers: ETSI EN 319 412-1 §5.1.3 (people), §5.1.4 (organisations).
//!
//! Three letters for the kind of number, two for the country, a hyphen, the number. `PNO` is a person's number; what the others are
//! depends on the country.

use super::attributes::{Attributes, ORGANISATION_IDENTIFIER, SERIAL_NUMBER, is_digits};
use super::{Found, Refusal};
use crate::domain::national_id::Scheme;

pub(super) fn read(attributes: &Attributes, found: &mut Found) -> Result<(), Refusal> {
    found.organisation |= attributes.has(ORGANISATION_IDENTIFIER);
    for value in attributes.all(SERIAL_NUMBER)? {
        // Anything else in a serialNumber is an authority's own, and no number of a person.
        let Some((kind, country, number)) = parts(value) else { continue };
        match (kind, country) {
            ("PNO", country) => match Scheme::of_country(country) {
                Some(scheme) => found.person(scheme, number)?,
                None => found.foreigner(country, number),
            },
            // A Vietnamese identity card has the number of the person, and so has a citizen's tax code since 2025; those of nine
            // and ten digits are numbers of a card that is no more, and of a taxpayer.
            ("IDC" | "TIN", "VN") if number.len() == 12 && is_digits(number) => found.person(Scheme::Vn, number)?,
            // Estonia's tax number of a person is their personal code.
            ("TIN", "EE") => found.person(Scheme::Ee, number)?,
            _ => {}
        }
    }
    Ok(())
}

fn parts(value: &str) -> Option<(&str, &str, &str)> {
    let (kind, number) = value.split_once('-')?;
    let letters = kind.len() == 5 && kind.bytes().all(|byte| byte.is_ascii_uppercase());
    let (kind, country) = kind.split_at_checked(3)?;
    (letters && !number.is_empty()).then_some((kind, country, number))
}
