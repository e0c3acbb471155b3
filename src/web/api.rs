//! The pages of the Admin API: how one calls it and what its problems mean on one, and each area's operations on a page of its own. What
//! comes from the OpenAPI document is in English in every language of the page, and says so.

use std::sync::Arc;

use askama::Template;

use super::layout::Layout;
use super::text::Speaks;

/// All that is known of the API at one issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub issuer: String,
    /// What stands before the path of every operation.
    pub base: String,
    pub groups: Vec<Arc<Group>>,
    pub problems: Vec<Problem>,
}

/// The operations of an area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub area: &'static str,
    pub scope: String,
    pub operations: Vec<Described>,
    /// What their bodies and answers are made of, by name.
    pub shapes: Vec<Shape>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    pub id: &'static str,
    pub method: String,
    pub path: &'static str,
    pub says: &'static str,
    pub permission: &'static str,
    pub scope: String,
    pub is_sensitive: bool,
    /// Whether the settings may demand a second person.
    pub may_wait: bool,
    pub parameters: Vec<Member>,
    pub body: Option<Shape>,
    pub answers: Vec<Answer>,
    pub curl: String,
}

/// A parameter, or a member of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// `path`, `query`, `header` or `body`.
    pub place: &'static str,
    pub needed: bool,
    /// What it may be, with its limits.
    pub kind: String,
    /// The document that it is, or is made of.
    pub shape: Option<String>,
    pub says: String,
}

/// A document that is sent or answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    pub name: String,
    pub says: String,
    /// What it is, where it has no members.
    pub kind: String,
    pub members: Vec<Member>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: String,
    pub says: String,
    pub media: Option<String>,
    pub shape: Option<String>,
    pub headers: Vec<String>,
}

/// A kind of problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its anchor.
    pub slug: &'static str,
    pub uri: String,
    pub status: u16,
    pub title: &'static str,
    pub means: &'static str,
    pub remedy: &'static str,
}

/// `/admin/api`.
#[derive(Clone, Debug, Template)]
#[template(path = "api/guide.html")]
pub struct ApiPage {
    pub layout: Layout,
    pub reference: Arc<Reference>,
}

/// `/admin/api/areas/{area}`.
#[derive(Clone, Debug, Template)]
#[template(path = "api/area.html")]
pub struct AreaPage {
    pub layout: Layout,
    pub group: Arc<Group>,
}
