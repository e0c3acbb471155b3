//! Cross-origin calls: to what answers for itself, by anyone, without credentials; to nothing else.

use http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderName, Method};
use tower_http::cors::{Any, CorsLayer};

use super::dpop::{DPOP, DPOP_NONCE};

/// Scripts of any origin may call these endpoints. No cookie is sent along, and none would be read.
pub fn for_anyone() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, DPOP])
        .expose_headers([WWW_AUTHENTICATE, DPOP_NONCE, HeaderName::from_static("x-request-id")])
}
