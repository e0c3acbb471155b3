//! The columns of what is said about a citizen, and the languages that names are said in.

use std::fmt;

use crate::domain::claims;
use crate::domain::identifier_alias::{AliasKind, Scheme};
use crate::domain::language_tag::LanguageTag;

macro_rules! columns {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What may be said. The names are OpenID's claims (Core §5.1) where it has one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Column { $($(#[$doc])* $variant,)+ }

        impl Column {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

columns! {
    /// Which country's identifier; the settings' default where it is not said.
    Scheme = "scheme",
    NationalId = "national_id",
    /// A national identifier of the same scheme that was theirs before.
    FormerNationalId = "former_national_id",
    /// The number of a Vietnamese identity card of old.
    VnCmnd = "vn_cmnd",
    /// A Vietnamese tax code of a person, of ten digits.
    VnTax = "vn_tax",
    Name = "name",
    FamilyName = "family_name",
    GivenName = "given_name",
    MiddleName = "middle_name",
    Nickname = "nickname",
    PreferredUsername = "preferred_username",
    Profile = "profile",
    Picture = "picture",
    Website = "website",
    Gender = "gender",
    Birthdate = "birthdate",
    Email = "email",
    EmailVerified = "email_verified",
    PhoneNumber = "phone_number",
    PhoneNumberVerified = "phone_number_verified",
    /// The whole address as it is written on a letter.
    Address = "address",
    StreetAddress = "street_address",
    Locality = "locality",
    Region = "region",
    PostalCode = "postal_code",
    Country = "country",
    Zoneinfo = "zoneinfo",
    Locale = "locale",
    AccountLevel = "account_level",
    Status = "status",
    /// A hash as an older system wrote it; only an import has it.
    PasswordHash = "password_hash",
}

impl Column {
    /// Where a number beside the national identifier stands.
    pub const fn of_alias(kind: AliasKind) -> Self {
        match kind {
            AliasKind::Former(_) => Self::FormerNationalId,
            AliasKind::Other(Scheme::VnCmnd) => Self::VnCmnd,
            AliasKind::Other(Scheme::VnTax) => Self::VnTax,
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name() == name)
    }

    /// Whether it may also be said in other languages.
    const fn is_name(self) -> bool {
        matches!(self, Self::Name | Self::FamilyName | Self::GivenName | Self::MiddleName | Self::Nickname)
    }
}

/// A column, and the language that it is said in where that is another than the plain one's: `name#ru` (Core §5.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    pub column: Column,
    pub language: Option<LanguageTag>,
}

impl Field {
    /// Reads its name. Only names are said in several languages.
    pub fn from_name(name: &str) -> Option<Self> {
        let (column, tag) = claims::untagged(name);
        let (column, language) = (Column::from_name(column)?, tag.map(str::parse).transpose().ok()?);
        (language.is_none() || column.is_name()).then_some(Self { column, language })
    }
}

impl From<Column> for Field {
    fn from(column: Column) -> Self {
        Self { column, language: None }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.language {
            None => f.write_str(self.column.name()),
            Some(language) => write!(f, "{}#{language}", self.column.name()),
        }
    }
}
