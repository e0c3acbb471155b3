//! `[organisations]`: how organisations are registered, and how long a mandate that was offered waits to be accepted.

use std::time::Duration;

use toml::Value;

use super::reader::Reader;
use super::value::Setting;
use crate::domain::organisation::Registrars;
use crate::domain::organisation_code::Scheme;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisations {
    /// How many registrars have to confirm a legal representative.
    pub registrars: Registrars,
    pub invitation: Duration,
    /// How codes are built that citizens may give, in the order in which they are offered.
    pub codes: Vec<Scheme>,
}

impl Setting for Scheme {
    const EXPECTED: &'static str = "one of \"vn-mst\", \"vn-agency\", \"ru-ogrn\", \"ru-inn\"";
    fn read(value: &Value) -> Option<Self> {
        value.as_str()?.parse().ok()
    }
    fn show(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Default for Organisations {
    fn default() -> Self {
        Self { registrars: Registrars::Two, invitation: 7 * DAY, codes: vec![Scheme::VnMst, Scheme::VnAgency] }
    }
}

impl Organisations {
    pub(super) fn read(from: &mut Reader) -> Self {
        let default = Self::default();
        let two = from.within("organisations.registrars", 2, 1..=2) == 2;
        Self {
            registrars: if two { Registrars::Two } else { Registrars::One },
            invitation: from.within("organisations.invitation", default.invitation, HOUR..=30 * DAY),
            codes: from.list("organisations.codes", default.codes),
        }
    }
}
