//! A request is a filter and a template at once: it says what a verification must be like, and which of its members are told
//! (Identity Assurance §6.2, §6.3).

use std::collections::BTreeMap;

use jiff::Timestamp as Instant;
use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use crate::domain::time::Timestamp;
use crate::domain::verified_claims::{EVIDENCE, Element};

/// What the schema needs of each object, whether it was asked for or not.
const NEEDED: &[&str] = &["trust_framework", "type", "check_method", "signature_type"];
/// The same, where they belong to a signature.
const NEEDED_OF_SIGNATURES: &[&str] = &["issuer", "serial_number"];

/// What of `whole` is told to whoever asks so; `None` where it is not as was asked for.
pub(super) fn fill(asked: &Element, whole: &Value, now: Timestamp) -> Option<Map<String, Value>> {
    match (part(asked, whole, now)?, asked) {
        (Value::Object(told), Element::Object(_)) => Some(told),
        _ => None,
    }
}

fn part(asked: &Element, value: &Value, now: Timestamp) -> Option<Value> {
    match (asked, value) {
        (Element::Any, value) => Some(value.clone()),
        (Element::One(allowed), Value::String(text)) if allowed.contains(text) => Some(value.clone()),
        (Element::Age(most), Value::String(text)) if is_younger(text, *most, now) => Some(value.clone()),
        (Element::Object(members), Value::Object(whole)) => object(members, whole, now).map(Value::Object),
        (Element::Either(filters), Value::Array(entries)) => {
            // One filter suffices, and the first that holds says what is told.
            let tell = |entry: &Value| filters.iter().find_map(|filter| part(filter, entry, now));
            let told: Vec<Value> = entries.iter().filter_map(tell).collect();
            (!told.is_empty()).then(|| told.into())
        }
        _ => None,
    }
}

fn object(asked: &BTreeMap<String, Element>, whole: &Map<String, Value>, now: Timestamp) -> Option<Map<String, Value>> {
    let mut told = Map::new();
    for (name, element) in asked {
        match whole.get(name) {
            Some(value) => drop(told.insert(name.clone(), part(element, value, now)?)),
            // Not known, and nothing was demanded of it.
            None if !demands(element) => {}
            None => return None,
        }
    }
    let is_signature = whole.contains_key("signature_type");
    let needed = NEEDED.iter().chain(if is_signature { NEEDED_OF_SIGNATURES } else { &[] });
    for name in needed {
        if let (Some(value), false) = (whole.get(*name), told.contains_key(*name)) {
            told.insert((*name).to_owned(), value.clone());
        }
    }
    Some(told)
}

/// Whether more is demanded of the evidence than a type, which every request for evidence has to name.
pub(super) fn asks_about_evidence(asked: &Element) -> bool {
    let Element::Object(members) = asked else { return false };
    let asks = |entry: &Element| match entry {
        Element::Object(members) => members.iter().any(|(name, member)| name != "type" && demands(member)),
        other => demands(other),
    };
    match members.get(EVIDENCE) {
        Some(Element::Either(entries)) => entries.iter().any(asks),
        Some(other) => demands(other),
        None => false,
    }
}

fn demands(element: &Element) -> bool {
    match element {
        Element::Any => false,
        Element::One(_) | Element::Age(_) | Element::Unknown => true,
        Element::Object(members) => members.values().any(demands),
        Element::Either(filters) => filters.iter().all(demands),
    }
}

/// Whether no more than `most` seconds have passed since `text`, a moment or the last second of a day.
fn is_younger(text: &str, most: u64, now: Timestamp) -> bool {
    let Some(at) = last_second(text) else { return false };
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    now.seconds().saturating_sub(at) <= most
}

fn last_second(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<Instant>() {
        return Some(moment.as_second());
    }
    let day: Date = text.parse().ok()?;
    let end = day.to_datetime(time(23, 59, 59, 0)).to_zoned(TimeZone::UTC).ok()?;
    Some(end.timestamp().as_second())
}
