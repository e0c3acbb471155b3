//! The settings in force, as TOML and as JSON, each with where it came from. Secrets are hidden.

use std::fmt::{self, Write};
use std::sync::Arc;

use toml::Value;

use super::fault::Origin;

/// One setting as it may be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub key: String,
    /// `None` where it is not set and has no default.
    pub value: Option<Value>,
    pub origin: Origin,
}

/// Every setting in force, in the order of the sections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effective(pub Vec<Shown>);

/// The settings in force, for whoever asks a running server. What they say follows from the settings themselves, so two
/// deployments do not differ by it.
#[derive(Clone, Default)]
pub struct InForce(pub Arc<Effective>);

/// What they are is said by the settings themselves.
impl fmt::Debug for InForce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InForce")
    }
}

impl PartialEq for InForce {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Effective {
    /// The value shown for `key`.
    pub fn get(&self, key: &str) -> Option<&Shown> {
        self.0.iter().find(|shown| shown.key == key)
    }

    /// The settings as a file of settings would say them; the comment says where each came from.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        let mut table = "";
        for shown in in_groups(&self.0) {
            let (group, name) = shown.key.rsplit_once('.').unwrap_or(("", &shown.key));
            if group != table {
                table = group;
                let _ = write!(text, "\n[{group}]\n");
            }
            let line = match &shown.value {
                Some(value) => format!("{name} = {value}"),
                None => format!("# {name} is not set"),
            };
            let _ = match (&shown.value, &shown.origin) {
                (None, _) => writeln!(text, "{line}"),
                (Some(_), origin) => writeln!(text, "{line:<44} # {origin}"),
            };
        }
        text
    }

    /// The settings by dotted key, each with its value and where it came from.
    pub fn to_json(&self) -> serde_json::Value {
        let settings = self.0.iter().map(|shown| {
            let entry = serde_json::json!({ "value": shown.value, "from": shown.origin.to_string() });
            (shown.key.clone(), entry)
        });
        serde_json::Value::Object(settings.collect())
    }
}

/// The same order with each group's settings together: TOML opens a table once.
fn in_groups(shown: &[Shown]) -> Vec<&Shown> {
    fn group(shown: &Shown) -> &str {
        shown.key.rsplit_once('.').map_or("", |(group, _)| group)
    }
    let mut groups: Vec<&str> = Vec::new();
    for one in shown {
        if !groups.contains(&group(one)) {
            groups.push(group(one));
        }
    }
    groups.into_iter().flat_map(|name| shown.iter().filter(move |one| group(one) == name)).collect()
}
