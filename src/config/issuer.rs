//! `issuer`: the address under which SenID is known.

use toml::Value;

use super::reader::Reader;
use super::value::{Rejected, Setting};
use crate::domain::issuer::{InvalidIssuer, Issuer};

/// The demonstration's address. An operator sets their own; `serve` says so where it still stands.
pub(super) fn default() -> Issuer {
    // The literal is an issuer: `the_default_issuer_is_an_issuer` reads it.
    #[allow(clippy::expect_used)]
    "http://localhost:8080".parse().expect("the default issuer")
}

pub(super) fn read(from: &mut Reader) -> Issuer {
    from.value("issuer", default())
}

impl Setting for Issuer {
    const EXPECTED: &'static str = "an address that begins with https://, such as \"https://id.example.gov\"";

    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn parse(value: &Value) -> Result<Self, Rejected> {
        let text = value.as_str().unwrap_or_default();
        text.parse().map_err(|fault: InvalidIssuer| Rejected(fault.to_string()))
    }

    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}
