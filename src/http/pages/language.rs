//! `/language`: the person chooses, and comes back to where they were.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::domain::ids::SignInId;
use crate::flows::sign_in;
use crate::http::Site;
use crate::http::cookies::Cookie;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::SeeOther;
use crate::web::text::Language;

pub async fn switch(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    let return_to = form.single("return_to")?.filter(|path| is_own_path(path)).unwrap_or("/account");
    let chosen = form.single("language")?.and_then(Language::parse);
    let chosen = chosen.filter(|language| site.brand.languages.contains(language));
    let cookie = chosen.and_then(|language| site.cookies.set(Cookie::Language, language.tag()));
    if let Some(id) = sign_in_of(return_to)
        && let Ok(sign_in) = sign_in::load(&site.app, &visit.visitor, id).await?
    {
        sign_in::forget_ui_locales(&site.app, sign_in).await?;
    }
    Ok(SeeOther::to(shown_again(return_to)).with_cookie(cookie).into_response())
}

/// A path on this server: one slash and no second one or backslash behind it, which browsers take for another host.
fn is_own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path[1..].starts_with(['/', '\\'])
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// The path that shows again what was seen at `path`: of pages that only a form or a spent handle leads to, the one
/// that they came from.
fn shown_again(path: &str) -> &str {
    match path.split('?').next().unwrap_or_default() {
        only_post if only_post.starts_with("/account/sessions/") => "/account/sessions",
        only_post if only_post.starts_with("/account/data/") => "/account/data",
        question if question.starts_with("/logout/") => "/logout",
        handle if handle.starts_with("/authorize/") => "/account",
        _ => path,
    }
}

fn sign_in_of(path: &str) -> Option<SignInId> {
    path.strip_prefix("/sign-in/")?.split(['/', '?']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_our_own_are_come_back_to() {
        for path in ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a b", "/\t/evil.example"] {
            assert!(!is_own_path(path), "{path}");
        }
        assert!(is_own_path("/sign-in/x?y=/z"));
    }

    #[test]
    fn a_page_that_cannot_be_opened_by_itself_leads_to_where_it_came_from() {
        assert_eq!(shown_again("/account/sessions/end"), "/account/sessions");
        assert_eq!(shown_again("/logout/confirm"), "/logout");
        assert_eq!(shown_again("/logout?client_id=x"), "/logout?client_id=x");
        assert_eq!(shown_again("/sign-in/x/consent"), "/sign-in/x/consent");
    }
}
