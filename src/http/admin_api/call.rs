//! What a handler reads of its request, and what it answers. Every fault is told by its place; nothing is guessed at.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::approvals::Asked;
use super::cursor::Cursors;
use super::operation::{Operation, Value};
use super::problem::{Kind, Problem, pointer};
use crate::crypto::json;
use crate::domain::administration::approval::Approval;
use crate::flows::admin::Administrator;
use crate::flows::visitor::Visitor;
use crate::http::Site;
use crate::protocol::parameters::Parameters;

/// As many as a page has where nothing is said.
const USUAL: u32 = 50;
/// More than any document has use for: lists and objects inside each other.
const DEPTH: usize = 12;

/// A request that may be done.
pub struct Call {
    pub site: Arc<Site>,
    pub admin: Administrator,
    pub visitor: Visitor,
    pub operation: &'static Operation,
    pub(super) path: BTreeMap<&'static str, String>,
    pub(super) query: BTreeMap<&'static str, String>,
    /// The members of the body; empty where none is read.
    pub(super) body: serde_json::Map<String, serde_json::Value>,
    /// The version that `If-Match` names.
    pub(super) expected: Option<Expected>,
}

/// What `If-Match` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `*`: whatever there is.
    Any,
    /// One of these.
    OneOf(Vec<String>),
}

impl Call {
    /// A part of the path. What cannot be the name of anything names nothing.
    pub fn path<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        let text = self.path.get(name).map(String::as_str).unwrap_or_default();
        text.parse().map_err(|_| Problem::new(Kind::NotFound, format!("no {name} is written like this")))
    }

    /// A parameter of the query, where it is there.
    pub fn query<T: FromStr<Err: std::fmt::Display>>(&self, name: &'static str) -> Result<Option<T>, Problem> {
        let read = |text: &String| text.parse().map_err(|why: T::Err| Problem::parameter(name, why.to_string()));
        self.query.get(name).map(read).transpose()
    }

    /// How many a page has at most.
    pub fn limit(&self) -> Result<u32, Problem> {
        Ok(self.query("limit")?.unwrap_or(USUAL))
    }

    /// After what the page begins.
    pub fn after<T: FromStr>(&self) -> Result<Option<T>, Problem> {
        let Some(cursor) = self.query.get("cursor") else { return Ok(None) };
        let opened = self.cursors().open(&self.site.app, cursor);
        let wrong = || Problem::parameter("cursor", "this is no cursor of this list, with these filters, for you");
        opened.and_then(|text| text.parse().ok()).map(Some).ok_or_else(wrong)
    }

    /// The cursor that leads on from there.
    pub fn next(&self, after: Option<impl ToString>) -> Result<Option<String>, Problem> {
        let seal = |after: String| self.cursors().seal(&self.site.app, &after).map_err(Problem::from);
        after.map(|after| seal(after.to_string())).transpose()
    }

    fn cursors(&self) -> Cursors {
        let filters = self.path.iter().chain(&self.query).filter(|(name, _)| !["cursor", "limit"].contains(*name));
        Cursors::new(self.operation.id, &self.admin.actor.to_text(), filters)
    }

    /// The body, as `T` has it.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let value = serde_json::Value::Object(self.body.clone());
        serde_path_to_error::deserialize(value).map_err(|error| {
            let names: Vec<String> = error.path().iter().filter_map(name_of).collect();
            Problem::at(pointer(names.iter().map(String::as_str)), sentence(&error.into_inner()))
        })
    }
}

fn name_of(segment: &serde_path_to_error::Segment) -> Option<String> {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

/// What serde says, without where it says it of a text.
fn sentence(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// The parameters of a query, each known and given once.
pub fn read_query(operation: &Operation, query: &Parameters) -> Result<BTreeMap<&'static str, String>, Problem> {
    let known: Vec<&str> = operation.query.iter().map(|parameter| parameter.name).collect();
    if let Some(other) = query.other_than(&known) {
        return Err(Problem::parameter(other, "there is no such parameter here"));
    }
    let mut read = BTreeMap::new();
    for parameter in operation.query {
        let name = parameter.name;
        let value = query.single(name).map_err(|error| Problem::parameter(name, error.description.into_owned()))?;
        // An endpoint of OAuth takes what is empty as absent (RFC 6749 section 3.1); here it is a fault.
        if let Some(value) = value.or_else(|| (query.count(name) > 0).then_some("")) {
            check(parameter.value, value).map_err(|told| Problem::parameter(name, told))?;
            read.insert(name, value.to_owned());
        }
    }
    Ok(read)
}

fn check(expected: Value, value: &str) -> Result<(), String> {
    match expected {
        Value::Text if (1..=512).contains(&value.chars().count()) && !value.chars().any(char::is_control) => Ok(()),
        Value::Text => Err("expected 1 to 512 characters, none of them a control".to_owned()),
        Value::Number(most) => match value.parse::<u32>() {
            // As a number is written: no sign, no zero before it.
            Ok(number) if (1..=most).contains(&number) && number.to_string() == value => Ok(()),
            _ => Err(format!("expected a number from 1 to {most}")),
        },
        Value::OneOf(values) if values.contains(&value) => Ok(()),
        Value::OneOf(values) => Err(format!("expected one of {}", values.join(", "))),
    }
}

/// The members of a JSON object, none of them twice at any depth.
pub fn read_body(bytes: &[u8]) -> Result<serde_json::Map<String, serde_json::Value>, Problem> {
    let members = json::object(bytes);
    let told = "the body is no JSON object, or has a member twice";
    let members = members.ok_or_else(|| Problem::new(Kind::Malformed, told))?;
    let value = serde_json::Value::Object(members);
    match (json::depth(&value) <= DEPTH, value) {
        (true, serde_json::Value::Object(members)) => Ok(members),
        _ => Err(Problem::new(Kind::Malformed, "the body has more inside each other than is read here")),
    }
}

/// What is answered where an operation was done.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
    pub(super) etag: Option<String>,
    pub(super) location: Option<String>,
}

impl Reply {
    fn of(status: StatusCode, document: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_vec(document);
        let body = body.map_err(|error| Problem::from(crate::flows::FlowError::failed(error)))?;
        Ok(Self { status, body, etag: None, location: None })
    }

    pub fn ok(document: &impl Serialize) -> Result<Self, Problem> {
        Self::of(StatusCode::OK, document)
    }

    /// It is at this path below the API now.
    pub fn created(document: &impl Serialize, path: String) -> Result<Self, Problem> {
        Ok(Self { location: Some(path), ..Self::of(StatusCode::CREATED, document)? })
    }

    /// It was asked of a second person, at this path; nothing was done yet.
    pub fn waits(approval: &Approval) -> Result<Self, Problem> {
        let location = Some(format!("/approvals/{}", approval.id));
        Ok(Self { location, ..Self::of(StatusCode::ACCEPTED, &Asked::of(approval, approval.asked_at))? })
    }

    pub const fn done() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: Vec::new(), etag: None, location: None }
    }

    #[must_use]
    pub fn with_version(self, version: i64) -> Self {
        Self { etag: Some(etag(version)), ..self }
    }
}

/// The strong entity tag of a version (RFC 9110 §8.8.3).
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

impl Reply {
    pub fn into_response(self, site: &Site) -> Response {
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::NO_CONTENT {
            headers.remove(CONTENT_TYPE);
        } else {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let base = format!("{}{}", site.app.settings.issuer, super::BASE);
        let location = self.location.map(|path| format!("{base}{path}"));
        for (name, value) in [(ETAG, self.etag), (LOCATION, location)] {
            headers.extend(value.and_then(|value| HeaderValue::try_from(value).ok()).map(|value| (name, value)));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_is_there_twice_is_refused_at_every_depth() {
        assert!(read_body(br#"{"a":1,"b":{"c":2}}"#).is_ok());
        for body in [&br#"{"a":1,"a":2}"#[..], br#"{"a":{"b":1,"b":2}}"#, b"[]", b"", b"1", b"{", b"{}{}"] {
            assert_eq!(read_body(body).unwrap_err().kind, Kind::Malformed);
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(DEPTH + 1), "}".repeat(DEPTH + 1));
        assert_eq!(read_body(deep.as_bytes()).unwrap_err().kind, Kind::Malformed);
    }
}
