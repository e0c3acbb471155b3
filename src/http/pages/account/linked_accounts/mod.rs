//! `/account/linked-accounts`: the accounts that the citizen had at portals before.

pub mod end;
pub mod new;

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Uri;

use super::{Door, enter};
use crate::domain::ids::LinkId;
use crate::domain::linked_account::LinkedAccount;
use crate::flows::account::linked_accounts;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::http::page::Page;
use crate::web::account::{self as view, Notice};
use crate::web::text::{Language, Moment};

const PATH: &str = "/account/linked-accounts";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let mut links = Vec::new();
    for link in linked_accounts::list(&site.app, entered.citizen.id).await? {
        links.push(shown(&site, &link, entered.layout.voice.language).await?);
    }
    let notice = match uri.query() {
        Some("done=linked") => Some(Notice::AccountLinked),
        Some("done=ended") => Some(Notice::AccountUnlinked),
        _ => None,
    };
    Ok(Page::render(&view::LinkedAccounts { notice, links, layout: entered.layout })?.into_response())
}

async fn shown(site: &Site, link: &LinkedAccount, language: Language) -> Result<view::LinkedAccount, Failure> {
    let client = site.app.clients.find(&site.app, &link.client).await?;
    Ok(view::LinkedAccount {
        portal: client.map_or_else(|| link.client.to_string(), |client| site.portal(&client, language).name),
        account: link.account.shown(),
        linked: Moment::from_micros(link.linked_at.micros()),
        end: end_path(link.id),
    })
}

fn end_path(link: LinkId) -> String {
    format!("{PATH}/{link}/end")
}
