//! National identifiers: one trait, one file a country.
//!
//! A new country is a file beside this one and a line in the table below.

mod ci;
mod ee;
mod fr;
mod implied;
mod kr;
mod my;
mod ru;
mod scheme;
mod vn;

use std::fmt;
use std::ops::RangeInclusive;

use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::birthdate::Birthdate;
use super::citizen::Gender;
use super::scheme_table;
use super::written_number::compact;
pub use implied::{BirthYear, Contradiction, Implied};
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
    /// France's registration number of a person.
    Fr = "fr" => fr::Nir;
    /// South Korea's resident registration number.
    Kr = "kr" => kr::ResidentRegistrationNumber;
    /// Malaysia's identity card number.
    My = "my" => my::MyKad;
    /// Côte d'Ivoire's national identification number.
    Ci = "ci" => ci::NationalIdentificationNumber;
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

    /// How the country's telephone numbers are dialled within it.
    fn telephone(&self) -> Telephone;

    /// A normalised value as logs, pages and the audit log may show it.
    fn mask(&self, value: &str) -> String {
        mask(value)
    }
}

/// How a country's telephone numbers are dialled within it (ITU-T E.164, E.129).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telephone {
    pub calling_code: &'static str,
    /// What is dialled before the number within the country, and left out from abroad. Empty where there is nothing.
    pub trunk_prefix: &'static str,
    /// How many digits a number has without either.
    pub digits: RangeInclusive<usize>,
}

impl Scheme {
    /// How the country's telephone numbers are dialled within it.
    pub fn telephone(self) -> Telephone {
        self.rules().telephone()
    }

    /// The scheme by which a country (ISO 3166-1 alpha-2, in capitals) numbers its people.
    pub fn of_country(country: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.as_str().to_ascii_uppercase() == country)
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

    /// Where what is said of its holder is another thing than the number says: a registrar looks at that, and nobody registers
    /// themselves with it.
    pub fn contradictions(&self, birthdate: Option<Birthdate>, gender: Option<Gender>) -> Vec<Contradiction> {
        self.implied().contradictions(birthdate, gender)
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

/// Why a text can be no identifier of a scheme. Says nothing of what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("expected {expected} digits, found {found}")]
    Length { expected: usize, found: usize },
    #[error("expected digits only")]
    Characters,
    #[error("expected digits only, and 2A or 2B for Corsica")]
    CharactersOfCorsica,
    #[error("its first digit is of no sex")]
    Gender,
    #[error("no day is written like the one in it")]
    Date,
    #[error("no place has the code in it")]
    Place,
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
    #[error("the month of birth in it is no month: the registry did not know it")]
    UnknownMonth,
    /// Until somebody is registered for good.
    #[error("the number is a provisional one")]
    Provisional,
    /// Where a scheme gave up its check for numbers of today.
    #[error("its check digit is not that of the rest, as in a number of old")]
    Checksum,
}

/// The `expected` digits of `text`, without what people and word processors put between them.
pub(super) fn digits(text: &str, expected: usize) -> Result<Zeroizing<String>, Rejection> {
    let value = compact(text).ok_or_else(|| Rejection::Length { expected, found: text.chars().count() })?;
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Rejection::Characters);
    }
    match value.len() {
        found if found == expected => Ok(value),
        found => Err(Rejection::Length { expected, found }),
    }
}

/// The two digits at `at`, as a number.
fn two_digits(value: &str, at: usize) -> Option<u8> {
    value.get(at..at + 2).filter(|pair| pair.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

/// Two digits as a text that outlives the number.
fn pair(digits: &str) -> Option<&'static str> {
    let at = usize::from(two_digits(digits, 0)?) * 2;
    PAIRS.get(at..at + 2)
}

const PAIRS: &str = "00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657\
                     585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/// The first three and the last three, and always as many dots between them, whatever the length.
pub(super) fn mask(value: &str) -> String {
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
    use proptest::prelude::*;

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

    #[test]
    fn a_country_has_the_scheme_of_its_name() {
        assert_eq!(Scheme::of_country("FR"), Some(Scheme::Fr));
        assert!(["fr", "LV", "", "F"].into_iter().all(|country| Scheme::of_country(country).is_none()));
    }

    #[test]
    fn a_pair_of_digits_is_itself() {
        for number in 0..100 {
            assert_eq!(pair(&format!("{number:02}")), Some(format!("{number:02}").as_str()));
        }
        assert_eq!(["", "1", "2A", "é"].map(pair), [None; 4]);
    }

    /// What is near enough to a number of some scheme to be one now and then, whole numbers among it.
    fn nearly() -> impl Strategy<Value = String> {
        let digits = prop_oneof![
            "[0-9]{11,15}",
            // A date, so that more of them are numbers.
            "[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{6,7}",
            "[1-6][0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{4}",
            "[1-4][0-9]{2}(0[1-9]|1[0-2])(2[AB]|[0-9]{2})[0-9]{8}",
        ];
        (digits, prop::collection::vec("[ .\\-\u{a0}]{0,2}", 15))
            .prop_map(|(digits, gaps)| digits.chars().zip(gaps).map(|(digit, gap)| format!("{gap}{digit}")).collect())
    }

    /// As the state prints it: in groups.
    fn printed(value: &str) -> String {
        value.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join(" ")
    }

    proptest! {
        #[test]
        fn a_number_is_itself_however_it_is_printed(scheme in prop::sample::select(Scheme::ALL.to_vec()), text in nearly()) {
            if let Ok(id) = NationalId::parse(scheme, &text) {
                prop_assert_eq!(&NationalId::parse(scheme, id.expose()), &Ok(id.clone()));
                prop_assert_eq!(&NationalId::parse(scheme, &printed(id.expose())), &Ok(id.clone()));
                prop_assert!(id.expose().bytes().all(|byte| byte.is_ascii_digit() || byte == b'A' || byte == b'B'));
            }
        }

        #[test]
        fn what_a_mask_shows_is_the_first_three_and_the_last_three(scheme in prop::sample::select(Scheme::ALL.to_vec()), text in nearly()) {
            if let Ok(id) = NationalId::parse(scheme, &text) {
                let (value, masked) = (id.expose(), id.masked());
                prop_assert_eq!(masked, format!("{}•••••{}", &value[..3], &value[value.len() - 3..]));
                let printed = format!("{id:?}");
                prop_assert!(!printed.contains(&value[3..value.len() - 3]));
            }
        }

        #[test]
        fn no_text_is_too_odd_for_any_scheme(scheme in prop::sample::select(Scheme::ALL.to_vec()), text in "\\PC*|[0-9]{0,20}") {
            if let Ok(id) = NationalId::parse(scheme, &text) {
                // Nothing that is asked of a number that is one makes it panic either.
                let _ = (id.warnings(), id.implied(), id.masked());
                prop_assert_eq!(NationalId::parse(scheme, id.expose()), Ok(id));
            }
        }
    }
}
