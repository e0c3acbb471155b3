//! A table of schemes, a line each: the enumeration, its stable names, and the rules behind each.

/// Makes `Scheme` of a table: a line's variant, its stable name, its rules.
macro_rules! table {
    ($(#[$outer:meta])* dyn $trait:ident; $($(#[$doc:meta])* $variant:ident = $name:literal => $rules:expr;)+) => {
        $(#[$outer])*
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

            const fn rules(self) -> &'static dyn $trait {
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
