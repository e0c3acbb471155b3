//! `/`, `/account/sign-in`: the account's door for somebody who is not signed in.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Uri;

use super::to_sign_in;
use crate::domain::assurance::Requirement;
use crate::domain::ids::{GrantId, GuardianshipId};
use crate::flows::{session, sign_in};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::{Page, SeeOther};
use crate::protocol::parameters::Parameters;
use crate::web::account::Start;
use crate::web::layout;

pub async fn home() -> SeeOther {
    SeeOther::to("/account")
}

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    let return_to = own_page(query.single("return_to")?);
    if session::current(&site.app, &visit.visitor).await?.is_some() {
        return Ok(SeeOther::to(return_to).into_response());
    }
    let action = match return_to.as_str() {
        "/account" => "/account/sign-in".to_owned(),
        path => format!("/account/sign-in?return_to={path}"),
    };
    // There is no session that a token could be bound to, and nothing to gain: it begins a sign-in of the browser's own.
    let form = layout::Form { action, csrf: String::new() };
    Ok(Page::render(&Start { layout: site.layout(&visit, &[], None), form })?.into_response())
}

pub async fn begin(State(site): State<Arc<Site>>, visit: Visit, uri: Uri, Form(_): Form) -> Result<Response, Failure> {
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    let return_to = own_page(query.single("return_to")?);
    let begun = sign_in::begin_for_account(&site.app, &visit.visitor, return_to, Requirement::NONE).await?;
    Ok(to_sign_in(&site, &begun))
}

/// The page to come back to: one of these, whatever was asked.
pub(super) fn own_page(asked: Option<&str>) -> String {
    const PAGES: [&str; 11] = [
        "/account/close",
        "/account/data",
        "/account/organisations",
        "/account/linked-accounts",
        "/account/requests",
        "/account/security",
        "/account/sessions",
        "/account/portals",
        "/account/activity",
        "/account/not-me",
        "/account/security/passkeys/new",
    ];
    let path = asked.unwrap_or_default().split('?').next().unwrap_or_default();
    if let Some(Ok(id)) = path.strip_prefix("/account/requests/").map(str::parse::<GrantId>) {
        return format!("/account/requests/{id}");
    }
    if let Some(Ok(id)) = path.strip_prefix("/account/family/").map(str::parse::<GuardianshipId>) {
        return format!("/account/family/{id}");
    }
    // Below it each page looks for itself whether the sign-in is good enough for it.
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'/');
    let below = ["/account/security/", "/account/organisations/", "/account/linked-accounts/"]
        .iter()
        .any(|page| path.starts_with(page));
    if below && path.bytes().all(plain) && !path.contains("//") {
        return path.to_owned();
    }
    PAGES.into_iter().find(|page| *page == path).unwrap_or("/account").to_owned()
}
