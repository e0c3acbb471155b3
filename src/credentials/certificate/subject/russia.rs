//! Russia's attributes: Order of the FSB of 27 December 2011 No. 795. A person is known by their SNILS; an INN is a taxpayer's, an
//! OGRN an organisation's.

use super::attributes::{Attributes, OGRN, ORGANISATION_IDENTIFIER, SNILS};
use super::{Found, Refusal};
use crate::domain::national_id::Scheme;

pub(super) fn read(attributes: &Attributes, found: &mut Found) -> Result<(), Refusal> {
    found.organisation |= attributes.has(OGRN) || attributes.has(ORGANISATION_IDENTIFIER);
    for number in attributes.all(SNILS)? {
        found.person(Scheme::Ru, number)?;
    }
    Ok(())
}
