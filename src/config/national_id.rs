//! `[national_id]`: the identifiers that citizens sign in with.

use toml::Value;

use super::reader::Reader;
use super::value::Setting;
use crate::domain::national_id::{Scheme, Schemes};

pub(super) fn read(from: &mut Reader) -> Schemes {
    let default = Schemes::default();
    let enabled = from.list("national_id.enabled", default.enabled().to_vec());
    let Some(first) = enabled.first() else {
        from.refuse("national_id.enabled", "expected at least one scheme");
        return default;
    };
    // What a bare number means, where nothing else is said, is the first.
    let chosen = from.checked("national_id.default", *first, |scheme| {
        if enabled.contains(scheme) { Ok(()) } else { Err("one of national_id.enabled".to_owned()) }
    });
    Schemes::new(enabled, chosen).unwrap_or(default)
}

impl Setting for Scheme {
    const EXPECTED: &'static str = "a scheme of national identifiers that SenID knows, such as \"vn\"";

    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }

    fn show(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}
