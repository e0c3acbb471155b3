//! Viet Nam's `UID` attributes: the holder's identification code (Decree 23/2025/NĐ-CP Art. 5), with a prefix that says which.
//!
//! The prefix is not to be relied on. Authorities write the twelve digits of a person after `CCCD:`, `CMND:`, `PID:` and, since a
//! citizen's number is their tax code too, `MST:`; an organisation's tax code has ten, and a branch's three more after a hyphen. So
//! it is the digits that say what a value is.

use super::attributes::{Attributes, ORGANISATION_IDENTIFIER, UID, is_digits};
use super::{Found, Refusal};
use crate::domain::national_id::Scheme;

pub(super) fn read(attributes: &Attributes, found: &mut Found) -> Result<(), Refusal> {
    found.organisation |= attributes.has(ORGANISATION_IDENTIFIER);
    for value in attributes.all(UID)? {
        let number = value.split_once(':').map_or(value, |(_, number)| number.trim_matches(' '));
        match kind(number) {
            Kind::Person => found.person(Scheme::Vn, number)?,
            Kind::Taxpayer => found.organisation = true,
            Kind::Other => {}
        }
    }
    Ok(())
}

enum Kind {
    Person,
    /// An organisation, or a branch of one; a person's tax code of old has ten digits as well, and is no number to know them by.
    Taxpayer,
    /// A passport, a social insurance number, an identity card of nine digits (which changed when its holder moved, and of which a
    /// block was issued twice), or something else.
    Other,
}

fn kind(number: &str) -> Kind {
    let (body, branch) = number.split_once('-').map_or((number, None), |(body, branch)| (body, Some(branch)));
    if !is_digits(body) || branch.is_some_and(|branch| !is_digits(branch)) {
        return Kind::Other;
    }
    match (body.len(), branch.map(str::len)) {
        (12, None) => Kind::Person,
        (10, None | Some(3)) | (13, None) => Kind::Taxpayer,
        // A branch of twelve digits is a household's place of business: it is no person.
        (12, Some(_)) => Kind::Taxpayer,
        _ => Kind::Other,
    }
}
