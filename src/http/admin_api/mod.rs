//! The Admin API: what administrators do, for their programs. The flows are those of `senid`'s commands and of the console; nothing
//! here knows SQL, and nothing here decides who may do what.
//!
//! | file | what it is |
//! |---|---|
//! | [`operation`] | what is said of an operation |
//! | [`table`] | every operation there is: the router, the OpenAPI document and the tests are made of it |
//! | [`door`] | a request on its way in: its token, its permission, its conditions |
//! | [`call`] | what a handler reads: path, query and body, each fault by its place |
//! | [`problem`] | why a request is not done, as RFC 9457 has it |
//! | [`kind`] | the kinds of problems, and what each of them means |
//! | [`cursor`] | where the next page begins, sealed |
//! | [`idempotency`] | a request that is sent again is done once |
//! | [`document`] | the OpenAPI 3.1 document |
//! | [`reference`] | the same document as a page shows it |
//! | [`trial`] | an operation as it is tried from a page |
//! | [`queries`] | the parameters of lists |
//! | [`wire`] | what several areas say alike |
//! | the others | one file an area: its documents, and its handlers |

mod access;
mod applications;
mod approvals;
mod auditing;
mod call;
mod citizens;
mod cursor;
mod deployment;
pub mod document;
mod door;
mod idempotency;
mod kind;
pub mod operation;
mod organisations;
mod problem;
mod queries;
mod reference;
mod running;
mod streams;
pub mod table;
mod trial;
mod watching;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{any, get, on};
use http::HeaderMap;

use super::Site;
use super::oauth::discovery::Document;
use crate::config::Settings;
use crate::domain::administration::Area;
use crate::domain::sandbox::Mode;
use crate::flows::admin_api;
use crate::protocol::protected_resource::{Metadata, metadata_url};
use crate::web::api::Reference;

pub use kind::{Kind as ProblemKind, type_uri};
pub use problem::overloaded;
pub(super) use table::OPERATIONS;
pub(super) use trial::{Tried, Typed, request_text, sample_of, tried};

/// Where every operation is.
pub const BASE: &str = "/admin/api/v1";

/// The page that explains it, and every kind of problem.
pub const PAGE: &str = "/admin/api";

/// Where the operations of an area are described.
pub fn page_of(area: Area) -> String {
    format!("{PAGE}/areas/{}", area.as_str())
}

/// What the API says of itself as a protected resource (RFC 9728). Prepared once.
#[derive(Debug)]
pub struct AdminApiMetadata {
    document: Document,
    pub(super) metadata_url: String,
    /// Everything that it can do, for its page.
    pub(super) reference: Arc<Reference>,
}

impl AdminApiMetadata {
    pub fn of(settings: &Settings, mode: Mode) -> Self {
        let resource = admin_api::resource(settings.issuer.as_str());
        let metadata_url = metadata_url(resource.id.as_str()).unwrap_or_default();
        let metadata = Metadata::of(&resource, settings.issuer.as_str(), settings.accepted_certificates()).only_bound();
        let reference = Arc::new(reference::of(settings.issuer.as_str()));
        Self { document: Document::of(&metadata, mode), metadata_url, reference }
    }
}

/// `/.well-known/oauth-protected-resource/admin/api/v1`.
pub async fn metadata(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    site.admin_api.document.answer(&headers, "public, max-age=3600")
}

/// Every operation of the table, and nothing else.
pub fn router() -> Router<Arc<Site>> {
    let mut router = Router::new().route("/admin/api/v1/openapi.json", get(document::show));
    for operation in table::OPERATIONS {
        let path = format!("{BASE}{}", operation.path);
        let answer = move |State(site): State<Arc<Site>>, request: Request| door::answer(operation, site, request);
        router = router.route(&path, on(operation.verb.filter(), answer));
    }
    router.route("/admin/api/v1/{*rest}", any(problem::no_operation)).method_not_allowed_fallback(problem::wrong_method)
}
