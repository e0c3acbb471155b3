//! Codes of organisations: one trait, one file a scheme. They are public, unlike the numbers of people.
//!
//! A new scheme is a file beside this one and a line in the table below.

mod ru_inn;
mod ru_ogrn;
mod vn_agency;
mod vn_mst;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::scheme_table;
use super::written_number::{MOST_CHARACTERS, compact};

scheme_table::table! {
    /// A scheme of numbering organisations.
    dyn OrganisationCodeScheme;
    /// Viet Nam's tax code of an enterprise, and of its branches.
    VnMst = "vn-mst" => vn_mst::TaxCode;
    /// Viet Nam's electronic identification code of a state agency.
    VnAgency = "vn-agency" => vn_agency::AgencyCode;
    /// Russia's primary state registration number of a legal entity.
    RuOgrn = "ru-ogrn" => ru_ogrn::Ogrn;
    /// Russia's taxpayer number of a legal entity, or of whoever trades in their own name.
    RuInn = "ru-inn" => ru_inn::Inn;
}

/// How the codes of one scheme are built.
trait OrganisationCodeScheme: Sync {
    /// The normalised value of what a person typed.
    ///
    /// # Errors
    /// Why it cannot be a code of this scheme.
    fn parse(&self, text: &str) -> Result<String, Rejection>;

    /// Whom a normalised value stands for.
    fn holder(&self, value: &str) -> Holder;

    /// The code of the organisation that this one is a part of, where the code itself says so.
    fn parent(&self, _value: &str) -> Option<String> {
        None
    }

    /// A normalised value as it is printed on papers.
    fn written(&self, value: &str) -> String {
        value.to_owned()
    }
}

/// What kind of organisation a code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    Enterprise,
    /// A branch or another dependent unit of an enterprise.
    Branch,
    StateAgency,
    /// A person who trades in their own name.
    SoleTrader,
}

/// The code of an organisation, normalised. As text it is its scheme, a colon, and the value: `vn-mst:0100109106`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganisationCode {
    scheme: Scheme,
    value: String,
}

impl OrganisationCode {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// [`Rejection`] where it is structurally impossible.
    pub fn parse(scheme: Scheme, text: &str) -> Result<Self, Rejection> {
        Ok(Self { scheme, value: scheme.rules().parse(text)? })
    }

    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    pub fn value(&self) -> &str {
        &self.value
    }

    pub fn holder(&self) -> Holder {
        self.scheme.rules().holder(&self.value)
    }

    /// As it is printed on papers.
    pub fn written(&self) -> String {
        self.scheme.rules().written(&self.value)
    }

    /// The organisation that this one is a part of, where the code itself says so.
    pub fn parent(&self) -> Option<Self> {
        Some(Self { scheme: self.scheme, value: self.scheme.rules().parent(&self.value)? })
    }

    /// Every organisation that this one is a part of, the nearest first.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), Self::parent)
    }
}

impl fmt::Display for OrganisationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.value)
    }
}

impl FromStr for OrganisationCode {
    type Err = Unreadable;
    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let (scheme, value) = text.split_once(':').ok_or(Unreadable::Scheme(UnknownScheme))?;
        Ok(Self::parse(scheme.parse()?, value)?)
    }
}

impl TryFrom<String> for OrganisationCode {
    type Error = Unreadable;
    fn try_from(text: String) -> Result<Self, Unreadable> {
        text.parse()
    }
}

impl From<OrganisationCode> for String {
    fn from(code: OrganisationCode) -> Self {
        code.to_string()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known scheme of organisations' codes: expected vn-mst, vn-agency, ru-ogrn or ru-inn")]
pub struct UnknownScheme;

/// Why a text is no scheme and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error(transparent)]
    Scheme(#[from] UnknownScheme),
    #[error(transparent)]
    Code(#[from] Rejection),
}

/// Why a text can be no code of a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("expected {expected}, found {found}")]
    Length { expected: &'static str, found: usize },
    #[error("expected digits only")]
    Characters,
    #[error("12 digits are the number of a person, not of an organisation")]
    Person,
    #[error("{0}")]
    Shape(&'static str),
    #[error("its check digit is not that of the rest")]
    Checksum,
}

/// The digits of `text`, as many as `lengths` allow. `expected` says them in words.
fn digits(text: &str, lengths: &[usize], expected: &'static str) -> Result<String, Rejection> {
    let Some(value) = compact(text) else {
        return Err(Rejection::Length { expected, found: text.chars().count() });
    };
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Rejection::Characters);
    }
    match value.len() {
        found if lengths.contains(&found) => Ok(value.to_string()),
        found => Err(Rejection::Length { expected, found }),
    }
}

/// The sum of the digits times their weights.
fn weighted(digits: &str, weights: &[u32]) -> u32 {
    digits.bytes().zip(weights).map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight).sum()
}

/// The digit at `at`.
fn digit(value: &str, at: usize) -> Option<u32> {
    value.as_bytes().get(at).map(|digit| u32::from(digit.wrapping_sub(b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_read_as_it_is_stored() {
        for text in ["vn-mst:0100109106", "vn-mst:0100109106001", "vn-agency:H57.12.03", "ru-ogrn:1027700132195"] {
            let code: OrganisationCode = text.parse().unwrap();
            assert_eq!(code.to_string(), text);
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(serde_json::from_str::<OrganisationCode>(&json).unwrap(), code);
        }
    }

    #[test]
    fn what_is_no_scheme_and_code_is_refused() {
        for text in ["", "0100109106", "vn:0100109106", "VN-MST:0100109106", ":0100109106"] {
            assert_eq!(text.parse::<OrganisationCode>(), Err(Unreadable::Scheme(UnknownScheme)), "{text}");
        }
        let wrong = "vn-mst:0100109107".parse::<OrganisationCode>();
        assert_eq!(wrong, Err(Unreadable::Code(Rejection::Checksum)));
        assert!(serde_json::from_str::<OrganisationCode>("\"vn-mst:0100109107\"").is_err());
    }

    #[test]
    fn the_fault_names_every_scheme() {
        let said = UnknownScheme.to_string();
        assert!(Scheme::ALL.iter().all(|scheme| said.contains(scheme.as_str())), "{said}");
    }

    fn scheme() -> impl Strategy<Value = Scheme> {
        prop::sample::select(Scheme::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd_to_judge(scheme in scheme(), text in "\\PC*") {
            if let Ok(code) = OrganisationCode::parse(scheme, &text) {
                prop_assert_eq!(OrganisationCode::parse(scheme, code.value()), Ok(code));
            }
        }

        #[test]
        fn what_is_written_is_read_again(scheme in scheme(), text in "[0-9]{10}|[0-9]{12,13}|[A-Z][0-9]{2}([.][0-9]{1,3}){0,4}") {
            if let Ok(code) = OrganisationCode::parse(scheme, &text) {
                prop_assert_eq!(OrganisationCode::parse(scheme, &code.written()), Ok(code.clone()));
                prop_assert_eq!(code.to_string().parse(), Ok(code.clone()));
                for above in code.ancestors() {
                    prop_assert!(code.value().starts_with(above.value()) && above.value().len() < code.value().len());
                    prop_assert_eq!(OrganisationCode::parse(scheme, above.value()), Ok(above));
                }
            }
        }
    }
}
