//! A request on its way in. First who it is and what they may, so that nobody else learns how anything is asked; then what it says;
//! then, once, the operation.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use axum::response::Response;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use http::request::Parts;

use super::call::{Call, Expected, Reply, read_body, read_query};
use super::idempotency;
use super::operation::{Operation, Verb, Version};
use super::problem::{Kind, Problem, too_large, too_slow};
use crate::flows::admin::Administrator;
use crate::flows::admin_api;
use crate::flows::visitor::Visitor;
use crate::http::Site;
use crate::http::extract::{Visit, sender};
use crate::http::middleware::envelope::Unread;
use crate::http::oauth::authorization;
use crate::protocol::parameters::Parameters;
use crate::protocol::presented_token::{self, PresentedToken, Scheme};

/// Answers a request for `operation`.
pub async fn answer(operation: &'static Operation, site: Arc<Site>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let used = authorization(&parts.headers).ok().flatten().and_then(Scheme::of).unwrap_or(Scheme::Dpop);
    let answered = async {
        let visit = Visit::new(&site, &parts);
        let query = Parameters::decode(parts.uri.query().unwrap_or_default().as_bytes());
        let query = query.map_err(|error| Problem::new(Kind::Malformed, error.description))?;
        let token = token(&parts.headers, &query)?;
        let admin = admin_api::enter(&site.app, &visit.visitor, &token, &sender(&parts)).await?;
        let sent = sent(operation, &site, parts, query, body);
        perform(operation, &site, admin, visit.visitor, sent).await
    };
    match answered.await {
        Ok(reply) => reply.into_response(&site),
        Err(problem) => problem.into_response(&site, used),
    }
}

/// What a request says, whichever way it came.
#[derive(Debug)]
pub struct Sent {
    pub path: BTreeMap<&'static str, String>,
    pub query: Parameters,
    /// `Content-Type`, `If-Match` and `Idempotency-Key` are read of them.
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Does what `operation` is asked, for whoever came in, over the wire or from the page to try it. What was sent is looked at once it is
/// theirs to ask.
///
/// # Errors
/// Why it was not done.
pub async fn perform(
    operation: &'static Operation,
    site: &Arc<Site>,
    admin: Administrator,
    visitor: Visitor,
    sent: impl Future<Output = Result<Sent, Problem>>,
) -> Result<Reply, Problem> {
    // Whether it is the application in question, the use case asks.
    admin.may_on_own(operation.permission)?;
    let Sent { path, query, headers, body: bytes } = sent.await?;
    let query = read_query(operation, &query)?;
    let expected = expected(operation, &headers)?;
    let body = match operation.body {
        Some(_) => {
            is_json(&headers)?;
            read_body(&bytes)?
        }
        None if bytes.is_empty() => serde_json::Map::new(),
        None => return Err(Problem::new(Kind::Malformed, "nothing is read from the body of this request")),
    };
    let key = match operation.verb {
        Verb::Get => None,
        Verb::Post | Verb::Patch | Verb::Delete => idempotency::key(&headers)?,
    };
    let call = Call { site: Arc::clone(site), admin, visitor, operation, path, query, body, expected };
    match key {
        None => (operation.run)(call).await.or_else(Problem::settled),
        Some(key) => idempotency::once(&key, &bytes, call).await,
    }
}

/// What came over the wire.
async fn sent(
    operation: &'static Operation,
    site: &Arc<Site>,
    mut parts: Parts,
    query: Parameters,
    body: Body,
) -> Result<Sent, Problem> {
    let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), site).await;
    let body = bytes.map_err(|_| too_large())?;
    match parts.extensions.get::<Unread>() {
        Some(Unread::TooLarge) => return Err(too_large()),
        Some(Unread::TooSlow) => return Err(too_slow()),
        None => {}
    }
    let path = path(operation, &mut parts, site).await?;
    Ok(Sent { path, query, headers: parts.headers, body })
}

fn token(headers: &HeaderMap, query: &Parameters) -> Result<PresentedToken, Problem> {
    let authorization = authorization(headers).map_err(|_| {
        Problem::new(Kind::Malformed, "the Authorization header is there more than once, or is not ASCII")
    })?;
    let token = presented_token::read(authorization, query, None);
    let token = token.map_err(|error| Problem::new(Kind::Malformed, error.description))?;
    token.ok_or_else(Problem::unauthenticated)
}

async fn path(
    operation: &'static Operation,
    parts: &mut Parts,
    site: &Arc<Site>,
) -> Result<BTreeMap<&'static str, String>, Problem> {
    let unreadable = |_| Problem::new(Kind::NotFound, "the path is no UTF-8");
    let given = RawPathParams::from_request_parts(parts, site).await.map_err(unreadable)?;
    let named = |name: &'static str| {
        let value = given.iter().find(|(given, _)| *given == name).map(|(_, value)| value.to_owned());
        (name, value.unwrap_or_default())
    };
    Ok(operation.path_parameters().map(named).collect())
}

/// A body says of itself that it is JSON: a page of another site cannot send one without asking first (Fetch §3.2.3).
fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let essence = match (types.next(), types.next()) {
        (Some(one), None) => one.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim(),
        _ => "",
    };
    match essence.eq_ignore_ascii_case("application/json") {
        true => Ok(()),
        false => Err(Problem::new(Kind::WrongType, "the body must be application/json, and say so once")),
    }
}

/// What `If-Match` names (RFC 9110 §13.1.1), where a version is demanded; elsewhere a condition would be a promise that nobody keeps.
fn expected(operation: &Operation, headers: &HeaderMap) -> Result<Option<Expected>, Problem> {
    let conditions: Vec<&str> =
        headers.get_all(IF_MATCH).iter().map(|value| value.to_str().unwrap_or_default()).collect();
    if headers.contains_key(IF_NONE_MATCH) && operation.verb != Verb::Get {
        return Err(Problem::parameter("If-None-Match", "nothing here is created by its name"));
    }
    match (operation.version, &conditions[..]) {
        (Version::Demanded, []) => {
            let told = "If-Match with the ETag of what this changes is needed, so that nobody's change is lost";
            Err(Problem::new(Kind::Unconditional, told))
        }
        (Version::Demanded, ["*"]) => Ok(Some(Expected::Any)),
        (Version::Demanded, conditions) => {
            let tags = conditions.iter().flat_map(|list| list.split(',')).map(str::trim);
            let strong = |tag: &str| tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"');
            let tags: Vec<String> = tags.map(str::to_owned).collect();
            match tags.iter().all(|tag| strong(tag)) {
                true => Ok(Some(Expected::OneOf(tags))),
                false => Err(Problem::parameter("If-Match", "expected a strong entity tag in quotes, or *")),
            }
        }
        (Version::None | Version::Told, []) => Ok(None),
        (Version::None | Version::Told, _) => Err(Problem::parameter("If-Match", "this has no version")),
    }
}
