//! `[assurance]`: the `acr` values and what each of them demands (`domain::assurance`, docs/levels.md).

use toml::{Table, Value};

use super::reader::Reader;
use super::value::Setting;
use crate::domain::assurance::{AccountLevel, AcrTable, AuthenticationLevel, Requirement};

pub(super) fn read(from: &mut Reader) -> AcrTable {
    let default = AcrTable::default();
    let shipped = default.iter().map(|(value, requirement)| Entry { value: value.to_owned(), requirement }).collect();
    let entries = from.list("assurance.acr_values", shipped);
    match AcrTable::new(entries.into_iter().map(|entry| (entry.value, entry.requirement)).collect()) {
        Some(table) => table,
        None => {
            from.refuse(
                "assurance.acr_values",
                "expected each value once, and one that demands nothing: every sign-in has an acr",
            );
            default
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    value: String,
    requirement: Requirement,
}

impl Setting for Entry {
    const EXPECTED: &'static str = "a table such as { value = \"urn:example:gold\", authentication_level = 2, account_level = 1, \
                                    phishing_resistant = true, hardware_bound = false }";

    fn read(value: &Value) -> Option<Self> {
        let table = value.as_table()?;
        let mut entry = Self { value: table.get("value")?.as_str()?.to_owned(), requirement: Requirement::NONE };
        // RFC 6749's list of values is separated by spaces.
        let sound = !entry.value.is_empty() && entry.value.chars().all(|c| c.is_ascii_graphic());
        let requirement = &mut entry.requirement;
        for (name, value) in table {
            match name.as_str() {
                "value" => {}
                "account_level" => requirement.account_level = level::<AccountLevel>(value)?,
                "authentication_level" => requirement.authentication_level = level::<AuthenticationLevel>(value)?,
                "phishing_resistant" => requirement.phishing_resistant = value.as_bool()?,
                "hardware_bound" => requirement.hardware_bound = value.as_bool()?,
                _ => return None,
            }
        }
        sound.then_some(entry)
    }

    fn show(&self) -> Value {
        let Requirement { account_level, authentication_level, phishing_resistant, hardware_bound, .. } =
            self.requirement;
        let mut table = Table::new();
        table.insert("value".to_owned(), Value::String(self.value.clone()));
        table.insert("account_level".to_owned(), Value::Integer(i16::from(account_level).into()));
        table.insert("authentication_level".to_owned(), Value::Integer(i16::from(authentication_level).into()));
        table.insert("phishing_resistant".to_owned(), Value::Boolean(phishing_resistant));
        table.insert("hardware_bound".to_owned(), Value::Boolean(hardware_bound));
        Value::Table(table)
    }
}

fn level<L: TryFrom<i16>>(value: &Value) -> Option<L> {
    L::try_from(i16::try_from(value.as_integer()?).ok()?).ok()
}
