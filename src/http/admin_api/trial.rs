//! An operation that is tried from its page: by whoever is signed in to the console, with the rights of their session. What they typed
//! becomes the request that a program would send, and goes the same way from there on.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::response::Response;
use http::header::{CONTENT_TYPE, IF_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::document;
use super::door::{self, Sent};
use super::operation::Operation;
use super::problem::{Kind, Problem};
use super::reference;
use crate::flows::admin::Administrator;
use crate::flows::admin_api;
use crate::flows::visitor::Visitor;
use crate::http::Site;
use crate::protocol::parameters::Parameters;
use crate::protocol::presented_token::Scheme;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What somebody typed into the page of an operation. What is empty is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub path: BTreeMap<&'static str, String>,
    pub query: BTreeMap<&'static str, String>,
    pub if_match: String,
    pub idempotency_key: String,
    pub body: String,
}

/// What became of a trial.
#[derive(Debug)]
#[must_use]
pub enum Tried {
    /// Exactly what a program would have been answered.
    Answered(Response),
    /// Nothing was done: what it takes was proven too long ago.
    ProveAgain,
}

/// Does it, for real.
pub async fn tried(
    operation: &'static Operation,
    site: &Arc<Site>,
    admin: Administrator,
    visitor: &Visitor,
    typed: &Typed,
) -> Tried {
    let answered = async {
        admin_api::count(&site.app, &admin).await?;
        let sent = async { typed.sent(operation) };
        door::perform(operation, site, admin.trying(), visitor.clone(), sent).await
    };
    match answered.await {
        Ok(reply) => Tried::Answered(reply.into_response(site)),
        Err(problem) if problem.kind == Kind::StepUp => Tried::ProveAgain,
        Err(problem) => Tried::Answered(problem.into_response(site, Scheme::Dpop)),
    }
}

impl Typed {
    /// The request that it is.
    fn sent(&self, operation: &Operation) -> Result<Sent, Problem> {
        // An empty part of a path is another path: over the wire this operation is not reached with one.
        if let Some((name, _)) = self.path.iter().find(|(_, value)| value.is_empty()) {
            return Err(Problem::new(Kind::NotFound, format!("no {name} is written like this")));
        }
        let query = Parameters::decode(self.encoded_query().as_bytes());
        let query = query.map_err(|error| Problem::new(Kind::Malformed, error.description))?;
        let headers = self.headers(operation)?;
        Ok(Sent { path: self.path.clone(), query, headers, body: Bytes::from(self.body.clone()) })
    }

    fn encoded_query(&self) -> String {
        let said = self.query.iter().filter(|(_, value)| !value.is_empty());
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish()
    }

    fn headers(&self, operation: &Operation) -> Result<HeaderMap, Problem> {
        let mut headers = HeaderMap::new();
        if operation.body.is_some() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        for (name, shown, value) in
            [(IF_MATCH, "If-Match", &self.if_match), (IDEMPOTENCY_KEY, "Idempotency-Key", &self.idempotency_key)]
        {
            if !value.is_empty() {
                let value = HeaderValue::from_bytes(value.as_bytes());
                headers.insert(name, value.map_err(|_| Problem::parameter(shown, "a header cannot hold this"))?);
            }
        }
        Ok(headers)
    }
}

/// The request as a program would send it, apart from its token.
pub fn request_text(issuer: &str, operation: &Operation, typed: &Typed) -> String {
    let mut path = operation.path.to_owned();
    for (name, value) in &typed.path {
        path = path.replace(&format!("{{{name}}}"), &segment(value));
    }
    let query = typed.encoded_query();
    let mark = if query.is_empty() { "" } else { "?" };
    let mut text = format!("{} {issuer}{}{path}{mark}{query}\n", operation.verb.method(), super::BASE);
    if operation.body.is_some() {
        text.push_str("Content-Type: application/json\n");
    }
    for (name, value) in [("If-Match", &typed.if_match), ("Idempotency-Key", &typed.idempotency_key)] {
        if !value.is_empty() {
            text.push_str(&format!("{name}: {value}\n"));
        }
    }
    if !typed.body.is_empty() {
        text.push_str(&format!("\n{}\n", typed.body));
    }
    text
}

/// A part of a path as it is written (RFC 3986 section 3.3).
fn segment(text: &str) -> String {
    let written = |byte: u8| match byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(written).collect()
}

/// A body to begin with: the members that are demanded.
pub fn sample_of(issuer: &str, operation: &Operation) -> Option<String> {
    operation.body?;
    let document = document::of(issuer);
    let sample = reference::sample_body(&document, operation)?;
    serde_json::to_string_pretty(&sample).ok()
}
