//! One application, as its owners bring it in: drafted, checked, tried, changed and asked into production. Each tab loads what it
//! shows through `flows::onboarding`, which the command line uses, too.

pub mod check_up;
pub mod draft;
mod finding;
pub mod production;
pub mod secrets;
pub mod snippets;
pub mod stream;
mod stream_form;
mod stream_words;
pub mod try_it;
pub mod usage;

use axum::response::Response;

use super::{Desk, enter, named, notice, render};
use crate::domain::administration::Permission;
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::stage::Stage;
use crate::flows::admin::registered_clients;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::web::console::{Block, Section, View};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

/// What there is of one application beside its first page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Registration,
    Snippets,
    CheckUp,
    Secrets,
    Production,
    Usage,
    TryIt,
    Stream,
}

impl Tab {
    const ALL: [Self; 8] = [
        Self::Registration,
        Self::Snippets,
        Self::TryIt,
        Self::CheckUp,
        Self::Secrets,
        Self::Production,
        Self::Usage,
        Self::Stream,
    ];

    fn name(self) -> TextId {
        match self {
            Self::Registration => id("console-registration"),
            Self::Snippets => id("onboarding-snippets"),
            Self::CheckUp => id("onboarding-check-up"),
            Self::Secrets => id("onboarding-secrets"),
            Self::Production => id("onboarding-production"),
            Self::Usage => id("onboarding-usage"),
            Self::TryIt => id("onboarding-try"),
            Self::Stream => id("stream-tab"),
        }
    }

    /// What opens it.
    const fn permission(self) -> Permission {
        match self {
            Self::Registration | Self::Snippets | Self::CheckUp => Permission::ClientShow,
            Self::Secrets => Permission::ClientRotateSecret,
            Self::Production => Permission::ClientRequestProduction,
            Self::Usage => Permission::ClientUsage,
            Self::TryIt => Permission::ClientSandbox,
            Self::Stream => Permission::StreamShow,
        }
    }

    pub(super) fn path(self, client: &Client) -> String {
        let tab = match self {
            Self::Registration => "",
            Self::Snippets => "/snippets",
            Self::CheckUp => "/check-up",
            Self::Secrets => "/secrets",
            Self::Production => "/production",
            Self::Usage => "/usage",
            Self::TryIt => "/try-it",
            Self::Stream => "/stream",
        };
        format!("/admin/applications/{}{tab}", client.id)
    }
}

/// The tabs that their roles open; whoever proved too long ago who they are is asked there.
pub(super) fn tabs(desk: &Desk, client: &Client, here: Tab) -> Block {
    let open = Tab::ALL.into_iter().filter(|tab| desk.has(tab.permission()));
    let view = |tab: Tab| View { text: desk.layout().say(tab.name()), href: tab.path(client), here: tab == here };
    Block::Views(open.map(view).collect())
}

/// Who works at a tab, and the application that it is of; or the answer to whoever may not. Whoever must prove again who they are does
/// so before they fill anything in.
pub(super) async fn open(
    site: &Site,
    visit: &Visit,
    client: &str,
    tab: Tab,
) -> Result<Result<(Desk, Client), Response>, Failure> {
    let desk = match enter(site, visit, &visit.path).await? {
        Ok(desk) => desk,
        Err(response) => return Ok(Err(response)),
    };
    let client: ClientId = named(client)?;
    let found = match desk.admin.may_on(tab.permission(), &client) {
        Ok(()) => registered_clients::show(&desk.admin, &client).await,
        Err(denied) => Err(denied),
    };
    Ok(match found {
        Ok(client) => Ok((desk, client)),
        Err(error) => Err(desk.refused(site, visit, error, &visit.path).await?),
    })
}

/// As [`open`], for a handler to go on with.
macro_rules! at_tab {
    ($site:expr, $visit:expr, $client:expr, $tab:expr) => {
        match $crate::http::pages::console::application::open($site, $visit, $client, $tab).await? {
            Ok(found) => found,
            Err(response) => return Ok(response),
        }
    };
}
use at_tab;

/// A page below an application's first one.
struct Shown<'a> {
    site: &'a Site,
    visit: &'a Visit,
    client: &'a Client,
    tab: Tab,
    lead: String,
    problem: Option<String>,
    blocks: Vec<Block>,
}

impl Shown<'_> {
    fn render(self, desk: Desk) -> Result<Response, Failure> {
        let Self { site, visit, client, tab, lead, problem, blocks } = self;
        let layout = desk.layout().clone();
        let tabs = tabs(&desk, client, tab);
        let back = desk.frame.back_to(Section::Applications);
        let mut page = desk.frame.page(Section::Applications, name(site, &layout, client));
        page.back = back;
        page.lead = Some(lead);
        page.notice = notice(&layout, visit);
        page.problem = problem;
        page.blocks = std::iter::once(tabs).chain(blocks).collect();
        render(&page)
    }
}

fn name(site: &Site, layout: &Layout, client: &Client) -> String {
    site.portal(client, layout.voice.language).name
}

/// Whom it is for.
pub(super) fn stage_name(stage: Stage) -> TextId {
    match stage {
        Stage::Sandbox => id("onboarding-stage-sandbox"),
        Stage::Production => id("onboarding-stage-production"),
    }
}
