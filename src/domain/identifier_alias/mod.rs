//! Numbers of the state that a citizen had, or has beside their national identifier: they sign in with them, and no portal is ever
//! told one (docs/identifiers.md).
//!
//! A number that was a national identifier is one person's alone. Others were given out carelessly, so that two people may have the
//! same: whoever types such a one is nobody. A new kind is a file beside this one and a line in the table below.

mod vn_cmnd;
mod vn_tax;

use std::fmt;
use std::str::FromStr;

use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::ids::AliasId;
use super::national_id::{self, NationalId, Rejection, mask};
use super::scheme_table;
use super::sign_in_name::SignInName;
use super::time::Timestamp;

scheme_table::table! {
    /// A kind of numbers that never were a key to anybody.
    dyn AliasScheme;
    /// Viet Nam's identity card of old.
    VnCmnd = "vn-cmnd" => vn_cmnd::IdentityCard;
    /// Viet Nam's tax code of a person.
    VnTax = "vn-tax" => vn_tax::TaxCode;
}

/// How the numbers of one kind are built, and told from others where one is typed.
trait AliasScheme: Sync {
    /// The normalised value of what a person typed.
    ///
    /// # Errors
    /// Why it cannot be a number of this kind.
    fn parse(&self, text: &str) -> Result<Zeroizing<String>, Rejection>;

    /// The national identifiers beside which it is typed.
    fn beside(&self) -> national_id::Scheme;

    /// What people write before such a number to say which it is.
    fn prefix(&self) -> &'static str;
}

/// A number of a kind that never was a key; `Debug` masks it, and it is wiped on drop.
#[derive(Clone, ZeroizeOnDrop)]
pub struct OtherNumber {
    #[zeroize(skip)]
    scheme: Scheme,
    value: String,
}

impl OtherNumber {
    /// # Errors
    /// [`Rejection`] where it is structurally impossible.
    pub fn parse(scheme: Scheme, text: &str) -> Result<Self, Rejection> {
        let mut value = scheme.rules().parse(text)?;
        Ok(Self { scheme, value: std::mem::take(&mut *value) })
    }

    /// Reads what was typed where a number of `beside` is expected: with its prefix (`CMND 012345678`), or by its digits alone.
    pub(super) fn typed(typed: &str, beside: national_id::Scheme) -> Option<Self> {
        let schemes = || Scheme::ALL.into_iter().filter(|scheme| scheme.rules().beside() == beside);
        let named = schemes().find_map(|scheme| Some((scheme, without(scheme.rules().prefix(), typed)?)));
        match named {
            Some((scheme, number)) => Self::parse(scheme, number).ok(),
            None => schemes().find_map(|scheme| Self::parse(scheme, typed).ok()),
        }
    }

    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The number itself. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.value
    }

    pub fn masked(&self) -> String {
        mask(&self.value)
    }
}

/// What follows `prefix`, in any case, and a colon if there is one.
fn without<'t>(prefix: &str, typed: &'t str) -> Option<&'t str> {
    let (before, after) = typed.trim_start().split_at_checked(prefix.len())?;
    before.eq_ignore_ascii_case(prefix).then(|| after.trim_start().trim_start_matches(':'))
}

impl fmt::Debug for OtherNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.masked())
    }
}

impl PartialEq for OtherNumber {
    fn eq(&self, other: &Self) -> bool {
        self.scheme == other.scheme && bool::from(self.value.as_bytes().ct_eq(other.value.as_bytes()))
    }
}
impl Eq for OtherNumber {}

/// A number that signs in beside the national identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentifierAlias {
    /// A national identifier that was theirs.
    Former(NationalId),
    Other(OtherNumber),
}

impl IdentifierAlias {
    /// # Errors
    /// [`Rejection`] where `text` is structurally impossible.
    pub fn parse(kind: AliasKind, text: &str) -> Result<Self, Rejection> {
        Ok(match kind {
            AliasKind::Former(scheme) => Self::Former(NationalId::parse(scheme, text)?),
            AliasKind::Other(scheme) => Self::Other(OtherNumber::parse(scheme, text)?),
        })
    }

    /// What the state would know somebody by who has an identifier of `scheme`, if `text` is built as such a number.
    pub fn read(text: &str, scheme: national_id::Scheme) -> Option<Self> {
        let as_identifier = NationalId::parse(scheme, text).ok().map(Self::Former);
        as_identifier.or_else(|| OtherNumber::typed(text, scheme).map(Self::Other))
    }

    pub const fn kind(&self) -> AliasKind {
        match self {
            Self::Former(id) => AliasKind::Former(id.scheme()),
            Self::Other(number) => AliasKind::Other(number.scheme),
        }
    }

    /// The number itself. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        match self {
            Self::Former(id) => id.expose(),
            Self::Other(number) => number.expose(),
        }
    }

    pub fn masked(&self) -> String {
        match self {
            Self::Former(id) => id.masked(),
            Self::Other(number) => number.masked(),
        }
    }

    /// As what it is found at sign-in.
    pub fn name(&self) -> SignInName {
        match self {
            Self::Former(id) => SignInName::NationalId(id.clone()),
            Self::Other(number) => SignInName::Other(number.clone()),
        }
    }
}

/// What kind of number an alias is. As text, the scheme's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AliasKind {
    Former(national_id::Scheme),
    Other(Scheme),
}

impl AliasKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Former(scheme) => scheme.as_str(),
            Self::Other(scheme) => scheme.as_str(),
        }
    }
}

impl fmt::Display for AliasKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AliasKind {
    type Err = UnknownScheme;
    fn from_str(text: &str) -> Result<Self, UnknownScheme> {
        text.parse().map(Self::Other).or_else(|_| text.parse().map(Self::Former).map_err(|_| UnknownScheme))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected vn-cmnd, vn-tax, or the scheme of a national identifier that was theirs, such as vn")]
pub struct UnknownScheme;

/// An alias of a citizen's, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAlias {
    pub id: AliasId,
    pub alias: IdentifierAlias,
    pub since: Timestamp,
    /// When it stopped to sign in.
    pub until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VN: national_id::Scheme = national_id::Scheme::Vn;

    #[test]
    fn a_kind_is_found_by_its_name() {
        for kind in Scheme::ALL.map(AliasKind::Other).into_iter().chain(national_id::Scheme::ALL.map(AliasKind::Former))
        {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for text in ["", "VN", "vn-mst", "cmnd"] {
            assert_eq!(text.parse::<AliasKind>(), Err(UnknownScheme), "{text}");
        }
        assert!(Scheme::ALL.iter().all(|scheme| UnknownScheme.to_string().contains(scheme.as_str())));
    }

    #[test]
    fn what_stands_before_a_number_says_which_it_is() {
        let typed = |text| OtherNumber::typed(text, VN).map(|number| (number.scheme(), number.expose().to_owned()));
        for text in ["012 345 678", "CMND 012345678", "cmnd:012.345.678", " Cmnd-012345678"] {
            assert_eq!(typed(text), Some((Scheme::VnCmnd, "012345678".to_owned())), "{text}");
        }
        for text in ["0100109106", "MST 0100109106", "mst: 01001-09106"] {
            assert_eq!(typed(text), Some((Scheme::VnTax, "0100109106".to_owned())), "{text}");
        }
        for text in
            ["", "CMND", "MST 012345678", "CMND 0100109106", "0100109107", "001090123456", "+12345678", "ĐMND 1"]
        {
            assert_eq!(typed(text), None, "{text}");
        }
        assert_eq!(OtherNumber::typed("CMND 012345678", national_id::Scheme::Ee), None);
    }

    #[test]
    fn a_number_is_printed_masked() {
        let number = OtherNumber::parse(Scheme::VnCmnd, "012345678").unwrap();
        assert_eq!(format!("{number:?}"), "vn-cmnd:012•••••678");
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd_to_judge(text in "\\PC*|(CMND|mst)?[ :]?[0-9]{8,11}") {
            if let Some(number) = OtherNumber::typed(&text, VN) {
                prop_assert_eq!(OtherNumber::parse(number.scheme(), number.expose()), Ok(number.clone()));
                prop_assert_eq!(OtherNumber::typed(&format!("{} {}", number.scheme().rules().prefix(), number.expose()), VN), Some(number));
            }
        }
    }
}
