//! What a detail of a type must be: JSON Schema 2020-12, in the part of it that a person can be shown the whole of.
//!
//! | rule | why |
//! |---|---|
//! | nothing is fetched: a reference leads to another place of the same schema | what a request is held against does not depend on who answers an address today |
//! | references do not lead in circles, and what they unfold to is bounded | checking a request costs what it says, not what the schema makes of it |
//! | expressions are those of an engine that takes linear time: no look-around, no back reference | no value that a stranger sends makes one run for long |
//! | every object that can be there is closed (`additionalProperties: false`) | RFC 9396 §5: a detail with unknown members is refused |
//! | every member says of what type it is | what is shown for it is known |

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value};

use crate::crypto::json;

const LARGEST: usize = 64 * 1024;
const DEEPEST: usize = 32;
/// Values of the schema once every reference has been followed.
const MOST_UNFOLDED: usize = 4_096;
/// Of a compiled expression, in bytes.
const LARGEST_EXPRESSION: usize = 1024 * 1024;
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Keywords that give names to places, by which references could lead elsewhere than they say.
const OF_ADDRESSES: &[&str] = &["$id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef", "$vocabulary"];

/// Keywords that let in members and items of which no template could say anything.
const UNNAMED: &[&str] = &["patternProperties", "prefixItems"];

/// The schema of one type, compiled.
#[derive(Debug)]
pub struct Schema {
    document: Value,
    validator: Validator,
}

/// Where a detail is not what its schema says, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// A JSON pointer into the detail; empty for the detail itself.
    pub place: String,
    /// The rule. It holds no value of the detail.
    pub rule: String,
}

/// Whether a member is in every detail that the schema accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Always,
    Sometimes,
}

impl Schema {
    /// Compiles the schema of the type `kind`.
    ///
    /// # Errors
    /// Everything that is wrong with it, one sentence each.
    pub fn compile(kind: &str, text: &str) -> Result<Self, Vec<String>> {
        if text.len() > LARGEST {
            return Err(vec!["has more than 64 KiB".to_owned()]);
        }
        let Some(members) = json::object(text.as_bytes()) else {
            return Err(vec!["is not one JSON object that has no member twice".to_owned()]);
        };
        let document = Value::Object(members);
        if json::depth(&document) > DEEPEST {
            return Err(vec![format!("is nested deeper than {DEEPEST}")]);
        }
        let mut faults = Vec::new();
        addresses(&document, &document, &mut faults);
        if faults.is_empty() && unfolded(&document, &document, MOST_UNFOLDED).is_none() {
            faults.push(format!(
                "has references that lead in a circle, or unfold to more than {MOST_UNFOLDED} values: write out what is meant"
            ));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        names_its_type(kind, &document, &mut faults);
        closed(&document, &document, "", Beside::default(), &mut faults);
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .offline()
            .with_pattern_options(PatternOptions::regex().size_limit(LARGEST_EXPRESSION))
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .build(&document);
        match validator {
            Ok(validator) if faults.is_empty() => Ok(Self { document, validator }),
            Ok(_) => Err(faults),
            Err(error) => {
                faults.push(format!("{error} (at {})", place(error.instance_path().as_str())));
                Err(faults)
            }
        }
    }

    /// The first rule that `detail` breaks.
    pub fn violation(&self, detail: &Value) -> Option<Violation> {
        let error = self.validator.validate(detail).err()?;
        Some(Violation { place: error.instance_path().as_str().to_owned(), rule: error.masked().to_string() })
    }

    /// Whether a detail can have something at `path`, going into every item of a list on the way.
    ///
    /// # Errors
    /// A sentence that says why there is nothing to show.
    pub fn presence(&self, path: &[String]) -> Result<Presence, String> {
        let mut at = vec![&self.document];
        let mut presence = Presence::Always;
        for (depth, name) in path.iter().enumerate() {
            let (inside, maybe_empty) = self.items(&at);
            let inside = self.alternatives(inside);
            let found: Vec<&Value> = inside.iter().filter_map(|schema| schema.get("properties")?.get(name)).collect();
            if found.is_empty() {
                return Err(format!("the schema has no member {}", path[..=depth].join(".")));
            }
            let required = inside.iter().any(|schema| {
                schema
                    .get("required")
                    .and_then(Value::as_array)
                    .is_some_and(|names| names.iter().any(|own| own == name))
            });
            // Of several alternatives one may be without it.
            let certain = required && !maybe_empty && inside.iter().all(|schema| !branches(schema));
            presence = if certain { presence } else { Presence::Sometimes };
            at = found;
        }
        let (ends, maybe_empty) = self.items(&at);
        let ends = self.alternatives(ends);
        if ends.iter().any(|schema| may_be(schema, "object")) {
            return Err(format!("{} is an object: name its members", path.join(".")));
        }
        Ok(if maybe_empty { Presence::Sometimes } else { presence })
    }

    /// What stands in lists, in the place of the lists; and whether one of them may be empty.
    fn items<'s>(&'s self, schemas: &[&'s Value]) -> (Vec<&'s Value>, bool) {
        let mut inside = Vec::new();
        let mut maybe_empty = false;
        for schema in self.alternatives(schemas.to_vec()) {
            match schema.get("items") {
                Some(items) => {
                    maybe_empty |= schema.get("minItems").and_then(Value::as_u64).unwrap_or(0) == 0;
                    let (nested, nested_empty) = self.items(&[items]);
                    maybe_empty |= nested_empty;
                    inside.extend(nested);
                }
                None => inside.push(schema),
            }
        }
        (inside, maybe_empty)
    }

    /// The schemas, and all that stand beside or behind them in references and combinations.
    fn alternatives<'s>(&'s self, schemas: Vec<&'s Value>) -> Vec<&'s Value> {
        let mut all = schemas;
        let mut next = 0;
        while let Some(schema) = all.get(next).copied() {
            next += 1;
            all.extend(referred(&self.document, schema));
            let combined = ["allOf", "anyOf", "oneOf"].iter().filter_map(|word| schema.get(word)?.as_array());
            all.extend(combined.flatten());
        }
        all
    }
}

fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "its root" } else { pointer }
}

fn branches(schema: &Value) -> bool {
    ["anyOf", "oneOf"].iter().any(|word| schema.get(word).is_some())
}

fn may_be(schema: &Value, kind: &str) -> bool {
    let named = match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    };
    named || kind == "object" && schema.get("properties").is_some()
}

/// What `$ref` of this schema leads to.
fn referred<'s>(document: &'s Value, schema: &'s Value) -> Option<&'s Value> {
    let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    document.pointer(pointer)
}

/// References lead to a place of this document, and nothing gives a place another address.
fn addresses(document: &Value, value: &Value, faults: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                match (name.as_str(), inner.as_str()) {
                    ("$ref", Some(target)) if !target.starts_with("#/") => faults.push(format!(
                        "$ref {target:?} leads out of the schema, and nothing is fetched: expected one such as #/$defs/amount"
                    )),
                    ("$ref", Some(target)) if document.pointer(&target[1..]).is_none() => {
                        faults.push(format!("$ref {target:?} leads nowhere"));
                    }
                    ("$schema", Some(draft)) if draft.trim_end_matches('#') != DRAFT => {
                        faults.push(format!("$schema must be {DRAFT}"));
                    }
                    (name, Some(_)) if OF_ADDRESSES.contains(&name) => faults.push(format!("{name} is not supported")),
                    _ => {}
                }
                addresses(document, inner, faults);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| addresses(document, item, faults)),
        _ => {}
    }
}

/// How many values of `budget` are left once `value` has been gone through, with what it refers to in its place.
fn unfolded(document: &Value, value: &Value, budget: usize) -> Option<usize> {
    let budget = budget.checked_sub(1)?;
    match value {
        Value::Object(members) => {
            let budget = match referred(document, value) {
                Some(target) => unfolded(document, target, budget)?,
                None => budget,
            };
            // Definitions cost where they are referred to.
            let mut own = members.iter().filter(|(name, _)| *name != "$defs");
            own.try_fold(budget, |budget, (_, inner)| unfolded(document, inner, budget))
        }
        Value::Array(items) => items.iter().try_fold(budget, |budget, item| unfolded(document, item, budget)),
        _ => Some(budget),
    }
}

fn names_its_type(kind: &str, document: &Value, faults: &mut Vec<String>) {
    if document.get("type").is_none_or(|own| own != "object") {
        faults.push("must say that a detail is an object: \"type\": \"object\"".to_owned());
    }
    let own = document.get("properties").and_then(|properties| properties.get("type")?.get("const"));
    if own.is_none_or(|own| own != kind) {
        faults.push(format!("must have the member type, as {{\"const\": {kind:?}}}"));
    }
}

/// What is said of a value beside the schema that is looked at.
#[derive(Clone, Copy, Default)]
struct Beside {
    type_is_said: bool,
    is_closed: bool,
}

/// Every object that a detail can hold is closed, and every member says what it is: whichever of several schemas holds of it.
fn closed(document: &Value, schema: &Value, at: &str, beside: Beside, faults: &mut Vec<String>) {
    if let Some(target) = referred(document, schema) {
        return closed(document, target, at, beside, faults);
    }
    let Value::Object(members) = schema else {
        if *schema == Value::Bool(true) && !beside.type_is_said {
            faults.push(format!("{} may be anything: say what it is", place(at)));
        }
        return;
    };
    for word in UNNAMED.iter().filter(|word| members.contains_key(**word)) {
        faults.push(format!("{}: {word} is not supported: what has no name is shown to nobody", place(at)));
    }
    let one_of_all = |is: fn(&Map<String, Value>) -> bool| {
        let mut all = members.get("allOf").and_then(Value::as_array).into_iter().flatten();
        all.any(|one| referred(document, one).unwrap_or(one).as_object().is_some_and(is))
    };
    let here = Beside {
        type_is_said: beside.type_is_said || says_its_type(members) || one_of_all(says_its_type),
        is_closed: beside.is_closed || is_closed(members) || one_of_all(is_closed),
    };
    // Of alternatives each says it by itself.
    if !here.type_is_said && !branches(schema) {
        faults.push(format!("{} does not say of what type it is", place(at)));
    }
    if may_be(schema, "object") && !here.is_closed {
        faults.push(format!(
            "{}: additionalProperties must be false: a detail with unknown members is refused (RFC 9396 section 5)",
            place(at)
        ));
    }
    for (name, inner) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
        closed(document, inner, &format!("{at}/{name}"), Beside::default(), faults);
    }
    match members.get("items") {
        Some(items) => closed(document, items, &format!("{at}/items"), Beside::default(), faults),
        None if may_be(schema, "array") => faults.push(format!("{} does not say what its items are", place(at))),
        None => {}
    }
    for word in ["allOf", "anyOf", "oneOf"] {
        for (number, inner) in members.get(word).and_then(Value::as_array).into_iter().flatten().enumerate() {
            closed(document, inner, &format!("{at}/{word}/{number}"), here, faults);
        }
    }
    for word in ["if", "then", "else"] {
        if let Some(inner) = members.get(word) {
            closed(document, inner, &format!("{at}/{word}"), here, faults);
        }
    }
    for (name, inner) in members.get("dependentSchemas").and_then(Value::as_object).into_iter().flatten() {
        closed(document, inner, &format!("{at}/dependentSchemas/{name}"), here, faults);
    }
}

fn says_its_type(members: &Map<String, Value>) -> bool {
    ["type", "const", "enum", "properties"].iter().any(|word| members.contains_key(*word))
}

fn is_closed(members: &Map<String, Value>) -> bool {
    ["additionalProperties", "unevaluatedProperties"].iter().any(|word| members.get(*word) == Some(&Value::Bool(false)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn faults(schema: &Value) -> String {
        Schema::compile("pay", &schema.to_string()).map(|_| ()).unwrap_err().join("\n")
    }

    fn with(member: &Value) -> Value {
        json!({
            "type": "object",
            "properties": {"type": {"const": "pay"}, "x": member},
            "required": ["type", "x"],
            "additionalProperties": false,
        })
    }

    fn compiled(member: &Value) -> Schema {
        Schema::compile("pay", &with(member).to_string()).unwrap()
    }

    #[test]
    fn a_schema_that_a_person_could_not_be_shown_is_refused_with_every_reason() {
        let told =
            faults(&json!({"properties": {"type": {"const": "read"}, "a": {}, "b": true, "c": {"type": "array"}}}));
        for reason in [
            "must say that a detail is an object",
            "must have the member type, as {\"const\": \"pay\"}",
            "its root: additionalProperties must be false",
            "/a does not say of what type it is",
            "/b may be anything",
            "/c does not say what its items are",
        ] {
            assert!(told.contains(reason), "{reason}: {told}");
        }
        let open = json!({"type": "object", "properties": {"y": {"type": "string"}}});
        assert!(faults(&with(&open)).contains("/x: additionalProperties must be false"));
        assert!(faults(&with(&json!({"type": "array", "items": open}))).contains("/x/items: additionalProperties"));
    }

    #[test]
    fn no_alternative_lets_in_what_nobody_is_shown() {
        let text = json!({"type": "string"});
        let open = json!({"type": "object", "properties": {"y": text}});
        let shut = json!({"type": "object", "properties": {"y": text}, "additionalProperties": false});
        for (member, reason) in [
            (json!({"anyOf": [shut, open]}), "/x/anyOf/1: additionalProperties must be false"),
            (json!({"oneOf": [text, {}]}), "/x/oneOf/1 does not say of what type it is"),
            (json!({"anyOf": [text, true]}), "/x/anyOf/1 may be anything"),
            (json!({"allOf": [{"minLength": 1}]}), "/x does not say of what type it is"),
            (json!({"allOf": [open]}), "/x/allOf/0: additionalProperties must be false"),
            (json!({"oneOf": [{"$ref": "#/$defs/open"}]}), "/x/oneOf/0: additionalProperties must be false"),
            (
                json!({"type": "object", "unevaluatedProperties": false, "then": {"properties": {"y": open}}}),
                "/x/then/y: additionalProperties must be false",
            ),
            (
                json!({"type": "object", "additionalProperties": false, "patternProperties": {".": text}}),
                "/x: patternProperties is not supported",
            ),
            (json!({"type": "array", "items": text, "prefixItems": [true]}), "/x: prefixItems is not supported"),
        ] {
            let mut schema = with(&member);
            schema["$defs"] = json!({"open": open});
            assert!(faults(&schema).contains(reason), "{member}: {}", faults(&schema));
        }
        for member in [
            json!({"anyOf": [shut, text]}),
            json!({"allOf": [shut, {"minProperties": 1}]}),
            json!({"type": "object", "properties": {"y": text}, "additionalProperties": false, "oneOf": [{"required": ["y"]}]}),
            json!({"type": "object", "unevaluatedProperties": false, "oneOf": [{"properties": {"y": text}}]}),
            json!({"type": "string", "anyOf": [{"minLength": 1}, true]}),
        ] {
            compiled(&member);
        }
    }

    #[test]
    fn no_reference_leads_out() {
        for target in
            ["https://evil.example/schema.json", "http://127.0.0.1/x", "file:///etc/passwd", "other.json", "#x"]
        {
            assert!(faults(&with(&json!({"$ref": target}))).contains("leads out of the schema"), "{target}");
        }
        assert!(faults(&with(&json!({"$ref": "#/$defs/absent"}))).contains("leads nowhere"));
        for word in ["$id", "$dynamicRef", "$anchor"] {
            assert!(faults(&with(&json!({"type": "string", word: "https://evil.example/"}))).contains("not supported"));
        }
        assert!(
            faults(&with(&json!({"type": "string", "$schema": "https://evil.example/draft"}))).contains("$schema must")
        );
    }

    #[test]
    fn references_neither_turn_in_circles_nor_multiply() {
        assert!(faults(&with(&json!({"$ref": "#/properties/x"}))).contains("circle"));
        let mut bomb = with(&json!({"$ref": "#/$defs/d0"}));
        for level in 0..24 {
            let next = format!("#/$defs/d{}", level + 1);
            bomb["$defs"][format!("d{level}")] = json!({"allOf": [{"$ref": next}, {"$ref": next}]});
        }
        bomb["$defs"]["d24"] = json!({"type": "string"});
        assert!(faults(&bomb).contains("unfold to more than"));
        let mut shared = with(&json!({"$ref": "#/$defs/amount"}));
        shared["$defs"] = json!({"amount": {"type": "string"}});
        assert!(Schema::compile("pay", &shared.to_string()).is_ok());
    }

    #[test]
    fn an_expression_that_does_not_run_in_linear_time_is_refused() {
        for pattern in ["(?=a)b", "(a)\\1", "(?<!a)b"] {
            assert!(!faults(&with(&json!({"type": "string", "pattern": pattern}))).is_empty(), "{pattern}");
        }
        let large = json!({"type": "string", "pattern": "(((a{100}){100}){100}){100}"});
        assert!(!faults(&with(&large)).is_empty());
    }

    #[test]
    fn what_blows_a_backtracking_engine_up_is_answered_at_once() {
        let schema = compiled(&json!({"type": "string", "pattern": "^(a+)+$"}));
        let evil = format!("{}!", "a".repeat(20_000));
        assert_eq!(schema.violation(&json!({"type": "pay", "x": evil})).unwrap().place, "/x");
    }

    #[test]
    fn an_unknown_format_is_refused_and_a_known_one_holds() {
        assert!(!faults(&with(&json!({"type": "string", "format": "colour"}))).is_empty());
        let schema = compiled(&json!({"type": "string", "format": "date"}));
        assert_eq!(schema.violation(&json!({"type": "pay", "x": "2026-11-22"})), None);
        assert_eq!(schema.violation(&json!({"type": "pay", "x": "tomorrow"})).unwrap().place, "/x");
    }

    #[test]
    fn a_violation_names_the_place_and_the_rule_and_no_value() {
        let schema = compiled(&json!({"type": "string", "maxLength": 3}));
        let violation = schema.violation(&json!({"type": "pay", "x": "VN-secret"})).unwrap();
        assert_eq!((violation.place.as_str(), violation.rule.as_str()), ("/x", "value is longer than 3 characters"));
    }

    #[test]
    fn a_member_is_there_always_or_sometimes_or_not_at_all() {
        let text = json!({"type": "string"});
        let object = |required: &[&str]| json!({"type": "object", "properties": {"a": text, "b": text}, "required": required, "additionalProperties": false});
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        let presence = |member: &Value, at: &str| compiled(member).presence(&path(at));
        assert_eq!(presence(&object(&["a"]), "x.a"), Ok(Presence::Always));
        assert_eq!(presence(&object(&["a"]), "x.b"), Ok(Presence::Sometimes));
        assert!(presence(&object(&["a"]), "x.c").is_err());
        assert!(presence(&object(&["a"]), "x").unwrap_err().contains("is an object"));
        let list = |least: u64| json!({"type": "array", "minItems": least, "items": object(&["a"])});
        assert_eq!(presence(&list(1), "x.a"), Ok(Presence::Always));
        assert_eq!(presence(&list(0), "x.a"), Ok(Presence::Sometimes));
        assert_eq!(presence(&json!({"oneOf": [object(&["a"]), object(&["b"])]}), "x.a"), Ok(Presence::Sometimes));
    }
}
