//! The table of schemes, and which of them an installation accepts.

use super::Scheme;

/// Makes [`Scheme`] of a table with a line a country: its variant, its stable name, its rules.
macro_rules! table {
    ($($(#[$doc:meta])* $variant:ident = $name:literal => $rules:expr;)+) => {
        /// A country's scheme of numbering its people.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Scheme {
            $($(#[$doc])* $variant,)+
        }

        impl Scheme {
            /// Every scheme there is. The first is the default of a new installation.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// The stable name, as it is stored and configured.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            const fn rules(self) -> &'static dyn NationalIdScheme {
                match self {
                    $(Self::$variant => &$rules,)+
                }
            }
        }

        impl std::fmt::Display for Scheme {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for Scheme {
            type Err = UnknownScheme;
            fn from_str(text: &str) -> Result<Self, UnknownScheme> {
                Self::ALL.into_iter().find(|scheme| scheme.as_str() == text).ok_or(UnknownScheme)
            }
        }
    };
}
pub(super) use table;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known scheme of national identifiers")]
pub struct UnknownScheme;

/// The schemes that an installation accepts. The default is among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schemes {
    enabled: Vec<Scheme>,
    default: Scheme,
}

impl Schemes {
    /// `None` where `default` is not enabled.
    pub fn new(enabled: Vec<Scheme>, default: Scheme) -> Option<Self> {
        enabled.contains(&default).then_some(Self { enabled, default })
    }

    /// In the order in which they are offered.
    pub fn enabled(&self) -> &[Scheme] {
        &self.enabled
    }

    /// What a bare number means.
    pub const fn default_scheme(&self) -> Scheme {
        self.default
    }
}

impl Default for Schemes {
    fn default() -> Self {
        Self { enabled: vec![Scheme::ALL[0]], default: Scheme::ALL[0] }
    }
}
