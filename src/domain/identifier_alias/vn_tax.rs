//! Viet Nam's tax code of a person (mã số thuế cá nhân): 10 digits, built as an enterprise's. Since 2025 the personal identification
//! number serves as one; those of before are still on papers.
//!
//! One that begins with a zero reads like a telephone number; typed alone it is that, and `MST` before it says otherwise.

use zeroize::Zeroizing;

use super::AliasScheme;
use crate::domain::national_id::{Rejection, Scheme, digits};
use crate::domain::organisation_code::{self, OrganisationCode};

const LENGTH: usize = 10;

pub(super) struct TaxCode;

impl AliasScheme for TaxCode {
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection> {
        let value = digits(text, LENGTH)?;
        match OrganisationCode::parse(organisation_code::Scheme::VnMst, &value) {
            Ok(_) => Ok(value),
            Err(_) => Err(Rejection::Checksum),
        }
    }

    fn beside(&self) -> Scheme {
        Scheme::Vn
    }

    fn prefix(&self) -> &'static str {
        "MST"
    }
}
