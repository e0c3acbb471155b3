//! Reads the sections' values out of the document, and remembers what was asked for, what was wrong with it and
//! where it came from. What nobody asked for is an unknown setting.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

use toml::Value;
use zeroize::Zeroizing;

use super::document::{Document, Entry};
use super::effective::Shown;
use super::fault::{Fault, Origin, Warning};
use super::nearest::nearest;
use super::value::{Rejected, Setting};
use crate::domain::secret::SecretString;

#[derive(Debug)]
pub(super) struct Reader {
    document: Document,
    known: BTreeSet<String>,
    /// Settings whose last part the operator chooses: a language.
    families: BTreeSet<String>,
    faults: Vec<Fault>,
    warnings: Vec<Warning>,
    shown: Vec<Shown>,
}

/// What the reader has gathered once every section was read.
pub(super) struct Gathered {
    pub faults: Vec<Fault>,
    pub warnings: Vec<Warning>,
    pub shown: Vec<Shown>,
}

impl Reader {
    pub(super) fn new(document: Document) -> Self {
        Self {
            document,
            known: BTreeSet::new(),
            families: BTreeSet::new(),
            faults: Vec::new(),
            warnings: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// The value of `key`, or `default` where it is not set.
    pub(super) fn value<T: Setting>(&mut self, key: &str, default: T) -> T {
        self.checked(key, default, |_| Ok(()))
    }

    /// As [`Self::value`], held within `bounds`.
    pub(super) fn within<T: Setting + PartialOrd>(&mut self, key: &str, default: T, bounds: RangeInclusive<T>) -> T {
        self.checked(key, default, |value| if bounds.contains(value) { Ok(()) } else { Err(bounds_text(&bounds)) })
    }

    /// As [`Self::value`], with a condition that says what it expects where it does not hold.
    pub(super) fn checked<T: Setting>(
        &mut self,
        key: &str,
        default: T,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> T {
        self.set_and_checked(key, check).unwrap_or_else(|| {
            self.show(key, Some(default.show()));
            default
        })
    }

    /// The value of `key`, if it is set. An empty text (as `SENID_X=` leaves one) counts as not set.
    pub(super) fn optional<T: Setting>(&mut self, key: &str) -> Option<T> {
        self.optional_if(key, |_| Ok(()))
    }

    /// As [`Self::optional`], held within `bounds`.
    pub(super) fn optional_within<T: Setting + PartialOrd>(
        &mut self,
        key: &str,
        bounds: RangeInclusive<T>,
    ) -> Option<T> {
        let check = |value: &T| if bounds.contains(value) { Ok(()) } else { Err(bounds_text(&bounds)) };
        self.optional_if(key, check)
    }

    /// As [`Self::optional`], with a condition that says what it expects where it does not hold.
    pub(super) fn optional_if<T: Setting>(
        &mut self,
        key: &str,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> Option<T> {
        let value = self.set_and_checked(key, check);
        if value.is_none() {
            self.show(key, None);
        }
        value
    }

    /// The value of `key` if it is set and right; shown only then.
    pub(super) fn set_and_checked<T: Setting>(
        &mut self,
        key: &str,
        check: impl FnOnce(&T) -> Result<(), String>,
    ) -> Option<T> {
        let entry = self.entry(key)?;
        let parsed = T::parse(&entry.value).and_then(|value| match check(&value) {
            Ok(()) => Ok(value),
            Err(expected) => Err(Rejected(expected)),
        });
        match parsed {
            Ok(value) => {
                self.show(key, Some(value.show()));
                Some(value)
            }
            Err(Rejected(expected)) => {
                self.faults.push(Fault {
                    key: key.to_owned(),
                    origin: entry.origin,
                    found: Some(abridged(&entry.value)),
                    problem: format!("expected {expected}"),
                });
                None
            }
        }
    }

    /// A list: an array in the file, separated by commas in the environment.
    pub(super) fn list<T: Setting>(&mut self, key: &str, default: Vec<T>) -> Vec<T> {
        let Some(entry) = self.entry(key) else {
            self.show(key, Some(Value::Array(default.iter().map(Setting::show).collect())));
            return default;
        };
        let items = match &entry.value {
            Value::Array(items) => items.clone(),
            Value::String(text) => text.split(',').map(|item| Value::String(item.trim().to_owned())).collect(),
            _ => {
                self.refuse(key, format!("expected a list, each {}", T::EXPECTED));
                return default;
            }
        };
        let mut values = Vec::with_capacity(items.len());
        for item in &items {
            match T::parse(item) {
                Ok(value) => values.push(value),
                Err(Rejected(expected)) => self.faults.push(Fault {
                    key: key.to_owned(),
                    origin: entry.origin.clone(),
                    found: Some(abridged(item)),
                    problem: format!("expected {expected}"),
                }),
            }
        }
        self.show(key, Some(Value::Array(values.iter().map(Setting::show).collect())));
        values
    }

    /// A secret, given as `key` or as the file that `key_file` names. Never shown, not even where it is wrong;
    /// `parse` says what is expected, and `show` what of it may be seen.
    pub(super) fn secret<T>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
        show: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        let file_key = format!("{key}_file");
        let direct = self.entry(key);
        let file = self.entry(&file_key);
        let (entry, text) = match (direct, file) {
            (Some(_), Some(file)) => {
                self.fault(&file_key, file.origin, format!("expected either {key} or {file_key}, not both"));
                return None;
            }
            (Some(entry), None) => match &entry.value {
                Value::String(text) => {
                    let text = SecretString::new(text.clone());
                    (entry, text)
                }
                _ => {
                    self.fault(key, entry.origin, "expected a text");
                    return None;
                }
            },
            (None, Some(entry)) => match read_secret_file(&entry.value) {
                Ok(text) => (entry, text),
                Err(problem) => {
                    self.fault(&file_key, entry.origin, problem);
                    return None;
                }
            },
            (None, None) => return None,
        };
        match parse(text.expose()) {
            Ok(value) => {
                self.shown.push(Shown {
                    key: key.to_owned(),
                    value: Some(Value::String(show(&value))),
                    origin: entry.origin,
                });
                Some(value)
            }
            Err(expected) => {
                self.fault(
                    key,
                    entry.origin,
                    format!("expected {expected} (what stands there is not shown: it may be secret)"),
                );
                None
            }
        }
    }

    /// The members of `key` that the operator named: `authority.name.vi`, `authority.name.fr`.
    pub(super) fn members(&mut self, key: &str) -> Vec<String> {
        let prefix = format!("{key}.");
        self.families.insert(prefix.clone());
        self.document.0.keys().filter_map(|key| key.strip_prefix(&prefix)).map(str::to_owned).collect()
    }

    /// Whether `key` was set to something.
    pub(super) fn is_set(&mut self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Whether `key` is a heading with nothing below it.
    pub(super) fn is_empty_group(&self, key: &str) -> bool {
        matches!(self.document.0.get(key), Some(Entry { value: Value::Table(table), .. }) if table.is_empty())
    }

    /// Whether `key` was set in the file of settings.
    pub(super) fn is_set_in_file(&mut self, key: &str) -> bool {
        self.entry(key).is_some_and(|entry| matches!(entry.origin, Origin::File { .. }))
    }

    /// Whether `key` was refused.
    pub(super) fn has_fault_at(&self, key: &str) -> bool {
        self.faults.iter().any(|fault| fault.key == key)
    }

    /// Whether something below `key` was refused.
    pub(super) fn has_fault_below(&self, key: &str) -> bool {
        let group = format!("{key}.");
        self.faults.iter().any(|fault| fault.key.starts_with(&group))
    }

    /// Shows the value of `key` in the effective settings; `None` where it is not set.
    pub(super) fn show(&mut self, key: &str, value: Option<Value>) {
        let origin = self.origin(key);
        self.shown.push(Shown { key: key.to_owned(), value, origin });
    }

    /// A fault in how `key` fits the rest.
    pub(super) fn refuse(&mut self, key: &str, problem: impl Into<String>) {
        let origin = self.origin(key);
        let found = self.document.0.get(key).map(|entry| abridged(&entry.value));
        self.faults.push(Fault { key: key.to_owned(), origin, found, problem: problem.into() });
    }

    /// As [`Self::refuse`], without saying what stands there.
    pub(super) fn refuse_unseen(&mut self, key: &str, problem: impl Into<String>) {
        let origin = self.origin(key);
        self.fault(key, origin, problem.into());
    }

    /// Faults of a file that the settings speak of.
    pub(super) fn adopt(&mut self, faults: Vec<Fault>) {
        self.faults.extend(faults);
    }

    pub(super) fn warn(&mut self, key: &str, sentence: impl Into<String>) {
        self.warnings.push(Warning { key: key.to_owned(), sentence: sentence.into() });
    }

    /// Says what was set that nobody asked for, and hands everything back.
    pub(super) fn finish(mut self) -> Gathered {
        let unknown: Vec<(String, Entry)> = self
            .document
            .0
            .iter()
            .filter(|(key, _)| !self.knows(key))
            .map(|(key, entry)| (key.clone(), entry.clone()))
            .collect();
        for (key, entry) in unknown {
            let problem = self.unknown(&key, &entry);
            self.faults.push(Fault { key, origin: entry.origin, found: None, problem });
        }
        self.faults.sort_by_key(|fault| match &fault.origin {
            Origin::File { line, .. } => (0, *line),
            Origin::Environment { .. } => (1, 0),
            Origin::Default => (2, 0),
        });
        Gathered { faults: self.faults, warnings: self.warnings, shown: self.shown }
    }

    fn knows(&self, key: &str) -> bool {
        let empty_group = || {
            let group = format!("{key}.");
            self.is_empty_group(key) && self.known.iter().chain(&self.families).any(|known| known.starts_with(&group))
        };
        self.known.contains(key) || self.families.iter().any(|family| key.starts_with(family)) || empty_group()
    }

    fn unknown(&self, key: &str, entry: &Entry) -> String {
        let group = format!("{key}.");
        if let Some(member) = self.known.iter().find(|known| known.starts_with(&group)) {
            return format!("expected a group of settings here, such as {member}");
        }
        let Some(near) = nearest(key, self.known.iter().map(String::as_str)) else {
            return "there is no such setting".to_owned();
        };
        match entry.origin {
            Origin::Environment { .. } => {
                format!(
                    "there is no such setting; did you mean SENID_{}?",
                    near.to_ascii_uppercase().replace('.', "__")
                )
            }
            _ => format!("there is no such setting; did you mean {near}?"),
        }
    }

    fn entry(&mut self, key: &str) -> Option<Entry> {
        self.known.insert(key.to_owned());
        let entry = self.document.0.get(key)?;
        (entry.value.as_str() != Some("")).then(|| entry.clone())
    }

    fn origin(&self, key: &str) -> Origin {
        self.document
            .0
            .get(key)
            .filter(|entry| entry.value.as_str() != Some(""))
            .map_or(Origin::Default, |entry| entry.origin.clone())
    }

    fn fault(&mut self, key: &str, origin: Origin, problem: impl Into<String>) {
        self.faults.push(Fault { key: key.to_owned(), origin, found: None, problem: problem.into() });
    }
}

fn read_secret_file(value: &Value) -> Result<SecretString, String> {
    let Some(path) = value.as_str() else { return Err("expected the path of a file".to_owned()) };
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(SecretString::new(Zeroizing::new(text).trim_end_matches(['\r', '\n']))),
        Err(error) => Err(format!("expected a file that can be read: {path}: {error}")),
    }
}

fn bounds_text<T: Setting>(bounds: &RangeInclusive<T>) -> String {
    let plain = |value: &T| match value.show() {
        Value::String(text) => text,
        other => other.to_string(),
    };
    from_to(T::EXPECTED, plain(bounds.start()), plain(bounds.end()))
}

fn from_to(expected: &str, least: impl Display, most: impl Display) -> String {
    format!("{expected}, from {least} to {most}")
}

/// What stood there, on one line and not endless.
fn abridged(value: &Value) -> String {
    const MOST: usize = 80;
    let text = value.to_string().replace(['\n', '\r'], " ");
    if text.chars().count() <= MOST { text } else { text.chars().take(MOST).chain(['…']).collect() }
}
