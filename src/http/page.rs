//! A page on its way out: HTML under a content-security policy that allows what the page has and nothing else.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION,
    REFERRER_POLICY, SET_COOKIE, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use super::error::Failure;
use crate::flows::FlowError;

/// A rendered page.
#[derive(Debug)]
pub struct Page {
    html: String,
    status: StatusCode,
    form_action: FormAction,
    /// The origins whose pages it may hold in frames.
    frames: BTreeSet<String>,
}

/// On an answer that others may frame. There is one.
#[derive(Clone, Copy, Debug)]
pub struct Framed;

/// On a file that pages load: what says how a page may behave says nothing of it, and a slow line carries a kilobyte less before
/// the sign-in page is whole.
#[derive(Clone, Copy, Debug)]
pub struct Loaded;

/// Where this page's forms may lead.
#[derive(Debug)]
enum FormAction {
    Own,
    /// The redirect after a form also leads to this origin.
    OwnAnd(String),
    /// The form is for this origin alone.
    Only(String),
}

impl Page {
    /// # Errors
    /// Where the template does not render, which is a defect.
    pub fn render(template: &impl Template) -> Result<Self, Failure> {
        let html = template.render().map_err(FlowError::failed)?;
        Ok(Self { html, status: StatusCode::OK, form_action: FormAction::Own, frames: BTreeSet::new() })
    }

    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// `form-action` also governs the redirect after a form, so the client's proven origin is added; nothing more.
    #[must_use]
    pub fn leading_to(self, uri: Option<&str>) -> Self {
        let origin = uri.and_then(crate::protocol::redirect::origin);
        Self { form_action: origin.map_or(FormAction::Own, FormAction::OwnAnd), ..self }
    }

    /// A page that holds these others in frames.
    #[must_use]
    pub fn framing(self, uris: &[String]) -> Self {
        Self { frames: uris.iter().filter_map(|uri| crate::protocol::redirect::origin(uri)).collect(), ..self }
    }

    /// A page that has one form, for the client: nothing on it leads anywhere else.
    #[must_use]
    pub fn posting_only_to(self, uri: &str) -> Self {
        // Without an origin there is nothing that could be posted to: the form works nowhere.
        let origin = crate::protocol::redirect::origin(uri).unwrap_or_else(|| "'none'".to_owned());
        Self { form_action: FormAction::Only(origin), ..self }
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let form_action = match &self.form_action {
            FormAction::Own => "'self'".to_owned(),
            FormAction::OwnAnd(origin) => format!("'self' {origin}"),
            FormAction::Only(origin) => origin.clone(),
        };
        let frames: String = self.frames.iter().map(|origin| format!(" {origin}")).collect();
        let frames = if frames.is_empty() { frames } else { format!("frame-src{frames}; ") };
        let policy = format!(
            "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; script-src 'self'; \
             connect-src 'self'; {frames}form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
        );
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(VARY, HeaderValue::from_static("Cookie, Accept-Language"));
        // An origin is ASCII without a semicolon, so the policy always is a header.
        headers.extend(HeaderValue::try_from(policy).map(|policy| (CONTENT_SECURITY_POLICY, policy)));
        headers.extend(safety());
        if let FormAction::Only(_) = self.form_action {
            // The client may look at where a form comes from; under `same-origin` a browser would tell it `null`.
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
        }
        (self.status, headers, self.html).into_response()
    }
}

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// What browsers heed on pages alone.
pub const OF_PAGES: [HeaderName; 2] = [OPENER_POLICY, PERMISSIONS_POLICY];

/// What every answer of ours says, page or not.
pub fn safety() -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        // Our own forms must show where they come from; nobody else learns anything.
        (REFERRER_POLICY, "same-origin"),
        (OPENER_POLICY, "same-origin"),
        (PERMISSIONS_POLICY, "camera=(), microphone=(), geolocation=(), payment=()"),
    ]
    .into_iter()
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
}

/// 303 See Other, after every POST and never 307: a password must not be sent on.
#[derive(Debug)]
pub struct SeeOther {
    location: String,
    cookies: Vec<HeaderValue>,
}

impl SeeOther {
    pub fn to(location: impl Into<String>) -> Self {
        Self { location: location.into(), cookies: Vec::new() }
    }

    #[must_use]
    pub fn with_cookie(mut self, cookie: Option<HeaderValue>) -> Self {
        self.cookies.extend(cookie);
        self
    }
}

impl IntoResponse for SeeOther {
    fn into_response(self) -> Response {
        let Ok(location) = HeaderValue::try_from(self.location) else {
            return Failure::from(FlowError::failed("a redirect that is no header value")).into_response();
        };
        let mut headers = HeaderMap::from_iter([(LOCATION, location)]);
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(safety());
        for cookie in self.cookies {
            headers.append(SET_COOKIE, cookie);
        }
        (StatusCode::SEE_OTHER, headers).into_response()
    }
}
