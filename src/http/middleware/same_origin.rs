//! Pages' forms come from our own pages: a POST that another site caused is refused before anything reads it.
//!
//! The second lock beside the forms' tokens. Browsers send `Origin` with every POST (Fetch §3.2), and `Sec-Fetch-Site`
//! where they are current; a request with neither is no browser's and has no cookie worth stealing.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use http::header::{HOST, HeaderMap, ORIGIN};

use crate::http::error::{Failure, Fault};

pub async fn only(request: Request, next: Next) -> Response {
    if request.method() == Method::POST
        && came_from_elsewhere(request.headers(), request.uri().authority().map(|a| a.as_str()))
    {
        return Failure::from(Fault::CrossSite).into_response();
    }
    next.run(request).await
}

fn came_from_elsewhere(headers: &HeaderMap, authority: Option<&str>) -> bool {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    if text(http::HeaderName::from_static("sec-fetch-site")).is_some_and(|site| site != "same-origin" && site != "none")
    {
        return true;
    }
    // HTTP/2 names the host in the request line.
    let host = authority.or_else(|| text(HOST));
    match (headers.get(ORIGIN).map(|value| value.to_str()), host) {
        (None, _) => false,
        (Some(Ok(origin)), Some(host)) => origin.split_once("://").is_none_or(|(_, own)| own != host),
        (Some(_), _) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elsewhere(pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
        came_from_elsewhere(&headers.collect(), None)
    }

    #[test]
    fn another_origin_a_prefix_of_ours_and_null_are_elsewhere() {
        for origin in ["https://evil.example", "https://id.example.evil.example", "null", "https://id.example:444"] {
            assert!(elsewhere(&[("host", "id.example"), ("origin", origin)]), "{origin}");
        }
        assert!(!elsewhere(&[("host", "id.example"), ("origin", "https://id.example")]));
    }

    #[test]
    fn a_sibling_host_is_elsewhere() {
        assert!(elsewhere(&[("host", "id.example"), ("sec-fetch-site", "same-site")]));
    }
}
