//! `/admin/applications`: the portals; one of them, switched off and on again.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::application::{Tab, stage_name, tabs};
use super::statistics::{Drawing, Reach};
use super::{Confirmation, Desk, address, asked, at_desk, found, named, notice, problem, render, to};
use crate::domain::administration::Permission;
use crate::domain::client::{Client, ClientStatus};
use crate::domain::ids::ClientId;
use crate::domain::statistics::Figure;
use crate::flows::admin::change_status::Change;
use crate::flows::admin::figures::{self, Span};
use crate::flows::admin::{AdminError, registered_clients};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{Block, Cell, Empty, Facts, Field, Filter, Link, Section, Table, Tone, View, moment, number};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, id};

/// As many as one page shows.
const MOST: usize = 200;
const WEEK: Span = Span { spans: 1, hours: 168, ahead: 0 };

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let layout = desk.layout().clone();
    let query = asked(&visit, "name");
    let status = asked(&visit, "status").and_then(|text| text.parse::<ClientStatus>().ok());
    let rows = found!(desk, &site, &visit, rows(&site, &desk, query.as_deref(), status).await);
    let typed = query.clone().unwrap_or_default();
    let view = |text: String, wanted: Option<ClientStatus>| View {
        text,
        href: address(
            "/admin/applications",
            &[("name", &typed), ("status", wanted.map(ClientStatus::as_str).unwrap_or_default())],
        ),
        here: wanted == status,
    };
    let views = vec![
        view(layout.text("console-all"), None),
        view(layout.text("console-client-active"), Some(ClientStatus::Active)),
        view(layout.text("console-client-disabled"), Some(ClientStatus::Disabled)),
    ];
    let filter = Filter {
        action: "/admin/applications",
        fields: vec![Field::line("name", layout.text("console-application-find"), typed.clone())],
    };
    let begin = desk
        .has(Permission::ClientDraft)
        .then(|| Link { text: layout.text("onboarding-begin"), href: "/admin/applications/new".to_owned() });
    let mut page = desk.frame.section(Section::Applications);
    page.lead = Some(layout.text("console-applications-lead"));
    page.action = begin;
    page = page.with(Block::Filter(filter)).with(Block::Views(views));
    page = match rows.is_empty() {
        true => page.with(Block::Empty(Empty {
            title: layout.text("console-applications-none"),
            next: layout.text("console-applications-none-next"),
            link: None,
        })),
        false => page.with(table(&layout, rows)),
    };
    render(&page)
}

/// Applications that they may see and that are called so, a row each.
pub(super) async fn rows(
    site: &Site,
    desk: &Desk,
    query: Option<&str>,
    status: Option<ClientStatus>,
) -> Result<Vec<Vec<Cell>>, AdminError> {
    let layout = desk.layout();
    let wanted = query.map(str::to_lowercase);
    let mut rows = Vec::new();
    let add = |client: Client| -> Result<(), AdminError> {
        let portal = site.portal(&client, layout.voice.language);
        let texts = [client.id.as_str(), &portal.name, portal.organisation.as_deref().unwrap_or_default()];
        let mut texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        texts.extend(client.redirect_uris.iter().map(|uri| uri.to_string().to_lowercase()));
        let named = wanted.as_ref().is_none_or(|wanted| texts.iter().any(|text| text.contains(wanted)));
        if rows.len() < MOST && named && status.is_none_or(|status| status == client.status) {
            rows.push(vec![
                Cell::Name {
                    text: portal.name,
                    small: Some(client.id.to_string()),
                    href: Some(format!("/admin/applications/{}", client.id)),
                },
                Cell::plain(portal.organisation.unwrap_or_else(|| "–".to_owned())),
                Cell::Code(client.policy.set.as_str().to_owned()),
                Cell::plain(layout.date(&crate::web::text::Moment::from_micros(client.updated_at.micros()))),
                standing(layout, client.status),
            ]);
        }
        Ok(())
    };
    registered_clients::list(&desk.admin, add).await?;
    Ok(rows)
}

pub(super) fn table(layout: &Layout, rows: Vec<Vec<Cell>>) -> Block {
    Block::Table(Table {
        title: None,
        caption: layout.text("console-applications"),
        head: vec![
            layout.text("console-application"),
            layout.text("console-organisation"),
            layout.text("console-policy"),
            layout.text("console-changed"),
            layout.text("console-status"),
        ],
        rows,
        next: None,
        first: None,
    })
}

fn standing(layout: &Layout, status: ClientStatus) -> Cell {
    match status {
        ClientStatus::Active => Cell::badge(layout.text("console-client-active"), Tone::Done),
        ClientStatus::Disabled => Cell::badge(layout.text("console-client-disabled"), Tone::Alarm),
        ClientStatus::Deleted => Cell::badge(layout.text("console-client-deleted"), Tone::Plain),
    }
}

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let client: ClientId = named(&client)?;
    let shown = found!(desk, &site, &visit, registered_clients::show(&desk.admin, &client).await);
    let layout = desk.layout().clone();
    let portal = site.portal(&shown, layout.voice.language);
    let none = || Cell::plain("–");
    let many = |items: Vec<String>| if items.is_empty() { none() } else { Cell::plain(items.join(", ")) };
    let uris = |uris: Vec<String>| if uris.is_empty() { none() } else { Cell::Code(uris.join(" ")) };
    let facts = Facts {
        heading: layout.text("console-registration"),
        rows: vec![
            (layout.text("console-status"), standing(&layout, shown.status)),
            (layout.text("onboarding-stage"), Cell::plain(layout.say(stage_name(shown.stage)))),
            (layout.text("console-client-id"), Cell::Code(shown.id.to_string())),
            (
                layout.text("console-organisation"),
                Cell::plain(portal.organisation.clone().unwrap_or_else(|| "–".to_owned())),
            ),
            (layout.text("console-policy"), Cell::Code(shown.policy.set.as_str().to_owned())),
            (layout.text("console-redirects"), uris(shown.redirect_uris.iter().map(ToString::to_string).collect())),
            (layout.text("console-scopes"), many(shown.scopes.iter().map(|scope| scope.as_str().to_owned()).collect())),
            (
                layout.text("console-grants"),
                many(shown.grant_types.iter().map(|grant| grant.as_str().to_owned()).collect()),
            ),
            (layout.text("console-created"), Cell::plain(moment(&layout, shown.created_at.micros()))),
            (layout.text("console-changed"), Cell::plain(moment(&layout, shown.updated_at.micros()))),
        ],
    };
    let mut blocks = vec![tabs(&desk, &shown, Tab::Registration), Block::Facts(facts)];
    if desk.has(Permission::ClientUsage) {
        let month = Reach::Month.span(&layout);
        let tokens = figures::of_client(&desk.admin, &client, Figure::Tokens, month).await;
        let tokens = found!(desk, &site, &visit, tokens);
        let draw = Drawing { layout: &layout, desk: &desk, reach: Reach::Month };
        blocks.push(draw.chart("usage", id("console-chart-usage"), &tokens, |_, grant| grant.to_owned()));
        let refused = figures::of_client(&desk.admin, &client, Figure::TokenRefused, WEEK).await;
        let refused = found!(desk, &site, &visit, refused);
        if !refused.is_empty() {
            blocks.push(Block::Table(Table {
                title: Some(layout.text("console-refusals")),
                caption: layout.text("console-refusals"),
                head: vec![layout.text("console-error"), layout.text("console-count")],
                rows: refused
                    .iter()
                    .map(|row| vec![Cell::Code(row.label.clone()), Cell::Number(number(&layout.voice, row.count))])
                    .collect(),
                next: None,
                first: None,
            }));
        }
    }
    let mut ways = Vec::new();
    if desk.has(Permission::AuditRead) {
        let href = address("/admin/audit", &[("client", client.as_str())]);
        ways.push(Link { text: layout.text("console-audit-of"), href });
    }
    if desk.has(Permission::ClientDisable) {
        let turn = match shown.status {
            ClientStatus::Active => Some((layout.text("console-client-disable"), "disable")),
            ClientStatus::Disabled => Some((layout.text("console-client-enable"), "enable")),
            ClientStatus::Deleted => None,
        };
        let way = |(text, act)| Link { text, href: format!("/admin/applications/{client}/{act}") };
        ways.extend(turn.map(way));
    }
    if !ways.is_empty() {
        blocks.push(Block::Links(ways));
    }
    let back = desk.frame.back_to(Section::Applications);
    let mut page = desk.frame.page(Section::Applications, portal.name);
    page.back = back;
    page.notice = notice(&layout, &visit);
    page.blocks = blocks;
    render(&page)
}

/// What a client is made to be.
fn turned(act: &str) -> Result<ClientStatus, Failure> {
    match act {
        "disable" => Ok(ClientStatus::Disabled),
        "enable" => Ok(ClientStatus::Active),
        _ => Err(Fault::NotFound.into()),
    }
}

pub async fn ask(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((client, act)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let (client, status): (ClientId, _) = (named(&client)?, turned(&act)?);
    let shown = found!(desk, &site, &visit, registered_clients::show(&desk.admin, &client).await);
    // Whoever must prove again who they are does so before they are asked.
    let may = desk.admin.may_on(Permission::ClientDisable, &client);
    found!(desk, &site, &visit, may);
    confirmation(&site, &visit, desk, &shown, status, None).await
}

async fn confirmation(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    client: &Client,
    status: ClientStatus,
    wrong: Option<String>,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let name = site.portal(client, layout.voice.language).name;
    let action = format!(
        "/admin/applications/{}/{}",
        client.id,
        if status == ClientStatus::Disabled { "disable" } else { "enable" }
    );
    let (title, says, button) = match status {
        ClientStatus::Disabled => (
            layout.text_with("console-client-disable-title", "name", name.as_str()),
            layout.text("console-client-disable-means"),
            layout.text("console-client-disable"),
        ),
        ClientStatus::Active | ClientStatus::Deleted => (
            layout.text_with("console-client-enable-title", "name", name.as_str()),
            layout.text("console-client-enable-means"),
            layout.text("console-client-enable"),
        ),
    };
    let back = format!("/admin/applications/{}", client.id);
    let act =
        Confirmation { id: "confirm", says: vec![says], action: &action, button, reason: None, back: back.clone() };
    let act = act.act(&layout, visit);
    let mut page = desk.frame.page(Section::Applications, title);
    page.back = Some(Link { text: name, href: back });
    page.problem = wrong;
    render(&page.with(Block::Act(Box::new(act))))
}

pub async fn turn(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((client, act)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let (client, status): (ClientId, _) = (named(&client)?, turned(&act)?);
    let action = format!("/admin/applications/{client}/{act}");
    Guarded::Account(&action).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, &action);
    match registered_clients::set_status(&desk.admin, &client, status).await {
        Ok(Change::Done | Change::NothingToDo) => {
            let done = if status == ClientStatus::Disabled { "disabled" } else { "enabled" };
            Ok(to(format!("/admin/applications/{client}?done={done}")))
        }
        Err(error) => match problem(desk.layout(), &error) {
            Some(wrong) => {
                let shown = found!(desk, &site, &visit, registered_clients::show(&desk.admin, &client).await);
                confirmation(&site, &visit, desk, &shown, status, Some(wrong)).await
            }
            None => desk.refused(&site, &visit, error, &action).await,
        },
    }
}
