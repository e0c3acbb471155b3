//! Whatever a sandbox answers says in a header that nothing of it is real: pages, redirects, errors, and what has no place for a member.

use axum::Router;
use axum::middleware::map_response;
use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::domain::sandbox::Mode;

const MARK: HeaderName = HeaderName::from_static("senid-sandbox");

/// `router`, of whatever listener, as a deployment of this mode answers.
pub fn mark(router: Router, mode: Mode) -> Router {
    match mode {
        Mode::Official => router,
        Mode::Sandbox => router.layer(map_response(marked)),
    }
}

async fn marked(mut response: Response) -> Response {
    response.headers_mut().insert(MARK, HeaderValue::from_static("true"));
    response
}
