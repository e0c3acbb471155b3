//! `/admin/applications/{client}/snippets`: what its developer puts into it, with its own values.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::{Shown, Tab, at_tab};
use crate::domain::client::{Client, Kind, Library};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::web::console::{Block, Cell, Code, Empty, Facts};
use crate::web::layout::Layout;
use crate::web::snippet::{Values, render};
use crate::web::text::Speaks;

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
) -> Result<Response, Failure> {
    let (desk, client) = at_tab!(&site, &visit, &client, Tab::Snippets);
    let layout = desk.layout().clone();
    let kind = Kind::of(&client);
    let mut blocks = vec![Block::Facts(values(&site, &layout, &client))];
    blocks.extend(Library::of(kind).map(|library| snippet(&site, &layout, &client, library)));
    if Library::of(kind).next().is_none() {
        blocks.push(Block::Empty(Empty {
            title: layout.text("onboarding-snippets-none"),
            next: layout.text("onboarding-snippets-none-next"),
            link: None,
        }));
    }
    let lead = layout.text("onboarding-snippets-lead");
    Shown { site: &site, visit: &visit, client: &client, tab: Tab::Snippets, lead, problem: None, blocks }.render(desk)
}

/// What every library asks for by one name or another.
pub(super) fn values(site: &Site, layout: &Layout, client: &Client) -> Facts {
    let issuer = &site.app.settings.issuer;
    Facts {
        heading: layout.text("onboarding-values"),
        rows: vec![
            (layout.text("onboarding-issuer"), Cell::Code(issuer.to_string())),
            (
                layout.text("onboarding-discovery"),
                Cell::Code(issuer.at("/.well-known/openid-configuration").to_string()),
            ),
            (layout.text("console-client-id"), Cell::Code(client.id.to_string())),
        ],
    }
}

/// The file for one library, or why it is of no use here.
fn snippet(site: &Site, layout: &Layout, client: &Client, library: Library) -> Block {
    if let Some(why) = library.misfit(client) {
        return Block::Note(format!("{library} {why}"));
    }
    let values = Values {
        issuer: site.app.settings.issuer.to_string(),
        client_id: client.id.to_string(),
        redirect_uri: library.redirect_uri(client).unwrap_or_default().to_owned(),
        scope: client.scopes.to_string(),
        id_token_algorithm: client.policy.id_token_algorithm.name(),
    };
    let text = render(library.as_str(), &values).and_then(Result::ok).unwrap_or_default();
    let says = match client.authentication.method().has_secret() {
        true => vec![layout.text("onboarding-snippet-secret")],
        false => Vec::new(),
    };
    Block::Code(Code { id: format!("snippet-{library}"), heading: library.to_string(), says, text })
}
