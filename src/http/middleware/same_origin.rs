//! Pages' forms come from our own pages: a POST that another site caused is refused before anything reads it.
//!
//! The second lock beside the forms' tokens. Browsers send `Origin` with every POST (Fetch §3.2), and `Sec-Fetch-Site`
//! where they are current; a request with neither is no browser's and has no cookie worth stealing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use http::header::{HeaderMap, ORIGIN};

use crate::http::Site;
use crate::http::error::{Failure, Fault};

pub async fn only(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    if request.method() == Method::POST && came_from_elsewhere(request.headers(), site.app.settings.issuer.origin()) {
        return Failure::from(Fault::CrossSite).into_response();
    }
    next.run(request).await
}

/// The issuer spells its origin as browsers send it. What the request calls its host is not asked.
fn came_from_elsewhere(headers: &HeaderMap, own: &str) -> bool {
    let mut sites = headers.get_all("sec-fetch-site").into_iter();
    let mut origins = headers.get_all(ORIGIN).into_iter();
    sites.any(|site| site != "same-origin" && site != "none") || origins.any(|origin| origin != own)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elsewhere(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
        came_from_elsewhere(&headers.collect(), "https://id.example")
    }

    #[test]
    fn another_origin_a_prefix_of_ours_and_null_are_elsewhere() {
        for origin in [
            "https://evil.example",
            "https://id.example.evil.example",
            "null",
            "https://id.example:444",
            "http://id.example",
            "",
        ] {
            assert!(elsewhere(&[("origin", origin)]), "{origin}");
        }
        assert!(!elsewhere(&[("origin", "https://id.example")]));
        assert!(elsewhere(&[("origin", "https://id.example"), ("origin", "https://evil.example")]));
    }

    #[test]
    fn the_host_that_a_request_names_makes_no_origin_ours() {
        assert!(elsewhere(&[("host", "evil.example"), ("origin", "https://evil.example")]));
    }

    #[test]
    fn a_sibling_host_is_elsewhere() {
        assert!(elsewhere(&[("sec-fetch-site", "same-site")]));
    }
}
