//! National identifiers: one trait, one file a country.
//!
//! A new country is a file beside this one and a line in the table below.

mod ee;
mod ru;
mod scheme;
mod vn;

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::citizen::Gender;
use super::scheme_table;
use super::written_number::compact;
pub use scheme::{Schemes, UnknownScheme};

scheme_table::table! {
    /// A country's scheme of numbering its people.
    dyn NationalIdScheme;
    /// Viet Nam's personal identification number.
    Vn = "vn" => vn::PersonalIdentificationNumber;
    /// Estonia's personal identification code.
    Ee = "ee" => ee::Isikukood;
    /// Russia's insurance number of an individual account.
    Ru = "ru" => ru::Snils;
}

/// How one country's numbers are built.
trait NationalIdScheme: Sync {
    /// The normalised value of what a person typed.
    ///
    /// # Errors
    /// Why it cannot be a number of this scheme.
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection>;

    /// What is possible but unusual about a normalised value.
    fn warnings(&self, value: &str) -> Vec<Warning>;

    /// What a normalised value says about its holder.
    fn implied(&self, value: &str) -> Implied;

    /// The country's telephone calling code (ITU-T E.164).
    fn calling_code(&self) -> &'static str;

    /// A normalised value as logs, pages and the audit log may show it.
    fn mask(&self, value: &str) -> String {
        mask(value)
    }
}

impl Scheme {
    /// The country's telephone calling code (ITU-T E.164).
    pub fn calling_code(self) -> &'static str {
        self.rules().calling_code()
    }
}

/// A citizen's national identifier, normalised; `Debug` masks it, and it is wiped on drop.
#[derive(Clone, ZeroizeOnDrop)]
pub struct NationalId {
    #[zeroize(skip)]
    scheme: Scheme,
    value: String,
}

impl NationalId {
    /// Reads what a person typed: spaces, dots, dashes and full-width digits make no difference.
    ///
    /// # Errors
    /// [`Rejection`] where it is structurally impossible.
    pub fn parse(scheme: Scheme, text: &str) -> Result<Self, Rejection> {
        let mut value = scheme.rules().parse(text)?;
        Ok(Self { scheme, value: std::mem::take(&mut *value) })
    }

    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The identifier itself. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.value
    }

    /// At most the first three and the last three characters.
    pub fn masked(&self) -> String {
        self.scheme.rules().mask(&self.value)
    }

    /// What is possible but unusual, for a registrar to confirm.
    pub fn warnings(&self) -> Vec<Warning> {
        self.scheme.rules().warnings(&self.value)
    }

    /// What the number says about its holder.
    pub fn implied(&self) -> Implied {
        self.scheme.rules().implied(&self.value)
    }
}

impl fmt::Debug for NationalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.masked())
    }
}

impl PartialEq for NationalId {
    fn eq(&self, other: &Self) -> bool {
        self.scheme == other.scheme && bool::from(self.value.as_bytes().ct_eq(other.value.as_bytes()))
    }
}
impl Eq for NationalId {}

/// What a number implies about its holder. Held against the profile: a contradiction is a warning for import and a
/// refusal for self-registration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Implied {
    pub birth_year: Option<u16>,
    pub gender: Option<Gender>,
    /// The scheme's own code of the place where the birth was registered.
    pub province: Option<&'static str>,
}

/// Why a text can be no identifier of a scheme. Says nothing of what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("expected {expected} digits, found {found}")]
    Length { expected: usize, found: usize },
    #[error("expected digits only")]
    Characters,
    #[error("no day is written like the one in it")]
    Date,
    #[error("its check digits are not those of the rest")]
    Checksum,
}

/// Unusual: for a registrar to confirm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// A country's code, or a province that the table does not know.
    #[error("the place of registration is not a known province")]
    UnknownProvince,
    #[error("the number is of someone born in the year 2100 or later")]
    FutureCentury,
}

/// The `expected` digits of `text`, without what people and word processors put between them.
fn digits(text: &str, expected: usize) -> Result<Zeroizing<String>, Rejection> {
    let value = compact(text).ok_or_else(|| Rejection::Length { expected, found: text.chars().count() })?;
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Rejection::Characters);
    }
    match value.len() {
        found if found == expected => Ok(value),
        found => Err(Rejection::Length { expected, found }),
    }
}

/// The first three and the last three, and always as many dots between them, whatever the length.
fn mask(value: &str) -> String {
    let characters = Zeroizing::new(value.chars().collect::<Vec<char>>());
    if characters.len() < 9 {
        return "•••••".to_owned();
    }
    let (first, last) = (&characters[..3], &characters[characters.len() - 3..]);
    first.iter().chain(&['•'; 5]).chain(last).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_printed_masked() {
        let id = NationalId::parse(Scheme::Vn, "001090123456").unwrap();
        assert_eq!(format!("{id:?}"), "vn:001•••••456");
    }

    #[test]
    fn a_short_value_shows_nothing() {
        for value in ["", "1", "123456", "12345678"] {
            assert_eq!(mask(value), "•••••", "{value}");
        }
        assert_eq!(mask("123456789"), "123•••••789");
    }

    #[test]
    fn a_scheme_is_found_by_its_name_alone() {
        for scheme in Scheme::ALL {
            assert_eq!(scheme.as_str().parse(), Ok(scheme));
        }
        for text in ["", "VN", "xx", "vn "] {
            assert_eq!(text.parse::<Scheme>(), Err(UnknownScheme), "{text}");
        }
    }
}
