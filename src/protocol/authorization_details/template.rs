//! What people read of a detail: one sentence that the operator wrote for its type, with places for what the detail says,
//! and everything else that it says below.
//!
//! ```text
//! Pay {instructedAmount.amount | number} {instructedAmount.currency} to {creditorName}[ on {requestedDate | date}]
//! ```
//!
//! `{path}` names a member, through objects by dots or as a JSON pointer (`{/a/b}`), and through lists into every item.
//! `| date` and `| number` write it as the reader's language does. What stands in `[ ]` is left out where one of its members
//! is absent. `{{ }} [[ ]]` are the characters themselves.
//!
//! Nothing is granted that is not shown: a member that the sentence does not name, or only shows the beginning of, is listed
//! below it; and where a member that it needs is absent, all are listed in its place.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::{Presence, Schema};
use crate::domain::unseen::{is_unseen, unmasked};

const LONGEST: usize = 300;
/// Characters of one value inside the sentence; longer ones are cut there, and whole below it.
const LONGEST_INSIDE: usize = 60;
/// Items of one list inside the sentence.
const MOST_INSIDE: usize = 5;

/// A sentence with places, in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Place),
    /// What is left out where a member is absent.
    Optional(Vec<Part>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    path: Vec<String>,
    style: Style,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    Date,
    Number,
}

/// A detail as it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Empty where there is none: then everything is in `rest`.
    pub sentence: Vec<Piece>,
    /// What the sentence does not say, in the order of the members.
    pub rest: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The operator's words.
    Text(String),
    /// What the request says.
    Values {
        shown: Vec<Scalar>,
        /// How many there are beside those.
        more: usize,
        style: Style,
    },
}

/// A member by its path, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub name: String,
    /// Several, where it is a list of texts or numbers.
    pub values: Vec<Scalar>,
}

/// A value without parts. Its text is ready to be read: nothing in it hides or turns anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scalar {
    Text(String),
    Flag(bool),
    /// `null`, an empty list or an empty object.
    Nothing,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !(1..=LONGEST).contains(&text.trim().chars().count()) {
            return Err(format!("expected 1 to {LONGEST} characters"));
        }
        if text.chars().any(|character| character.is_control() || is_unseen(character)) {
            return Err(
                "has line breaks, or characters that are not seen or that turn the direction of writing".to_owned()
            );
        }
        let mut parts = Vec::new();
        // Outside brackets, then inside them.
        let mut optional: Option<Vec<Part>> = None;
        let mut rest = text.chars().peekable();
        while let Some(character) = rest.next() {
            let doubled = matches!(character, '{' | '}' | '[' | ']') && rest.peek() == Some(&character);
            let is_inside = optional.is_some();
            let inside = optional.as_mut().unwrap_or(&mut parts);
            match character {
                own if doubled => {
                    rest.next();
                    push(inside, own);
                }
                '{' => {
                    let mut place = String::new();
                    loop {
                        match rest.next() {
                            Some('}') => break,
                            Some(other) => place.push(other),
                            None => return Err("has a { without its }; {{ is the character".to_owned()),
                        }
                    }
                    inside.push(Part::Place(Place::parse(&place)?));
                }
                '[' if !is_inside => optional = Some(Vec::new()),
                ']' => match optional.take() {
                    Some(inner) if inner.iter().any(|part| matches!(part, Part::Place(_))) => {
                        parts.push(Part::Optional(inner));
                    }
                    Some(_) => {
                        return Err("has brackets without a {member} in them; [[ and ]] are the characters".to_owned());
                    }
                    None => return Err("has a ] without its [; ]] is the character".to_owned()),
                },
                '}' => return Err("has a } without its {; }} is the character".to_owned()),
                '[' => return Err("has brackets within brackets".to_owned()),
                other => push(inside, other),
            }
        }
        match optional {
            None => Ok(Self(parts)),
            Some(_) => Err("has a [ without its ]; [[ is the character".to_owned()),
        }
    }

    /// Everything that it names and no detail of the type need have.
    pub fn faults(&self, schema: &Schema) -> Vec<String> {
        let outside = self.0.iter().filter_map(Part::place).map(|place| (place, Presence::Sometimes));
        let inside = self.0.iter().filter_map(|part| if let Part::Optional(inner) = part { Some(inner) } else { None });
        let inside = inside.flatten().filter_map(Part::place).map(|place| (place, Presence::Always));
        let fault = |(place, unwanted): (&Place, Presence)| match schema.presence(&place.path) {
            Err(why) => Some(why),
            Ok(Presence::Sometimes) if unwanted == Presence::Sometimes => Some(format!(
                "{0} may be absent: put what names it into brackets, as in [ … {{{0}}}]",
                place.path.join(".")
            )),
            Ok(_) => None,
        };
        outside.chain(inside).filter_map(fault).collect()
    }

    /// The detail as people read it.
    pub fn tell(&self, detail: &Value) -> Told {
        let mut said = BTreeSet::new();
        match self.sentence(detail, &mut said) {
            Some(sentence) => Told { sentence, rest: rows(detail, &said) },
            None => listed(detail),
        }
    }

    fn sentence(&self, detail: &Value, said: &mut BTreeSet<String>) -> Option<Vec<Piece>> {
        let mut pieces = Vec::new();
        for part in &self.0 {
            match part {
                Part::Optional(inner) => {
                    let mut named = BTreeSet::new();
                    let told: Option<Vec<Piece>> = inner.iter().map(|part| part.tell(detail, &mut named)).collect();
                    if let Some(told) = told {
                        pieces.extend(told);
                        said.append(&mut named);
                    }
                }
                part => pieces.push(part.tell(detail, said)?),
            }
        }
        Some(pieces)
    }
}

/// A detail of whose type nobody wrote a sentence that can be used: all its members.
pub fn listed(detail: &Value) -> Told {
    Told { sentence: Vec::new(), rest: rows(detail, &BTreeSet::new()) }
}

fn push(parts: &mut Vec<Part>, character: char) {
    match parts.last_mut() {
        Some(Part::Text(text)) => text.push(character),
        _ => parts.push(Part::Text(character.to_string())),
    }
}

impl Part {
    const fn place(&self) -> Option<&Place> {
        match self {
            Self::Place(place) => Some(place),
            Self::Text(_) | Self::Optional(_) => None,
        }
    }

    /// `None` where what it names is absent. `said` are the members that need not be said again.
    fn tell(&self, detail: &Value, said: &mut BTreeSet<String>) -> Option<Piece> {
        let place = match self {
            Self::Text(text) => return Some(Piece::Text(text.clone())),
            Self::Place(place) => place,
            Self::Optional(_) => return None,
        };
        let mut found = Vec::new();
        find(detail, &place.path, String::new(), &mut found)?;
        if found.is_empty() {
            return None;
        }
        let more = found.len().saturating_sub(MOST_INSIDE);
        let mut shown = Vec::new();
        for (pointer, value) in found.iter().take(MOST_INSIDE) {
            let (scalar, whole) = inside(value)?;
            shown.push(scalar);
            if whole {
                said.insert(pointer.clone());
            }
        }
        Some(Piece::Values { shown, more, style: place.style })
    }
}

impl Place {
    fn parse(text: &str) -> Result<Self, String> {
        let (path, style) = match text.split_once('|') {
            None => (text, Style::Plain),
            Some((path, style)) => match style.trim() {
                "date" => (path, Style::Date),
                "number" => (path, Style::Number),
                other => return Err(format!("{other:?} is no way to write a value: expected date or number")),
            },
        };
        let path: Vec<String> = match path.trim().strip_prefix('/') {
            Some(pointer) => pointer.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect(),
            None => path.trim().split('.').map(str::to_owned).collect(),
        };
        match path.iter().any(|name| name.is_empty() || name.contains(['{', '[', ']'])) {
            true => Err(format!("{{{text}}} names no member: expected one such as {{creditor.name}}")),
            false => Ok(Self { path, style }),
        }
    }
}

/// Everything that `path` leads to, with its pointer. `None` where an object on the way has no such member, or an object
/// stands at its end.
fn find<'v>(value: &'v Value, path: &[String], pointer: String, found: &mut Vec<(String, &'v Value)>) -> Option<()> {
    match (value, path) {
        (Value::Array(items), _) => {
            for (number, item) in items.iter().enumerate() {
                find(item, path, format!("{pointer}/{number}"), found)?;
            }
        }
        (Value::Object(members), [name, rest @ ..]) => {
            find(members.get(name)?, rest, format!("{pointer}/{}", escaped(name)), found)?;
        }
        (Value::Object(_), []) | (_, [_, ..]) => return None,
        (scalar, []) => found.push((pointer, scalar)),
    }
    Some(())
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A value inside the sentence, and whether all of it is there.
fn inside(value: &Value) -> Option<(Scalar, bool)> {
    let whole = scalar(value)?;
    match &whole {
        Scalar::Text(text) if text.chars().count() > LONGEST_INSIDE => {
            let cut: String = text.chars().take(LONGEST_INSIDE).chain(['…']).collect();
            Some((Scalar::Text(cut), false))
        }
        _ => Some((whole, true)),
    }
}

/// `None` for a value with parts.
fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::String(text) if text.is_empty() => Some(Scalar::Nothing),
        Value::String(text) => Some(Scalar::Text(unmasked(text))),
        Value::Number(number) => Some(Scalar::Text(number.to_string())),
        Value::Bool(flag) => Some(Scalar::Flag(*flag)),
        Value::Null => Some(Scalar::Nothing),
        Value::Array(items) if items.is_empty() => Some(Scalar::Nothing),
        Value::Object(members) if members.is_empty() => Some(Scalar::Nothing),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Every member but those at the pointers `said`, and the type, which stands above.
fn rows(detail: &Value, said: &BTreeSet<String>) -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, value) in detail.as_object().into_iter().flatten().filter(|(name, _)| *name != "type") {
        list(value, unmasked(name), &format!("/{}", escaped(name)), said, &mut rows);
    }
    rows
}

fn list(value: &Value, name: String, pointer: &str, said: &BTreeSet<String>, rows: &mut Vec<Row>) {
    match (scalar(value), value) {
        (Some(scalar), _) => {
            if !said.contains(pointer) {
                rows.push(Row { name, values: vec![scalar] });
            }
        }
        (None, Value::Array(items)) => {
            let scalars: Option<Vec<Scalar>> = items.iter().map(scalar).collect();
            match scalars {
                // The whole list, even where the sentence has some of it: what is left over would look like all.
                Some(values) => {
                    if !(0..items.len()).all(|number| said.contains(&format!("{pointer}/{number}"))) {
                        rows.push(Row { name, values });
                    }
                }
                None => {
                    for (number, item) in items.iter().enumerate() {
                        list(item, format!("{name} {}", number + 1), &format!("{pointer}/{number}"), said, rows);
                    }
                }
            }
        }
        (None, Value::Object(members)) => {
            for (inner, value) in members {
                let pointer = format!("{pointer}/{}", escaped(inner));
                list(value, format!("{name} › {}", unmasked(inner)), &pointer, said, rows);
            }
        }
        (None, _) => {}
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
