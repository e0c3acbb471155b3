//! Which schemes an installation accepts.

use super::Scheme;

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
