//! `/check-session`: OpenID Connect Session Management 1.0 §3.3. The one page of ours that others may frame.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::flows::FlowError;
use crate::http::Site;
use crate::http::cookies::Cookie;
use crate::http::error::Failure;
use crate::http::page::Framed;
use crate::web::assets;
use crate::web::check_session::CheckSession;

/// It has a script of ours and nothing else: no form, no link, nobody's name.
const POLICY: &str = "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *";

pub async fn show(State(site): State<Arc<Site>>) -> Result<Response, Failure> {
    let page = CheckSession {
        cookie: site.cookies.full_name(Cookie::State),
        script: site.app.settings.issuer.path().to_owned() + assets::path("check-session.js"),
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    let mut response = (headers, page.render().map_err(FlowError::failed)?).into_response();
    response.extensions_mut().insert(Framed);
    Ok(response)
}
