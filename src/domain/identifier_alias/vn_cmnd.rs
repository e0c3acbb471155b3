//! Viet Nam's identity card of old (chứng minh nhân dân): 9 digits, no check.
//!
//! Whoever moved to another province was given another number, and a block of numbers was issued twice. It was never one person's
//! for life, so nobody is known by it: it finds whoever alone has it.

use zeroize::Zeroizing;

use super::AliasScheme;
use crate::domain::national_id::{Rejection, Scheme, digits};

const LENGTH: usize = 9;

pub(super) struct IdentityCard;

impl AliasScheme for IdentityCard {
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection> {
        digits(text, LENGTH)
    }

    fn beside(&self) -> Scheme {
        Scheme::Vn
    }

    fn prefix(&self) -> &'static str {
        "CMND"
    }
}
