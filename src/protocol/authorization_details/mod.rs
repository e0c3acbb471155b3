//! `authorization_details`: RFC 9396. Read from a request, held against the registered types, told to people.
//!
//! | decision | why |
//! |---|---|
//! | a detail is asked about every time, also where the same was allowed before | it is one payment or one record that is allowed, not a kind of them |
//! | of two details of a request none is the other | what is narrowed later is compared member by member (§6) |
//! | a number that not every reader reads alike is refused (RFC 7493 §2.2) | what is shown is what the resource server does |
//! | a detail names only resource servers that know its type and that the client may ask for (`locations`) | nobody is told what was allowed elsewhere |
//! | a type that a client may be granted with its own credentials says so | what is about a person is the person's to allow |

pub mod schema;
pub mod template;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::crypto::json;
use crate::domain::authorization_details::{
    AuthorizationDetail, AuthorizationDetails, DetailsType, DetailsTypeStatus, is_type_name,
};
use crate::domain::client::Client;
use crate::domain::resource::{ResourceId, ResourceRegistry};
use crate::protocol::OAuthError;
use crate::protocol::parameters::Parameters;

use schema::Schema;
use template::{Template, Told, listed};

const PARAMETER: &str = "authorization_details";
const LONGEST: usize = 16 * 1024;
const MOST_DETAILS: usize = 16;
/// Lists and objects inside each other, the detail included.
const DEEPEST: usize = 8;
/// Values of all details together, lists and objects included: as many as a page can show.
const MOST_VALUES: usize = 200;
/// Characters: as many as a page shows whole.
const LONGEST_TEXT: usize = 1_000;
const LONGEST_NAME: usize = 64;
/// The integers that every reader of JSON has (RFC 7493 §2.2).
const LARGEST_INTEGER: f64 = 9_007_199_254_740_991.0;
/// Characters of a description: what a schema or a request says can be long.
const LONGEST_RULE: usize = 200;

/// Who grants what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantedBy {
    Person,
    /// The client asks for itself (client credentials).
    Client,
}

/// A type that is registered, ready to be used.
#[derive(Debug)]
pub struct KnownType {
    pub registered: DetailsType,
    schema: Schema,
    templates: BTreeMap<String, Template>,
}

impl KnownType {
    /// Compiles what was registered.
    ///
    /// # Errors
    /// Everything that is wrong with it: the member, and a sentence.
    pub fn new(registered: DetailsType) -> Result<Self, Vec<(&'static str, String)>> {
        let mut faults = Vec::new();
        if !is_type_name(&registered.name) {
            faults.push(("type", "expected 1 to 128 printable characters of ASCII without quotes".to_owned()));
        }
        let schema = Schema::compile(&registered.name, &registered.schema);
        let mut templates = BTreeMap::new();
        for (language, text) in &registered.template.0 {
            let told = |sentence: String| match language.as_str() {
                "" => sentence,
                language => format!("{language}: {sentence}"),
            };
            match Template::parse(text) {
                Ok(template) => {
                    let named = schema.as_ref().map(|schema| template.faults(schema)).unwrap_or_default();
                    faults.extend(named.into_iter().map(|sentence| ("template", told(sentence))));
                    templates.insert(language.clone(), template);
                }
                Err(sentence) => faults.push(("template", told(sentence))),
            }
        }
        match schema {
            Ok(schema) if faults.is_empty() => Ok(Self { registered, schema, templates }),
            Ok(_) => Err(faults),
            Err(wrong) => {
                faults.extend(wrong.into_iter().map(|sentence| ("schema", sentence)));
                Err(faults)
            }
        }
    }

    /// A detail of this type as people who read `language` are told of it.
    fn tell(&self, detail: &Value, language: &str) -> Told {
        let by_tag = |tag: &str| self.templates.get(tag);
        let template = [language, "", "en"].into_iter().find_map(by_tag).or_else(|| self.templates.values().next());
        template.map_or_else(|| listed(detail), |template| template.tell(detail))
    }
}

/// All types that are registered, by name.
#[derive(Debug, Default)]
pub struct Types(BTreeMap<String, KnownType>);

impl Types {
    pub fn new(types: impl IntoIterator<Item = KnownType>) -> Self {
        Self(types.into_iter().map(|known| (known.registered.name.clone(), known)).collect())
    }

    /// Those that can be asked for.
    pub fn active(&self) -> impl Iterator<Item = &KnownType> {
        self.0.values().filter(|known| known.registered.status == DetailsTypeStatus::Active)
    }

    fn find(&self, kind: &str) -> Option<&KnownType> {
        self.0.get(kind).filter(|known| known.registered.status == DetailsTypeStatus::Active)
    }

    /// What `client` still may have of what it was granted: a type that it or everyone has lost since is gone.
    pub fn still_held(&self, client: &Client, details: AuthorizationDetails) -> AuthorizationDetails {
        let held = |kind: &str| client.authorization_details_types.contains(kind) && self.find(kind).is_some();
        details.limited_to(|detail| held(&detail.kind))
    }

    /// A detail as people who read `language` are told of it: what its type is called, and what it says.
    pub fn tell(&self, detail: &AuthorizationDetail, language: &str) -> (String, Told) {
        // What was read before it was kept is read again.
        let value = serde_json::from_str(&detail.json).unwrap_or_default();
        match self.0.get(&detail.kind) {
            Some(known) => {
                let title = known.registered.title.in_language(language);
                let title = if title.is_empty() { &detail.kind } else { title };
                (title.to_owned(), known.tell(&value, language))
            }
            None => (detail.kind.clone(), listed(&value)),
        }
    }
}

/// What a request is held against.
#[derive(Clone, Copy, Debug)]
pub struct Registered<'a> {
    pub types: &'a Types,
    pub resources: &'a ResourceRegistry,
}

/// What `parameters` ask for with `authorization_details`, where `client` may ask for it. Empty where they have none.
///
/// # Errors
/// `invalid_authorization_details`, with the detail by its number, the member and the rule; `invalid_request` where the
/// parameter is there twice.
pub fn requested(
    parameters: &Parameters,
    client: &Client,
    registered: Registered<'_>,
    granted_by: GrantedBy,
) -> Result<AuthorizationDetails, OAuthError> {
    let Some(text) = parameters.single(PARAMETER)? else { return Ok(AuthorizationDetails::default()) };
    let details = read(text)?;
    for (number, (kind, detail)) in details.iter().enumerate() {
        let known = registered.types.find(kind).ok_or_else(|| refuse(number, format!("there is no type {kind}")))?;
        if !client.authorization_details_types.contains(kind) {
            return Err(refuse(number, format!("this client is not registered for the type {kind}")));
        }
        if granted_by == GrantedBy::Client && !known.registered.without_person {
            return Err(refuse(number, format!("nobody but a person can grant the type {kind}")));
        }
        if let Some(violation) = known.schema.violation(detail) {
            return Err(refuse(number, format!("{} {}", violation.place, violation.rule).trim()));
        }
        check_locations(detail, kind, client, registered.resources).map_err(|rule| refuse(number, rule))?;
    }
    Ok(kept(&details))
}

/// The part of what was granted that a request to the token endpoint asks for (§6). `None` where it does not say.
///
/// # Errors
/// As [`requested`], as far as that can be said without the types: what was granted has been held against them.
pub fn part(form: &Parameters) -> Result<Option<AuthorizationDetails>, OAuthError> {
    let Some(text) = form.single(PARAMETER)? else { return Ok(None) };
    Ok(Some(kept(&read(text)?)))
}

/// What tokens carry: all that was granted, or the part of it that is asked for.
///
/// # Errors
/// `invalid_authorization_details` where something is asked for that was not granted, member by member (§6.1).
pub fn narrow(
    granted: AuthorizationDetails,
    asked: Option<&AuthorizationDetails>,
) -> Result<AuthorizationDetails, OAuthError> {
    let Some(asked) = asked else { return Ok(granted) };
    match asked.iter().position(|detail| !granted.0.contains(detail)) {
        None => Ok(asked.clone()),
        Some(number) => Err(refuse(number, "was not granted: a part of what was granted names details as they were")),
    }
}

fn kept(details: &[(String, Value)]) -> AuthorizationDetails {
    let keep = |(kind, detail): &(String, Value)| AuthorizationDetail { kind: kind.clone(), json: detail.to_string() };
    AuthorizationDetails(details.iter().map(keep).collect())
}

/// The details and their types, without knowing any type.
fn read(text: &str) -> Result<Vec<(String, Value)>, OAuthError> {
    if text.len() > LONGEST {
        return Err(fault("has more than 16384 bytes"));
    }
    let items = json::list(text.as_bytes())
        .ok_or_else(|| fault("must be one JSON array whose objects have no member twice (RFC 9396 section 2)"))?;
    if !(1..=MOST_DETAILS).contains(&items.len()) {
        return Err(fault(format!("must have 1 to {MOST_DETAILS} objects")));
    }
    let mut details: Vec<(String, Value)> = Vec::with_capacity(items.len());
    let mut values_left = MOST_VALUES;
    for (number, item) in items.into_iter().enumerate() {
        let refuse = |rule: String| refuse(number, rule);
        let Value::Object(members) = &item else { return Err(refuse("must be an object".to_owned())) };
        if json::depth(&item) > DEEPEST {
            return Err(refuse(format!("is nested deeper than {DEEPEST}")));
        }
        measure(&item, &mut values_left).map_err(refuse)?;
        let kind = kind(members).map_err(refuse)?;
        if details.iter().any(|(_, other)| *other == item) {
            return Err(refuse("is there twice".to_owned()));
        }
        details.push((kind, item));
    }
    Ok(details)
}

fn kind(members: &Map<String, Value>) -> Result<String, String> {
    match members.get("type") {
        Some(Value::String(kind)) if is_type_name(kind) => Ok(kind.clone()),
        Some(_) => Err("has a type that is the name of none".to_owned()),
        None => Err("has no type (RFC 9396 section 2)".to_owned()),
    }
}

/// Holds a value against what a page can show of it.
fn measure(value: &Value, left: &mut usize) -> Result<(), String> {
    *left = left.checked_sub(1).ok_or_else(|| format!("with those before it has more than {MOST_VALUES} values"))?;
    match value {
        Value::String(text) if text.chars().count() > LONGEST_TEXT => {
            Err(format!("has a text of more than {LONGEST_TEXT} characters"))
        }
        Value::Number(number) => {
            let double = number.as_f64().unwrap_or(f64::INFINITY);
            match double.abs() > LARGEST_INTEGER {
                true => Err("has a number that not every reader reads alike: write it as a text".to_owned()),
                false => Ok(()),
            }
        }
        Value::Array(items) => items.iter().try_for_each(|item| measure(item, left)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| {
            if name.chars().count() > LONGEST_NAME {
                return Err(format!("has a member whose name is longer than {LONGEST_NAME} characters"));
            }
            measure(value, left)
        }),
        Value::String(_) | Value::Bool(_) | Value::Null => Ok(()),
    }
}

/// `locations` (§2.2), whatever the schema says of it.
fn check_locations(detail: &Value, kind: &str, client: &Client, resources: &ResourceRegistry) -> Result<(), String> {
    let no_texts = || "/locations must be an array of texts".to_owned();
    let places = match detail.get("locations") {
        None => return Ok(()),
        Some(Value::Array(places)) => places,
        Some(_) => return Err(no_texts()),
    };
    for place in places {
        let place = place.as_str().ok_or_else(no_texts)?;
        let id = place.parse::<ResourceId>().ok();
        let server = id.as_ref().and_then(|id| resources.active(id));
        if !server.is_some_and(|server| server.authorization_details_types.contains(kind)) {
            return Err(format!("/locations names {place}, which is no resource server that understands this type"));
        }
        if !id.is_some_and(|id| client.resources.contains(&id)) {
            return Err(format!("/locations names {place}, which this client is not registered for"));
        }
    }
    Ok(())
}

fn refuse(number: usize, rule: impl AsRef<str>) -> OAuthError {
    let rule: String = rule.as_ref().replace('"', "'").chars().take(LONGEST_RULE).collect();
    OAuthError::invalid_authorization_details(format!("{PARAMETER}[{number}] {rule}"))
}

fn fault(rule: impl AsRef<str>) -> OAuthError {
    OAuthError::invalid_authorization_details(format!("{PARAMETER} {}", rule.as_ref()))
}

#[cfg(test)]
mod tests;
