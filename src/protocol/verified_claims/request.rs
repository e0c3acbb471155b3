//! `verified_claims` in the `claims` parameter: Identity Assurance §6.1 to §6.3. What is not known here is ignored, unless it
//! is a filter, which is never ignored; what is written otherwise than the specification writes it is refused by name.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::domain::claims_request::ClaimRequest;
use crate::domain::verified_claims::{self, Element, VerifiedRequest, is_supported};
use crate::protocol::claims::parameter::{MOST_VALUES, one, shown};

const MOST_ELEMENTS: usize = 8;
const MOST_FILTERS: usize = 8;
const MOST_CLAIMS: usize = 64;

/// A rule that is broken, behind the place where it is.
type Fault = String;

/// What a member may be.
enum Kind {
    /// `null` or an object, which may say `value` or `values`.
    Filter,
    /// The same, and `value` is one of these.
    OneOf(&'static [&'static str]),
    /// The same, with `max_age`.
    Date,
    /// `null` or an object without a filter.
    Plain,
    Object(&'static [(&'static str, Kind)]),
    /// The same, and may be `null`.
    ObjectOrNull(&'static [(&'static str, Kind)]),
    List(&'static [(&'static str, Kind)]),
}

const PLACE: &[(&str, Kind)] = &[("name", Kind::Plain), ("country_code", Kind::Plain)];

const CHECKS: &[(&str, Kind)] =
    &[("check_method", Kind::Filter), ("organization", Kind::Filter), ("check_id", Kind::Filter), ("time", Kind::Date)];

const DOCUMENT: &[(&str, Kind)] = &[
    ("type", Kind::Filter),
    ("document_number", Kind::Plain),
    ("date_of_issuance", Kind::Date),
    ("date_of_expiry", Kind::Date),
    ("issuer", Kind::ObjectOrNull(PLACE)),
];

const RECORD: &[(&str, Kind)] =
    &[("type", Kind::Filter), ("created_at", Kind::Date), ("source", Kind::ObjectOrNull(PLACE))];

const TYPES: &[&str] = &["document", "electronic_record", "vouch", "electronic_signature"];

const EVIDENCE: &[(&str, Kind)] = &[
    ("type", Kind::OneOf(TYPES)),
    ("check_details", Kind::List(CHECKS)),
    ("document_details", Kind::Object(DOCUMENT)),
    ("record", Kind::Object(RECORD)),
    ("signature_type", Kind::Plain),
    ("issuer", Kind::Plain),
    ("serial_number", Kind::Plain),
    ("created_at", Kind::Date),
];

const VERIFICATION: &[(&str, Kind)] = &[
    ("trust_framework", Kind::Filter),
    ("assurance_level", Kind::Filter),
    ("time", Kind::Date),
    ("verification_process", Kind::Plain),
    ("evidence", Kind::List(EVIDENCE)),
];

/// Reads what one member of the `claims` parameter says under `verified_claims`.
///
/// # Errors
/// A sentence that begins with the place of the fault.
pub fn parse(asked: &Value) -> Result<Vec<VerifiedRequest>, Fault> {
    let elements = match asked {
        Value::Object(_) => std::slice::from_ref(asked),
        Value::Array(elements) if elements.is_empty() => return Err(" has no element".to_owned()),
        Value::Array(elements) if elements.len() > MOST_ELEMENTS => return Err(" has more than 8 elements".to_owned()),
        Value::Array(elements) => elements,
        _ => return Err(" must be an object or an array of objects".to_owned()),
    };
    let read = elements.iter().enumerate().filter_map(|(place, one)| {
        let at = if asked.is_array() { format!("[{place}]") } else { String::new() };
        element(one).map_err(|fault| format!("{at}{fault}")).transpose()
    });
    read.collect()
}

/// `None` where nothing is left that anybody here knows.
fn element(asked: &Value) -> Result<Option<VerifiedRequest>, Fault> {
    let Value::Object(members) = asked else { return Err(" must be an object".to_owned()) };
    if let Some(name) = members.keys().find(|name| !["verification", "claims"].contains(&name.as_str())) {
        return Err(format!(" has the member {}, and may have verification and claims alone", shown(name)));
    }
    let verification = match members.get("verification") {
        Some(Value::Object(verification)) if verification.contains_key("trust_framework") => {
            object(verification, VERIFICATION).map_err(|fault| format!(".verification{fault}"))?
        }
        Some(Value::Object(_)) => return Err(".verification has no trust_framework".to_owned()),
        Some(_) => return Err(".verification must be an object".to_owned()),
        None => return Err(" has no verification".to_owned()),
    };
    let claims = match members.get("claims") {
        Some(Value::Object(claims)) if claims.is_empty() => return Err(".claims asks for nothing".to_owned()),
        Some(Value::Object(claims)) if claims.len() > MOST_CLAIMS => {
            return Err(".claims asks for more than 64 claims".to_owned());
        }
        Some(Value::Object(claims)) => read_claims(claims)?,
        Some(_) => return Err(".claims must be an object".to_owned()),
        None => return Err(" has no claims".to_owned()),
    };
    Ok((!claims.is_empty()).then_some(VerifiedRequest { verification, claims }))
}

fn read_claims(claims: &Map<String, Value>) -> Result<BTreeMap<String, ClaimRequest>, Fault> {
    let mut read = BTreeMap::new();
    for (claim, how) in claims {
        let at = || format!(".claims.{}", shown(claim));
        let request = one(how).map_err(|rule| format!("{} {rule}", at()))?;
        purpose(how).map_err(|rule| format!("{}{rule}", at()))?;
        if claim != verified_claims::EVIDENCE && is_supported(claim) {
            read.insert(claim.clone(), request);
        }
    }
    Ok(read)
}

/// Members in the order of the specification's own: what is not among `known` is left out, or never met.
fn object(members: &Map<String, Value>, known: &'static [(&'static str, Kind)]) -> Result<Element, Fault> {
    let mut read = BTreeMap::new();
    for (name, how) in members {
        let element = match known.iter().find(|(own, _)| own == name) {
            Some((_, kind)) => member(how, kind).map_err(|fault| format!(".{name}{fault}"))?,
            None if filters(how) => Element::Unknown,
            None => continue,
        };
        read.insert(name.clone(), element);
    }
    Ok(Element::Object(read))
}

fn member(how: &Value, kind: &'static Kind) -> Result<Element, Fault> {
    match kind {
        Kind::Object(known) => match how {
            Value::Object(members) => object(members, known),
            _ => Err(" must be an object".to_owned()),
        },
        Kind::ObjectOrNull(known) => match how {
            Value::Null => Ok(Element::Any),
            Value::Object(members) if members.is_empty() => Ok(Element::Any),
            Value::Object(members) => object(members, known),
            _ => Err(" must be null or an object".to_owned()),
        },
        Kind::List(known) => list(how, known),
        Kind::Filter | Kind::OneOf(_) | Kind::Date | Kind::Plain => leaf(how, kind),
    }
}

fn list(how: &Value, known: &'static [(&'static str, Kind)]) -> Result<Element, Fault> {
    let Value::Array(entries) = how else { return Err(" must be an array".to_owned()) };
    if entries.is_empty() || entries.len() > MOST_FILTERS {
        return Err(" must have 1 to 8 entries".to_owned());
    }
    // What an entry must name: the schema of requests says so.
    let needed = known.first().map_or("", |(name, _)| name);
    let read = entries.iter().enumerate().map(|(place, entry)| {
        let fault = |rule: String| format!("[{place}]{rule}");
        match entry {
            Value::Object(members) if members.contains_key(needed) => object(members, known).map_err(fault),
            Value::Object(_) => Err(fault(format!(" has no {needed}"))),
            _ => Err(fault(" must be an object".to_owned())),
        }
    });
    Ok(Element::Either(read.collect::<Result<_, _>>()?))
}

fn leaf(how: &Value, kind: &'static Kind) -> Result<Element, Fault> {
    let members = match how {
        Value::Null => return not_null(kind),
        Value::Object(members) => members,
        _ => return Err(" must be null or an object".to_owned()),
    };
    purpose(how)?;
    if members.get("essential").is_some_and(|essential| !essential.is_boolean()) {
        return Err(" has an essential that is neither true nor false".to_owned());
    }
    let values = match (members.get("value"), members.get("values")) {
        (None, None) => Vec::new(),
        (Some(_), Some(_)) => return Err(" has both value and values".to_owned()),
        (Some(value), None) => vec![text(value)?],
        (None, Some(Value::Array(values))) if (1..=MOST_VALUES).contains(&values.len()) => {
            values.iter().map(text).collect::<Result<_, _>>()?
        }
        (None, Some(_)) => return Err(" must have an array of 1 to 16 values".to_owned()),
    };
    let age = match members.get("max_age") {
        None => None,
        Some(age) => Some(age.as_u64().ok_or_else(|| " has a max_age that is no number of seconds".to_owned())?),
    };
    match (kind, values.is_empty(), age) {
        (Kind::OneOf(_), true, _) => Err(" has no value".to_owned()),
        (Kind::OneOf(_), false, _) if members.contains_key("values") => {
            Err(" takes value alone, not values".to_owned())
        }
        (Kind::OneOf(all), false, _) if !values.iter().all(|value| all.contains(&value.as_str())) => {
            Err(format!(" is none of {}", all.join(", ")))
        }
        (Kind::Filter | Kind::OneOf(_), false, None) => Ok(Element::One(values)),
        (Kind::Date, true, Some(age)) => Ok(Element::Age(age)),
        (_, true, None) => Ok(Element::Any),
        (_, false, _) => Err(" takes no value".to_owned()),
        (_, true, Some(_)) => Err(" is no time and takes no max_age".to_owned()),
    }
}

fn not_null(kind: &Kind) -> Result<Element, Fault> {
    match kind {
        Kind::OneOf(_) => Err(" has no value".to_owned()),
        _ => Ok(Element::Any),
    }
}

fn text(value: &Value) -> Result<String, Fault> {
    value.as_str().map(str::to_owned).ok_or_else(|| " has a value that is no text".to_owned())
}

/// `purpose` is 3 to 300 characters long. It is not shown to people: what they read is what the authority approved.
fn purpose(how: &Value) -> Result<(), Fault> {
    match how.get("purpose") {
        None => Ok(()),
        Some(Value::String(text)) if (3..=300).contains(&text.chars().count()) => Ok(()),
        Some(_) => Err(" has a purpose that is not 3 to 300 characters long".to_owned()),
    }
}

/// Whether anything inside demands something.
fn filters(how: &Value) -> bool {
    match how {
        Value::Object(members) => {
            let demands = |name: &str| members.contains_key(name);
            demands("value") || demands("values") || demands("max_age") || members.values().any(filters)
        }
        Value::Array(entries) => entries.iter().any(filters),
        _ => false,
    }
}
