//! Reads members of a JSON object into types, and says of each that is of another type what it should be.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use serde_json::{Map, Value};

use super::fault::Faults;
use super::quoted;
use crate::domain::client::Localised;

/// The longest of any text; a URI that is longer is no address that anyone types or prints.
const LONGEST: usize = 2000;
/// The most items of any list.
const MOST_ITEMS: usize = 50;
/// A year: a sign-in that is older than any session.
const LONGEST_AGE: u64 = 31_536_000;

pub(super) struct Members<'m> {
    members: &'m Map<String, Value>,
    pub faults: Faults,
}

impl<'m> Members<'m> {
    pub(super) fn new(members: &'m Map<String, Value>) -> Self {
        Self { members, faults: Faults::default() }
    }

    /// A member that is null is one that is left out (RFC 7592 §2.2).
    pub(super) fn value(&self, name: &str) -> Option<&'m Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        let value = self.value(name)?;
        self.as_text(name, value)
    }

    pub(super) fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        let value = self.value(name)?;
        let Some(items) = value.as_array().filter(|items| items.len() <= MOST_ITEMS) else {
            self.faults.add(name, format!("expected a list of at most {MOST_ITEMS} strings"));
            return None;
        };
        items.iter().map(|item| self.as_text(name, item)).collect()
    }

    pub(super) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let value = self.value(name)?;
        let flag = value.as_bool();
        if flag.is_none() {
            self.faults.add(name, "expected true or false");
        }
        flag
    }

    pub(super) fn seconds(&mut self, name: &'static str) -> Option<Duration> {
        let value = self.value(name)?;
        let seconds = value.as_u64().filter(|seconds| *seconds <= LONGEST_AGE);
        if seconds.is_none() {
            self.faults.add(name, format!("expected a whole number of seconds, at most {LONGEST_AGE}"));
        }
        seconds.map(Duration::from_secs)
    }

    /// A text that is one of few words.
    pub(super) fn word<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Option<T> {
        let text = self.text(name)?;
        self.parsed(name, &text)
    }

    /// A set of such words.
    pub(super) fn words<T: FromStr<Err: Display> + Ord>(&mut self, name: &'static str) -> Option<BTreeSet<T>> {
        let texts = self.texts(name)?;
        let words: Vec<Option<T>> = texts.iter().map(|text| self.parsed(name, text)).collect();
        words.into_iter().collect()
    }

    /// A text and its translations: `client_name`, `client_name#vi` (RFC 7591 §2.2).
    pub(super) fn localised(&mut self, name: &'static str) -> Localised {
        let mut texts = Localised::default();
        let members = self.members;
        for (member, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let tag = match member.strip_prefix(name) {
                Some("") => String::new(),
                Some(rest) if rest.starts_with('#') => rest[1..].to_ascii_lowercase(),
                _ => continue,
            };
            let is_language = (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_lowercase());
            if member != name && !is_language {
                self.faults.add(short(member), "expected a language of two or three letters after the #, such as vi");
            } else if let Some(text) = self.as_text(short(member), value)
                && texts.0.insert(tag, text).is_some()
            {
                self.faults.add(short(member), "is there twice");
            }
        }
        texts
    }

    /// Says of translations of a member that has none that it has none.
    pub(super) fn in_one_language(&mut self, names: &[&'static str]) {
        let members = self.members;
        for member in members.iter().filter(|(_, value)| !value.is_null()).map(|(member, _)| member) {
            if names.iter().any(|name| member.strip_prefix(name).is_some_and(|rest| rest.starts_with('#'))) {
                self.faults.add(short(member), "only client_name may be told in several languages");
            }
        }
    }

    fn parsed<T: FromStr<Err: Display>>(&mut self, name: &'static str, text: &str) -> Option<T> {
        text.parse().map_err(|expected| self.faults.add(name, format!("found {}, {expected}", quoted(text)))).ok()
    }

    fn as_text(&mut self, name: impl Into<Cow<'static, str>>, value: &Value) -> Option<String> {
        let fits = |text: &&str| (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control);
        let text = value.as_str().filter(fits);
        if text.is_none() {
            self.faults.add(name, format!("expected a string of 1 to {LONGEST} bytes on one line"));
        }
        text.map(str::to_owned)
    }
}

/// A member's name, which is as long as its sender likes.
fn short(member: &str) -> String {
    member.chars().take(60).collect()
}
