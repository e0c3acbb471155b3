//! The OpenAPI document as pages show it: whatever a program reads there, people read here.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::document;
use super::kind::{Kind, type_uri};
use super::operation::{Operation, Verb};
use super::table::OPERATIONS;
use crate::domain::administration::{Area, Care};
use crate::flows::admin_api::scope_of;
use crate::web::api::{Answer, Described, Group, Member, Problem, Reference, Shape};

/// Where the document keeps what its references lead to.
const COMPONENTS: &str = "#/components/schemas/";
/// Deeper than any sample has use for.
const DEPTH: usize = 6;

/// The page's content at this issuer. It says nothing of the deployment but where it is.
pub fn of(issuer: &str) -> Reference {
    let document = document::of(issuer);
    let groups = Area::ALL.iter().filter_map(|area| {
        let operations = OPERATIONS.iter().filter(|operation| operation.permission.area() == *area);
        let operations: Vec<Described> = operations.map(|operation| describe(issuer, &document, operation)).collect();
        let shapes = shapes_of(&document, &operations);
        let described = Group { area: area.as_str(), scope: scope_of(*area), operations, shapes };
        (!described.operations.is_empty()).then(|| Arc::new(described))
    });
    let groups = groups.collect();
    let problem = |kind: &Kind| Problem {
        slug: kind.slug(),
        uri: type_uri(issuer, *kind),
        status: kind.status().as_u16(),
        title: kind.title(),
        means: kind.means(),
        remedy: kind.remedy(),
    };
    Reference {
        issuer: issuer.to_owned(),
        base: format!("{issuer}{}", super::BASE),
        groups,
        problems: Kind::ALL.iter().map(problem).collect(),
    }
}

/// Whatever operations are sent and answer, and what that is made of.
fn shapes_of(document: &Value, operations: &[Described]) -> Vec<Shape> {
    let mut found: BTreeMap<String, Shape> = BTreeMap::new();
    let mut wanted: Vec<String> = Vec::new();
    for operation in operations {
        wanted.extend(operation.body.iter().map(|body| body.name.clone()));
        wanted.extend(operation.parameters.iter().filter_map(|parameter| parameter.shape.clone()));
        wanted.extend(operation.answers.iter().filter_map(|answer| answer.shape.clone()));
    }
    while let Some(name) = wanted.pop() {
        let Some(schema) = components(document).and_then(|all| all.get(&name)) else { continue };
        if !found.contains_key(&name) {
            let shape = shape(&name, schema);
            wanted.extend(shape.members.iter().filter_map(|member| member.shape.clone()));
            found.insert(name, shape);
        }
    }
    found.into_values().collect()
}

fn components(document: &Value) -> Option<&Map<String, Value>> {
    document["components"]["schemas"].as_object()
}

fn describe(issuer: &str, document: &Value, operation: &Operation) -> Described {
    let described = found(document, operation);
    let parameters = described["parameters"].as_array().into_iter().flatten().map(|parameter| Member {
        name: text(&parameter["name"]),
        place: match parameter["in"].as_str() {
            Some("path") => "path",
            Some("header") => "header",
            _ => "query",
        },
        needed: parameter["required"] == true,
        kind: kind(&parameter["schema"]),
        shape: linked(&parameter["schema"]),
        says: text(&parameter["description"]),
    });
    let body = &described["requestBody"]["content"]["application/json"]["schema"];
    let body_shape = named(body).and_then(|name| Some(shape(name, components(document)?.get(name)?)));
    let answers = described["responses"].as_object().into_iter().flatten().map(|(status, answer)| {
        let content = answer["content"].as_object().and_then(|content| content.iter().next());
        Answer {
            status: status.clone(),
            says: text(&answer["description"]),
            media: content.map(|(media, _)| media.clone()),
            shape: content.and_then(|(_, content)| linked(&content["schema"])),
            headers: answer["headers"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect(),
        }
    });
    Described {
        id: operation.id,
        method: operation.verb.method().to_string(),
        path: operation.path,
        says: operation.says,
        permission: operation.permission.as_str(),
        scope: scope_of(operation.permission.area()),
        is_sensitive: operation.permission.care() == Care::Sensitive,
        may_wait: operation.may_wait,
        parameters: parameters.collect(),
        body: body_shape,
        answers: answers.collect(),
        curl: curl(issuer, document, operation),
    }
}

/// The operation in the document.
fn found<'d>(document: &'d Value, operation: &Operation) -> &'d Value {
    &document["paths"][operation.path][operation.verb.method().as_str().to_ascii_lowercase()]
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A schema of the components with its members, those that are demanded first.
fn shape(name: &str, schema: &Value) -> Shape {
    let required = |name: &str| schema["required"].as_array().into_iter().flatten().any(|one| one == name);
    let mut members: Vec<Member> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| Member {
            name: name.clone(),
            place: "body",
            needed: required(name),
            kind: kind(schema),
            shape: linked(schema),
            says: text(&schema["description"]),
        })
        .collect();
    members.sort_by_key(|member| !member.needed);
    let kind = if members.is_empty() { kind(schema) } else { String::new() };
    Shape { name: name.to_owned(), says: text(&schema["description"]), kind, members }
}

/// The name of the schema that this refers to.
fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix(COMPONENTS)
}

/// The name of the schema that is in it: itself, an item, or one of several.
fn linked(schema: &Value) -> Option<String> {
    if let Some(name) = named(schema) {
        return Some(name.to_owned());
    }
    let several = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|name| schema[name].as_array()).flatten();
    let inside = ["items", "additionalProperties"].into_iter().filter_map(|name| schema.get(name));
    several.chain(inside).find_map(linked)
}

/// What a value may be, with its limits.
fn kind(schema: &Value) -> String {
    if let Some(name) = named(schema) {
        return name.to_owned();
    }
    for (several, word) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        if let Some(schemas) = schema[several].as_array() {
            return schemas.iter().map(kind).collect::<Vec<_>>().join(word);
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        return format!("one of {}", values.iter().map(Value::to_string).collect::<Vec<_>>().join(", "));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let kinds = types.into_iter().map(|one| match one {
        "array" => format!("list of {}{}", kind(&schema["items"]), span(schema, ["minItems", "maxItems"], "")),
        "object" if schema["additionalProperties"].is_object() => {
            format!("object of {} by name", kind(&schema["additionalProperties"]))
        }
        "string" => {
            let format = schema["format"].as_str().map(|format| format!(" ({format})")).unwrap_or_default();
            format!("string{format}{}", span(schema, ["minLength", "maxLength"], " characters"))
        }
        "integer" | "number" => format!("{one}{}", span(schema, ["minimum", "maximum"], "")),
        other => other.to_owned(),
    });
    let kinds: Vec<String> = kinds.collect();
    if kinds.is_empty() { "any value".to_owned() } else { kinds.join(" or ") }
}

/// Its limits, as the end of a sentence.
fn span(schema: &Value, [least, most]: [&str; 2], of: &str) -> String {
    match (schema.get(least), schema.get(most)) {
        (Some(least), Some(most)) => format!(", {least} to {most}{of}"),
        (Some(least), None) => format!(", {least}{of} at least"),
        (None, Some(most)) => format!(", {most}{of} at most"),
        (None, None) => String::new(),
    }
}

/// A body with the members that are demanded.
pub fn sample_body(document: &Value, operation: &Operation) -> Option<Value> {
    let schema = &found(document, operation)["requestBody"]["content"]["application/json"]["schema"];
    schema.is_object().then(|| sample(components(document), schema, DEPTH))
}

fn sample(components: Option<&Map<String, Value>>, schema: &Value, depth: usize) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    let inside = |schema: &Value| sample(components, schema, depth - 1);
    if let Some(name) = named(schema) {
        return components.and_then(|all| all.get(name)).map(inside).unwrap_or_default();
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if let Some(first) = schema[several].as_array().into_iter().flatten().find(|one| one["type"] != "null") {
            return inside(first);
        }
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    let has = |kind: &str| match &schema["type"] {
        Value::Array(several) => several.iter().any(|one| one == kind),
        one => one == kind,
    };
    if has("object") {
        let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        required.map(|name| (name.to_owned(), inside(&schema["properties"][name]))).collect::<Map<_, _>>().into()
    } else if has("array") {
        let least = usize::try_from(schema["minItems"].as_u64().unwrap_or_default()).unwrap_or_default();
        std::iter::repeat_with(|| inside(&schema["items"])).take(least.min(1)).collect()
    } else if has("integer") || has("number") {
        schema["minimum"].as_u64().unwrap_or(1).into()
    } else if has("boolean") {
        false.into()
    } else if schema["format"] == "date-time" {
        "2026-01-31T00:00:00Z".into()
    } else {
        "…".into()
    }
}

/// How the operation is called at a shell, with the parts of its path, a token and its proof in variables.
fn curl(issuer: &str, document: &Value, operation: &Operation) -> String {
    let mut path = operation.path.to_owned();
    for name in operation.path_parameters() {
        path = path.replace(&format!("{{{name}}}"), &format!("${}", name.to_ascii_uppercase()));
    }
    let mut lines = vec![format!("curl --request {} \"{issuer}{}{path}\"", operation.verb.method(), super::BASE)];
    lines.push("--header \"Authorization: DPoP $ACCESS_TOKEN\"".to_owned());
    lines.push("--header \"DPoP: $DPOP_PROOF\"".to_owned());
    if operation.version == super::operation::Version::Demanded {
        lines.push("--header \"If-Match: $ETAG\"".to_owned());
    }
    if operation.verb != Verb::Get {
        lines.push("--header \"Idempotency-Key: $KEY\"".to_owned());
    }
    if let Some(body) = sample_body(document, operation) {
        lines.push("--header \"Content-Type: application/json\"".to_owned());
        lines.push(format!("--data '{body}'"));
    }
    lines.join(" \\\n  ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_operation_of_the_table_is_described_with_all_that_it_takes() {
        let reference = of("https://id.example");
        let described: Vec<(&Described, &Group)> =
            reference.groups.iter().flat_map(|group| group.operations.iter().map(move |one| (one, &**group))).collect();
        assert_eq!(described.len(), OPERATIONS.len());
        for operation in OPERATIONS {
            let (one, group) = described.iter().find(|(one, _)| one.id == operation.id).unwrap();
            assert_eq!(one.body.is_some(), operation.body.is_some(), "{}", one.id);
            let parameters = operation.path_parameters().count() + operation.query.len();
            assert!(one.parameters.len() >= parameters && one.answers.len() > 4, "{}", one.id);
            assert!(!one.curl.contains('{') || one.curl.contains("--data '{"), "{}", one.curl);
            let members = group.shapes.iter().flat_map(|shape| &shape.members).chain(&one.parameters);
            let body = one.body.iter().map(|body| &body.name);
            let led_to = one.answers.iter().filter_map(|answer| answer.shape.as_ref()).chain(body);
            for shape in led_to.chain(members.filter_map(|member| member.shape.as_ref())) {
                assert!(group.shapes.iter().any(|one| one.name == *shape), "{shape} leads nowhere");
            }
        }
    }

    #[test]
    fn limits_are_written_out() {
        assert_eq!(kind(&json!({"type": "string", "minLength": 3, "maxLength": 500})), "string, 3 to 500 characters");
        assert_eq!(kind(&json!({"type": ["integer", "null"], "minimum": 1})), "integer, 1 at least or null");
        assert_eq!(kind(&json!({"type": "array", "items": {"$ref": "#/components/schemas/Key"}})), "list of Key");
        assert_eq!(kind(&json!({"type": "string", "enum": ["a", "b"]})), "one of \"a\", \"b\"");
        assert_eq!(linked(&json!({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Key"}]})).unwrap(), "Key");
    }

    #[test]
    fn what_a_sample_has_is_what_is_demanded() {
        let schema = json!({"type": "object", "required": ["when"], "properties": {
            "when": {"type": "string", "enum": ["now", "later"]}, "other": {"type": "string"}}});
        assert_eq!(sample(None, &schema, DEPTH), json!({"when": "now"}));
    }
}
