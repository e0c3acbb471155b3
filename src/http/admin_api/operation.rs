//! What is said of an operation: enough to route it, to describe it, to refuse it and to test it.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;

use axum::routing::MethodFilter;
use http::Method;
use utoipa::ToSchema;
use utoipa::openapi::path::HttpMethod;
use utoipa::openapi::{RefOr, Schema};

use super::call::{Call, Reply};
use super::problem::Problem;
use crate::domain::administration::Permission;

/// What a handler comes to.
pub type Answered = Pin<Box<dyn Future<Output = Result<Reply, Problem>> + Send>>;

/// An operation of the Admin API.
#[derive(Clone, Copy)]
pub struct Operation {
    /// `operationId`: a verb and what it is about.
    pub id: &'static str,
    pub verb: Verb,
    /// Below [`super::BASE`].
    pub path: &'static str,
    pub permission: Permission,
    /// What it does, in a sentence.
    pub says: &'static str,
    pub query: &'static [Query],
    /// What it is sent.
    pub body: Option<Document>,
    /// What it answers where it was done.
    pub answer: Answer,
    /// Whether what it answers or changes has a version.
    pub version: Version,
    /// Whether the settings may demand a second person for it.
    pub may_wait: bool,
    pub(super) run: fn(Call) -> Answered,
}

/// The methods that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

impl Verb {
    pub const fn filter(self) -> MethodFilter {
        match self {
            // And HEAD.
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    pub const fn method(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
            Self::Patch => Method::PATCH,
            Self::Delete => Method::DELETE,
        }
    }

    pub(super) const fn described(self) -> HttpMethod {
        match self {
            Self::Get => HttpMethod::Get,
            Self::Post => HttpMethod::Post,
            Self::Patch => HttpMethod::Patch,
            Self::Delete => HttpMethod::Delete,
        }
    }
}

/// One table of several.
pub(super) const fn joined<const N: usize>(parts: &[&[Operation]]) -> [Operation; N] {
    let (mut all, mut at, mut part) = ([parts[0][0]; N], 0, 0);
    while part < parts.len() {
        let mut row = 0;
        while row < parts[part].len() {
            all[at] = parts[part][row];
            (at, row) = (at + 1, row + 1);
        }
        part += 1;
    }
    all
}

/// A parameter of the query. None is demanded.
#[derive(Clone, Copy, Debug)]
pub struct Query {
    pub name: &'static str,
    pub says: &'static str,
    pub value: Value,
}

/// What a parameter may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Up to 512 characters.
    Text,
    /// From 1 to this.
    Number(u32),
    OneOf(&'static [&'static str]),
}

/// A document that is sent or answered.
#[derive(Clone, Copy)]
pub struct Document {
    pub name: fn() -> Cow<'static, str>,
    pub schema: fn() -> RefOr<Schema>,
    pub parts: fn(&mut Vec<(String, RefOr<Schema>)>),
}

impl Document {
    pub const fn of<T: ToSchema>() -> Self {
        Self { name: T::name, schema: T::schema, parts: T::schemas }
    }
}

/// The answer of an operation that was done.
#[derive(Clone, Copy)]
pub enum Answer {
    Ok(Document),
    Created(Document),
    NoContent,
}

/// How an operation keeps one administrator from undoing what another did meanwhile (RFC 9110 §13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// There is nothing that could be overwritten unseen.
    None,
    /// The answer has an `ETag`.
    Told,
    /// The request names the one that it changes, with `If-Match`; the answer has the next.
    Demanded,
}

/// The parameters of every list.
pub const PAGED: [Query; 2] = [
    Query { name: "cursor", says: "Where the page begins: `next` of the page before it.", value: Value::Text },
    Query {
        name: "limit",
        says: "How many there are on a page at most; 50 where it is not said.",
        value: Value::Number(MOST),
    },
];

/// More than a page ever has.
pub const MOST: u32 = 200;

impl Operation {
    const fn new(
        verb: Verb,
        path: &'static str,
        id: &'static str,
        permission: Permission,
        says: &'static str,
        answer: Answer,
        run: fn(Call) -> Answered,
    ) -> Self {
        Self {
            id,
            verb,
            path,
            permission,
            says,
            query: &[],
            body: None,
            answer,
            version: Version::None,
            may_wait: false,
            run,
        }
    }

    pub(super) const fn get<T: ToSchema>(
        path: &'static str,
        id: &'static str,
        permission: Permission,
        says: &'static str,
        run: fn(Call) -> Answered,
    ) -> Self {
        Self::new(Verb::Get, path, id, permission, says, Answer::Ok(Document::of::<T>()), run)
    }

    pub(super) const fn post(
        path: &'static str,
        id: &'static str,
        permission: Permission,
        says: &'static str,
        run: fn(Call) -> Answered,
    ) -> Self {
        Self::new(Verb::Post, path, id, permission, says, Answer::NoContent, run)
    }

    pub(super) const fn patch(
        path: &'static str,
        id: &'static str,
        permission: Permission,
        says: &'static str,
        run: fn(Call) -> Answered,
    ) -> Self {
        Self::new(Verb::Patch, path, id, permission, says, Answer::NoContent, run)
    }

    pub(super) const fn delete(
        path: &'static str,
        id: &'static str,
        permission: Permission,
        says: &'static str,
        run: fn(Call) -> Answered,
    ) -> Self {
        Self::new(Verb::Delete, path, id, permission, says, Answer::NoContent, run)
    }

    pub(super) const fn query(self, query: &'static [Query]) -> Self {
        Self { query, ..self }
    }

    pub(super) const fn takes<T: ToSchema>(self) -> Self {
        Self { body: Some(Document::of::<T>()), ..self }
    }

    pub(super) const fn answers<T: ToSchema>(self) -> Self {
        Self { answer: Answer::Ok(Document::of::<T>()), ..self }
    }

    pub(super) const fn creates<T: ToSchema>(self) -> Self {
        Self { answer: Answer::Created(Document::of::<T>()), ..self }
    }

    pub(super) const fn may_wait(self) -> Self {
        Self { may_wait: true, ..self }
    }

    pub(super) const fn versioned(self) -> Self {
        let version = match self.verb {
            Verb::Get => Version::Told,
            Verb::Post | Verb::Patch | Verb::Delete => Version::Demanded,
        };
        Self { version, ..self }
    }

    /// The names of the parameters in its path, in their order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// Whether a page of a list is answered.
    pub fn is_paged(&self) -> bool {
        self.query.iter().any(|parameter| parameter.name == "cursor")
    }
}
