//! `issuer`: the address under which SenID is known.

use toml::Value;

use super::reader::Reader;
use super::value::{Rejected, Setting};
use crate::domain::issuer::{InvalidIssuer, Issuer};

/// The demonstration's address. An operator sets their own; `serve` warns of an issuer that only its machine can reach.
pub(super) fn default() -> Issuer {
    #[expect(clippy::expect_used, reason = "a literal, which every test that takes the default settings reads")]
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
