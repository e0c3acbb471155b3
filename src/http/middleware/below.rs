//! An issuer with a path: whoever is outside reaches everything below it, and inside nothing knows that there is one.
//!
//! Requests lose the path on their way in, redirects to our own pages gain it on their way out. Pages put it before their
//! links themselves (`web::layout`), and what stands in tokens and documents is made of the whole issuer.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, LOCATION};
use http::uri::PathAndQuery;
use http::{HeaderValue, StatusCode, Uri};

use crate::http::page::safety;

/// RFC 8414 §3.1, RFC 9728 §3.1, SSF 1.0 §7.2: between the host and the path. (OpenID Connect Discovery §4.1 has it after the path.)
const BEFORE_THE_PATH: [&str; 3] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
    "/.well-known/ssf-configuration",
];

/// RFC 9728 §3.1: what is said of the resource at this path below the issuer.
const OF_A_RESOURCE: [(&str, &str); 1] = [("/.well-known/oauth-protected-resource", crate::http::admin_api::BASE)];

/// What a load balancer asks of this process, whatever the issuer is called.
const OF_THE_PROCESS: [&str; 2] = ["/health/live", "/health/ready"];

/// `router`, where `path` says.
pub fn mount(router: Router, path: &str) -> Router {
    if path.is_empty() {
        return router;
    }
    let enter = axum::middleware::from_fn_with_state(Arc::<str>::from(path), enter);
    // As a fallback, so that the path is gone before anything is looked up.
    Router::new().fallback_service(router).layer(enter)
}

async fn enter(State(base): State<Arc<str>>, mut request: Request, next: Next) -> Response {
    let Some(inside) = inside(&base, request.uri()) else {
        return elsewhere(&base);
    };
    *request.uri_mut() = inside;
    let mut response = next.run(request).await;
    if let Some(outside) = response.headers().get(LOCATION).and_then(|location| outside(&base, location)) {
        response.headers_mut().insert(LOCATION, outside);
    }
    response
}

/// The address as the router knows it, of what is below the issuer.
fn inside(base: &str, uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let below = path.strip_prefix(base).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = match below {
        Some("") => "/".to_owned(),
        Some(rest) => rest.to_owned(),
        None => {
            let mut documents = BEFORE_THE_PATH.into_iter();
            let document = documents.find(|document| path.strip_prefix(document) == Some(base));
            let found = document.or_else(|| OF_THE_PROCESS.into_iter().find(|own| *own == path)).map(str::to_owned);
            found.or_else(|| of_a_resource(base, path))?
        }
    };
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(format!("{path}{query}")).ok()?);
    Uri::from_parts(parts).ok()
}

fn of_a_resource(base: &str, path: &str) -> Option<String> {
    let mut resources = OF_A_RESOURCE.into_iter();
    resources
        .find(|(document, own)| path.strip_prefix(document).and_then(|rest| rest.strip_prefix(base)) == Some(own))
        .map(|(document, own)| format!("{document}{own}"))
}

/// A redirect to a page of ours, as browsers know it. Every other names its whole address.
fn outside(base: &str, location: &HeaderValue) -> Option<HeaderValue> {
    let path = location.to_str().ok().filter(|location| location.starts_with('/'))?;
    HeaderValue::try_from(format!("{base}{path}")).ok()
}

/// Not ours; in front of it, most likely, a proxy that takes the path away.
fn elsewhere(base: &str) -> Response {
    let told = format!("SenID is at {base} on this host; a proxy has to pass the path on as it came.\n");
    let mut response = (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")], told).into_response();
    response.headers_mut().extend(safety());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside_of_sso(uri: &str) -> Option<String> {
        inside("/sso", &uri.parse().unwrap()).map(|uri| uri.to_string())
    }

    #[test]
    fn what_is_below_the_issuer_loses_its_path_and_keeps_its_query() {
        for (outside, within) in [
            ("/sso", "/"),
            ("/sso/", "/"),
            ("/sso?a=/sso", "/?a=/sso"),
            ("/sso/token", "/token"),
            ("/sso/sso/token", "/sso/token"),
            ("/sso/authorize?state=a%2Fb", "/authorize?state=a%2Fb"),
            ("https://id.example/sso/token", "https://id.example/token"),
            ("/sso/.well-known/openid-configuration", "/.well-known/openid-configuration"),
            ("/.well-known/oauth-authorization-server/sso", "/.well-known/oauth-authorization-server"),
            (
                "/.well-known/oauth-protected-resource/sso/admin/api/v1",
                "/.well-known/oauth-protected-resource/admin/api/v1",
            ),
            ("/health/ready", "/health/ready"),
        ] {
            assert_eq!(inside_of_sso(outside).as_deref(), Some(within), "{outside}");
        }
    }

    #[test]
    fn what_is_beside_the_issuer_is_not_ours() {
        for beside in [
            "/",
            "/token",
            "/ssotoken",
            "/SSO/token",
            "/%73so/token",
            "//sso/token",
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
            "/.well-known/oauth-authorization-server/other",
            "/.well-known/oauth-authorization-server/sso/",
            "/.well-known/oauth-protected-resource/sso/admin/api/v2",
            "/.well-known/oauth-protected-resource/admin/api/v1",
            "/health/",
        ] {
            assert_eq!(inside_of_sso(beside), None, "{beside}");
        }
    }

    #[test]
    fn only_redirects_to_our_own_pages_are_put_below_the_issuer() {
        let outside = |location: &'static str| outside("/sso", &HeaderValue::from_static(location));
        assert_eq!(outside("/account?done=one").unwrap(), "/sso/account?done=one");
        assert_eq!(outside("https://portal.example/callback?code=x"), None);
        assert_eq!(outside("vn.example.app:/callback"), None);
    }
}
