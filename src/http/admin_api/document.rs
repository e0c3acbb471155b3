//! The OpenAPI 3.1 document: paths from the table, schemas from the types that are read and written.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::json;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    ComponentsBuilder, Content, Info, OpenApi, OpenApiBuilder, PathsBuilder, Ref, RefOr, Required, Schema, Server,
};

use super::approvals::Asked;
use super::operation::{Answer, Document, Operation, Value, Verb, Version};
use super::problem::{Kind, ProblemDocument};
use super::table::OPERATIONS;
use crate::domain::administration::{Area, Care};
use crate::flows::admin_api::scope_of;
use crate::http::Site;

const DESCRIPTION: &str = "Everything that administrators do, for their programs. Whoever calls it signs in with a passkey and holds a \
    role; access tokens are for this API, bound to a key (DPoP) or a certificate (mutual TLS), and good for the areas of their scopes.";

/// The document of the deployment at this issuer.
pub fn of(issuer: &str) -> serde_json::Value {
    let mut document = serde_json::to_value(build(issuer)).unwrap_or_default();
    // What utoipa has no word for: tokens that are bound to a key are another scheme of `Authorization`.
    document["components"]["securitySchemes"] = json!({
        "dpop": {
            "type": "oauth2",
            "description": "An access token that is bound to a key: `Authorization: DPoP …` with a proof by it in `DPoP` (RFC 9449), \
                or, bound to the certificate of the connection, `Authorization: Bearer …` (RFC 8705).",
            "flows": { "authorizationCode": {
                "authorizationUrl": format!("{issuer}/authorize"),
                "tokenUrl": format!("{issuer}/token"),
                "scopes": Area::ALL.iter().map(|area| (scope_of(*area), json!(format!("The area {area}"))))
                    .collect::<serde_json::Map<_, _>>(),
            } },
        }
    });
    document
}

fn build(issuer: &str) -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut parts: Vec<(String, RefOr<Schema>)> = Vec::new();
    for operation in OPERATIONS {
        let item = utoipa::openapi::PathItem::new(operation.verb.described(), describe(operation, &mut parts));
        paths = paths.path(operation.path, item);
    }
    add(Document::of::<ProblemDocument>(), &mut parts);
    let mut components = ComponentsBuilder::new();
    for (name, schema) in parts {
        components = components.schema(name, schema);
    }
    let tags = Area::ALL.iter().filter(|area| OPERATIONS.iter().any(|one| one.permission.area() == **area));
    let tags = tags.map(|area| TagBuilder::new().name(area.as_str()).build());
    let mut info = Info::new("SenID Admin API", "1");
    info.description = Some(DESCRIPTION.to_owned());
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new(format!("{issuer}{}", super::BASE))]))
        .paths(paths)
        .components(Some(components.build()))
        .tags(Some(tags))
        .build()
}

fn describe(operation: &Operation, parts: &mut Vec<(String, RefOr<Schema>)>) -> utoipa::openapi::path::Operation {
    let permission = operation.permission;
    let care = match permission.care() {
        Care::Ordinary => "",
        Care::Sensitive => " It is sensitive: who they are must have been proven within the last minutes.",
    };
    let mut described = OperationBuilder::new()
        .tag(permission.area().as_str())
        .operation_id(Some(operation.id))
        .summary(Some(operation.says))
        .description(Some(format!(
            "Takes the permission `{permission}`, and a token for `{}`.{care}",
            scope_of(permission.area())
        )))
        .security(utoipa::openapi::SecurityRequirement::new("dpop", [scope_of(permission.area())]));
    for name in operation.path_parameters() {
        let path = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path).required(Required::True);
        described = described.parameter(path.schema(Some(text(1, 512))));
    }
    for parameter in operation.query {
        let query = ParameterBuilder::new().name(parameter.name).parameter_in(ParameterIn::Query);
        let query = query.required(Required::False).description(Some(parameter.says));
        described = described.parameter(query.schema(Some(value(parameter.value))));
    }
    for (name, says, required) in conditions(operation) {
        let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(required);
        described = described.parameter(header.description(Some(says)).schema(Some(text(1, 512))));
    }
    if let Some(body) = operation.body {
        let content = Content::new(Some(add(body, parts)));
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True));
        described = described.request_body(Some(body.build()));
    }
    described = match operation.answer {
        Answer::Ok(document) => described.response("200", done(operation, "It was done.", Some(document), parts)),
        Answer::Created(document) => {
            described.response("201", done(operation, "It is there now.", Some(document), parts))
        }
        Answer::NoContent => described.response("204", done(operation, "It was done.", None, parts)),
    };
    if operation.may_wait {
        described = described.response("202", waiting(parts));
    }
    let mut refusals: Vec<Kind> = refusals(operation);
    refusals.sort_by_key(|kind| kind.status().as_u16());
    refusals.dedup_by_key(|kind| kind.status());
    for kind in refusals {
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        let response = ResponseBuilder::new().description(kind.title()).content("application/problem+json", content);
        described = described.response(kind.status().as_str(), response.build());
    }
    described.build()
}

fn conditions(operation: &Operation) -> Vec<(&'static str, &'static str, Required)> {
    let mut conditions = Vec::new();
    if operation.version == Version::Demanded {
        let says = "The `ETag` of what this changes: what somebody else changed meanwhile is not overwritten. `*` is whatever there is.";
        conditions.push(("If-Match", says, Required::True));
    }
    if operation.verb != Verb::Get {
        let says = "16 to 128 letters, digits, `-` and `_`. Sent again under its key, the request is done once.";
        conditions.push(("Idempotency-Key", says, Required::False));
    }
    conditions
}

/// How the operation may be refused.
pub fn refusals(operation: &Operation) -> Vec<Kind> {
    let mut kinds = vec![
        Kind::Malformed,
        Kind::Unauthenticated,
        Kind::Forbidden,
        Kind::NotFound,
        Kind::TooMany,
        Kind::TooLarge,
        Kind::Failed,
        Kind::Away,
    ];
    if operation.body.is_some() {
        kinds.extend([Kind::WrongType, Kind::Invalid]);
    }
    if operation.verb != Verb::Get {
        kinds.extend([Kind::Conflict, Kind::KeyReused]);
    }
    if operation.version == Version::Demanded {
        kinds.extend([Kind::Changed, Kind::Unconditional]);
    }
    if !operation.query.is_empty() {
        kinds.push(Kind::Invalid);
    }
    kinds
}

fn done(
    operation: &Operation,
    says: &str,
    document: Option<Document>,
    parts: &mut Vec<(String, RefOr<Schema>)>,
) -> utoipa::openapi::Response {
    let mut response = ResponseBuilder::new().description(says);
    if let Some(document) = document {
        response = response.content("application/json", Content::new(Some(add(document, parts))));
    }
    if operation.version != Version::None {
        let etag = HeaderBuilder::new().schema(Some(text(2, 64))).description(Some("The version that this is."));
        response = response.header("ETag", etag.build());
    }
    response.build()
}

/// What was asked of a second person, and where it is.
fn waiting(parts: &mut Vec<(String, RefOr<Schema>)>) -> utoipa::openapi::Response {
    let says = "It waits for a second person, who approves it until it expires; nothing was done yet.";
    let location = HeaderBuilder::new().schema(Some(text(1, 2048))).description(Some("The approval."));
    let content = Content::new(Some(add(Document::of::<Asked>(), parts)));
    let response = ResponseBuilder::new().description(says).content("application/json", content);
    response.header("Location", location.build()).build()
}

/// A reference to the document, whose schema is among the components from here on.
fn add(document: Document, parts: &mut Vec<(String, RefOr<Schema>)>) -> Ref {
    let name = (document.name)().into_owned();
    if !parts.iter().any(|(known, _)| *known == name) {
        parts.push((name.clone(), (document.schema)()));
        (document.parts)(parts);
    }
    Ref::from_schema_name(name)
}

fn text(least: usize, most: usize) -> Schema {
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(least)).max_length(Some(most)).build().into()
}

fn value(value: Value) -> Schema {
    match value {
        Value::Text => text(1, 512),
        Value::Number(most) => {
            let number = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Integer));
            let format = SchemaFormat::KnownFormat(KnownFormat::Int32);
            number.format(Some(format)).minimum(Some(1)).maximum(Some(most as i64)).build().into()
        }
        Value::OneOf(values) => {
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values.iter().copied())).build().into()
        }
    }
}

/// The document, for whoever asks: it says nothing of any deployment but where it is.
pub async fn show(State(site): State<Arc<Site>>) -> Response {
    let text = serde_json::to_vec(&of(site.app.issuer())).unwrap_or_default();
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "public, max-age=300")], text).into_response()
}
