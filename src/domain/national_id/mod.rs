//! National identifiers: one file a country's scheme.

mod vn;

use std::fmt;
use std::str::FromStr;

use zeroize::ZeroizeOnDrop;

/// A country's scheme of numbering its people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    Vn,
}

impl Scheme {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vn => "vn",
        }
    }

    /// The country's telephone calling code (ITU-T E.164).
    pub const fn calling_code(self) -> &'static str {
        match self {
            Self::Vn => "84",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known scheme of national identifiers: expected vn")]
pub struct UnknownScheme;

impl FromStr for Scheme {
    type Err = UnknownScheme;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "vn" => Ok(Self::Vn),
            _ => Err(UnknownScheme),
        }
    }
}

/// A national identifier, normalised; `Debug` masks it, and it is wiped on drop.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct NationalId {
    #[zeroize(skip)]
    scheme: Scheme,
    value: String,
}

/// Why a text can be no identifier of a scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("expected {expected} digits, found {found}")]
    Length { expected: usize, found: usize },
    #[error("expected digits only")]
    Characters,
}

impl NationalId {
    /// Reads `text` as an identifier of `scheme`.
    ///
    /// # Errors
    /// [`Rejection`] where it is structurally impossible.
    pub fn parse(scheme: Scheme, text: &str) -> Result<Self, Rejection> {
        match scheme {
            Scheme::Vn => vn::parse(text),
        }
        .map(|value| Self { scheme, value })
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
        format!("{}•••••{}", &self.value[..3], &self.value[self.value.len() - 3..])
    }
}

impl fmt::Debug for NationalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.masked())
    }
}
