//! `/introspect`: RFC 7662 §2, with signed answers where they are wanted or registered (RFC 9701).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};

use crate::flows;
use crate::flows::introspection::{IntrospectionAnswer, Wanted};
use crate::http::Site;
use crate::http::extract::Call;

const SIGNED: &str = "application/token-introspection+jwt";

pub async fn introspect(State(site): State<Arc<Site>>, call: Call) -> Response {
    let wanted = wanted(&call.headers);
    call.answer(async |request| {
        let no_store = [(CACHE_CONTROL, "no-store")];
        Ok(match flows::introspection::introspect(&site.app, &request, wanted).await? {
            IntrospectionAnswer::Json(answer) => (no_store, Json(answer)).into_response(),
            IntrospectionAnswer::Token(token) => (no_store, [(CONTENT_TYPE, SIGNED)], token).into_response(),
        })
    })
    .await
}

/// A caller that reads signed answers names them; `*/*` names nothing (RFC 9701 §4).
fn wanted(headers: &HeaderMap) -> Wanted {
    let ranges = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let mut ranges = ranges.flat_map(|value| value.split(','));
    let names_it = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let refused = |parameter: &str| {
            let quality = parameter.strip_prefix("q=").and_then(|quality| quality.parse::<f32>().ok());
            quality.is_some_and(|quality| quality <= 0.0)
        };
        parts.next().is_some_and(|media| media.eq_ignore_ascii_case(SIGNED)) && !parts.any(refused)
    };
    if ranges.any(names_it) { Wanted::Token } else { Wanted::Json }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_answers_are_for_those_who_name_them() {
        let of = |value: &str| wanted(&HeaderMap::from_iter([(ACCEPT, value.parse().unwrap())]));
        for named in [SIGNED, "application/json;q=0.5, APPLICATION/token-introspection+jwt; q=0.9"] {
            assert_eq!(of(named), Wanted::Token, "{named}");
        }
        for other in ["*/*", "application/json", "application/*", "application/token-introspection+jwt;q=0"] {
            assert_eq!(of(other), Wanted::Json, "{other}");
        }
        assert_eq!(wanted(&HeaderMap::new()), Wanted::Json);
    }
}
