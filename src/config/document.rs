//! The settings as they were written: the file's tables and the environment, flattened to dotted keys.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Value;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Origin};

/// Every `SENID_…` variable is a setting, except those that choose the file.
const PREFIX: &str = "SENID_";
const NOT_SETTINGS: [&str; 1] = ["SENID_CONFIG"];
/// The one secret that has a short name beside its own.
const SHORT_NAMES: [(&str, &str); 2] =
    [("SENID_MASTER_KEY", "keys.master_key"), ("SENID_MASTER_KEY_FILE", "keys.master_key_file")];

/// A value as it was written, and where.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub value: Value,
    pub origin: Origin,
}

/// The file's and the environment's values by dotted key; the environment has been laid over the file.
#[derive(Debug, Default)]
pub(super) struct Document(pub BTreeMap<String, Entry>);

impl Document {
    /// # Errors
    /// Every error of TOML's grammar. The rest of a file that does not parse is guesswork and is not judged.
    pub(super) fn read(
        file: Option<(&Path, &str)>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Vec<Fault>> {
        let mut document = Self::default();
        if let Some((path, text)) = file {
            document.read_file(path, text)?;
        }
        document.lay_over(environment);
        Ok(document)
    }

    fn read_file(&mut self, path: &Path, text: &str) -> Result<(), Vec<Fault>> {
        let lines = Lines { path: Arc::new(path.to_owned()), text };
        let (table, errors) = DeTable::parse_recoverable(text);
        if errors.is_empty() {
            self.flatten("", table.get_ref(), &lines);
            return Ok(());
        }
        Err(errors
            .iter()
            .map(|error| Fault {
                key: String::new(),
                origin: lines.origin(error.span().map_or(0, |span| span.start)),
                found: None,
                problem: format!("this is not TOML: {}", error.message()),
            })
            .collect())
    }

    fn flatten(&mut self, prefix: &str, table: &DeTable<'_>, lines: &Lines<'_>) {
        for (name, value) in table {
            let key =
                if prefix.is_empty() { name.get_ref().to_string() } else { format!("{prefix}.{}", name.get_ref()) };
            match value.get_ref() {
                DeValue::Table(inner) if !inner.is_empty() => self.flatten(&key, inner, lines),
                plain => {
                    let origin = lines.origin(name.span().start);
                    self.0.insert(key, Entry { value: plain_value(plain), origin });
                }
            }
        }
    }

    fn lay_over(&mut self, environment: impl Iterator<Item = (String, String)>) {
        let mut over = BTreeMap::new();
        for (variable, text) in environment {
            let Some(name) = variable.strip_prefix(PREFIX) else { continue };
            if NOT_SETTINGS.contains(&variable.as_str()) || is_service_link(name) {
                continue;
            }
            let key = SHORT_NAMES
                .iter()
                .find(|(short, _)| *short == variable)
                .map_or_else(|| name.to_ascii_lowercase().replace("__", "."), |(_, key)| (*key).to_owned());
            let empty = text.is_empty();
            let entry = Entry { value: Value::String(text), origin: Origin::Environment { variable } };
            if empty {
                // `SENID_X=` sets nothing. It is kept where nothing else stands, so that a mistyped name is still found.
                self.0.entry(key).or_insert(entry);
            } else {
                over.insert(key, entry);
            }
        }
        // A secret may be given itself or as the name of a file. Whichever way the environment gives
        // it, it takes the place of both ways in the settings file.
        for key in over.keys() {
            let sibling = key.strip_suffix("_file").map_or_else(|| format!("{key}_file"), str::to_owned);
            self.0.remove(&sibling);
            // `[authority.name]` of the file does not shine through a name that the environment sets.
            let group = format!("{key}.");
            self.0.retain(|other, _| !other.starts_with(&group));
        }
        self.0.extend(over);
    }
}

/// Kubernetes gives every pod variables that describe the services beside it. Where such a service is called
/// `senid` or `senid-…`, they begin like ours and are not ours.
fn is_service_link(name: &str) -> bool {
    if name.contains("__") {
        return false;
    }
    let framed = format!("_{name}_");
    let ports = framed.match_indices("_PORT_").any(|(at, found)| {
        let rest = &framed[at + found.len()..];
        rest.is_empty() || rest.starts_with(|character: char| character.is_ascii_digit())
    });
    ports || framed.contains("_SERVICE_HOST_") || framed.contains("_SERVICE_PORT_")
}

fn plain_value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.as_str().to_owned()), Value::Integer),
        DeValue::Float(number) => Value::String(number.as_str().to_owned()),
        DeValue::Boolean(truth) => Value::Boolean(*truth),
        DeValue::Datetime(instant) => Value::Datetime(*instant),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| plain_value(item.get_ref())).collect()),
        DeValue::Table(table) => Value::Table(
            table.iter().map(|(name, value)| (name.get_ref().to_string(), plain_value(value.get_ref()))).collect(),
        ),
    }
}

/// The file's text, to find the line of a byte.
struct Lines<'a> {
    path: Arc<PathBuf>,
    text: &'a str,
}

impl Lines<'_> {
    fn origin(&self, byte: usize) -> Origin {
        let before = &self.text.as_bytes()[..byte.min(self.text.len())];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Origin::File { path: Arc::clone(&self.path), line }
    }
}
