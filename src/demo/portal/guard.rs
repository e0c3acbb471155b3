//! What stands before every page of the portal: forms from its own pages only, and what browsers must not do.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::{InvalidPortal, Portal, PortalSettings};

/// Refuses a form that another site sent.
///
/// Browsers name the origin of every POST. A request without that name was not sent by one, and has no citizen's
/// cookie to misuse.
pub(super) async fn require_own_form(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if reads || is_own(request.headers(), &portal.settings.origin()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "This form was sent from another site.").into_response()
    }
}

fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    match headers.get(header::ORIGIN) {
        Some(sender) => sender.as_bytes() == origin.as_bytes(),
        None => headers.get("sec-fetch-site").is_none_or(|site| site.as_bytes() == b"same-origin"),
    }
}

/// The content security policy of every page.
#[derive(Clone, Debug)]
pub(super) struct ContentPolicy(HeaderValue);

impl ContentPolicy {
    pub(super) fn of(settings: &PortalSettings) -> Result<Self, InvalidPortal> {
        // Signing out is a form whose answer leads to the provider, and `form-action` governs that too.
        let policy = format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self' {}; \
             base-uri 'none'; frame-ancestors 'none'",
            settings.issuer
        );
        Ok(Self(HeaderValue::try_from(policy)?))
    }
}

const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // With `no-referrer`, browsers would not name the origin of our own forms either.
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];

pub(super) async fn protect(State(policy): State<ContentPolicy>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy.0);
    response.headers_mut().extend(HEADERS.map(|(name, value)| (Some(name), value)));
    response
}
