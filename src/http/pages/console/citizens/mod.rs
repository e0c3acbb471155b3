//! `/admin/citizens`: one is found by what they sign in with, and what can be done at a registrar's counter begins at their page.
//!
//! | file | what it is about |
//! |---|---|
//! | [`one`] | the page of one citizen, masked |
//! | [`deeds`] | what is done for a reason: seen in clear, locked, unlocked, signed out, put into another state |
//! | [`counter`] | what a registrar does for the person before them: an identity is proven, a code issued, a number or a guardian entered, two accounts joined |
//! | [`proof`] | what is written down of a document that was seen |
//! | [`held`] | a credential is removed, a consent withdrawn |
//! | [`entered`] | somebody new is entered |

pub mod counter;
pub mod deeds;
pub mod entered;
pub mod held;
pub mod one;
pub(super) mod proof;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{Desk, ROWS, address, asked, at_desk, form, found, problem, render, to};
use crate::domain::administration::Permission;
use crate::domain::citizen::{Citizen, CitizenStatus};
use crate::domain::ids::CitizenId;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::list_citizens;
use crate::flows::admin::show_citizen::{self, Sight};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{Act, Block, Cell, Empty, Field, Link, Section, Table, Tone, View, Weight};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, id};

const PATH: &str = "/admin/citizens";

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    found!(desk, &site, &visit, desk.admin.may(Permission::CitizenShow));
    listed(&site, &visit, desk, (String::new(), None)).await
}

/// Finds one by what they sign in with, which is sent in a form and stands in no address.
pub async fn find(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(PATH).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, PATH);
    let typed = sent.single("who")?.unwrap_or_default().trim().to_owned();
    let wrong = match Who::parse(&typed, site.app.settings.national_id.default_scheme()) {
        Ok(who) => match show_citizen::show(&desk.admin, &who, &Sight::Masked).await {
            Ok(shown) => return Ok(to(format!("{PATH}/{}", shown.citizen.id))),
            Err(error) => match problem(desk.layout(), &error) {
                Some(_) => desk.layout().text("console-citizen-unknown"),
                None => return desk.refused(&site, &visit, error, PATH).await,
            },
        },
        Err(_) => desk.layout().text("console-citizen-unreadable"),
    };
    listed(&site, &visit, desk, (typed, Some(wrong))).await
}

async fn listed(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    (typed, wrong): (String, Option<String>),
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let status = asked(visit, "status").and_then(|text| text.parse::<CitizenStatus>().ok());
    let mut blocks = vec![Block::Act(Box::new(finder(&layout, visit, PATH, typed)))];
    if desk.has(Permission::CitizenList) {
        let after = asked(visit, "after").and_then(|text| text.parse::<CitizenId>().ok());
        let page = found!(desk, site, visit, list_citizens::list(&desk.admin, status, after, ROWS).await);
        let view = |text: String, wanted: Option<CitizenStatus>| View {
            text,
            href: address("/admin/citizens", &[("status", wanted.map(CitizenStatus::as_str).unwrap_or_default())]),
            here: wanted == status,
        };
        let mut views = vec![view(layout.text("console-all"), None)];
        views.extend(CitizenStatus::ALL.into_iter().map(|one| view(status_name(&layout, one), Some(one))));
        blocks.push(Block::Views(views));
        blocks.push(match page.items.is_empty() {
            true => Block::Empty(Empty {
                title: layout.text("console-citizens-none"),
                next: layout.text("console-citizens-none-next"),
                link: None,
            }),
            false => {
                let rows = page.items.iter().map(|citizen| person_row(&layout, citizen)).collect();
                let mut block = people_table(&layout, rows);
                let status = status.map(CitizenStatus::as_str).unwrap_or_default();
                if let Block::Table(table) = &mut block {
                    let next = page.next.map(|next| next.to_string());
                    let more = next.map(|next| address("/admin/citizens", &[("status", status), ("after", &next)]));
                    table.next = more;
                    table.first = after.map(|_| address("/admin/citizens", &[("status", status)]));
                }
                block
            }
        });
    }
    let enters = desk.has(Permission::CitizenAdd);
    let mut page = desk.frame.section(Section::Citizens);
    page.lead = Some(layout.text("console-citizens-lead"));
    page.problem = wrong;
    page.action = enters.then(|| Link { text: layout.text("desk-enter"), href: entered::PATH.to_owned() });
    page.blocks = blocks;
    render(&page)
}

/// One is found by all of what they sign in with. It is a form that is posted: addresses end up in logs and histories.
pub(super) fn finder(layout: &Layout, visit: &Visit, action: &str, typed: String) -> Act {
    Act {
        fields: vec![Field {
            hint: Some(layout.text("console-citizen-find-hint")),
            needed: true,
            ..Field::line("who", layout.text("console-citizen-find"), typed)
        }],
        weight: Weight::Light,
        ..Act::button("find", form(visit, action), layout.text("console-search"))
    }
}

pub(super) fn person_row(layout: &Layout, citizen: &Citizen) -> Vec<Cell> {
    vec![
        Cell::Name {
            text: citizen.profile.masked_name(),
            small: Some(citizen.id.to_string()),
            href: Some(format!("/admin/citizens/{}", citizen.id)),
        },
        Cell::Code(citizen.national_id.masked()),
        Cell::Number(i16::from(citizen.account_level).to_string()),
        standing(layout, citizen.status),
    ]
}

pub(super) fn people_table(layout: &Layout, rows: Vec<Vec<Cell>>) -> Block {
    Block::Table(Table {
        title: None,
        caption: layout.text("console-citizens"),
        head: vec![
            layout.text("console-name"),
            layout.text("console-number"),
            layout.text("console-level"),
            layout.text("console-status"),
        ],
        rows,
        next: None,
        first: None,
    })
}

pub(super) fn status_name(layout: &Layout, status: CitizenStatus) -> String {
    layout.say(match status {
        CitizenStatus::Registered => id("console-citizen-registered"),
        CitizenStatus::Active => id("console-citizen-active"),
        CitizenStatus::Locked => id("console-citizen-locked"),
        CitizenStatus::Suspended => id("console-citizen-suspended"),
        CitizenStatus::Deceased => id("console-citizen-deceased"),
        CitizenStatus::Closed => id("console-citizen-closed"),
    })
}

pub(super) fn standing(layout: &Layout, status: CitizenStatus) -> Cell {
    let tone = match status {
        CitizenStatus::Active => Tone::Done,
        CitizenStatus::Locked => Tone::Alarm,
        CitizenStatus::Suspended | CitizenStatus::Registered => Tone::Care,
        CitizenStatus::Deceased | CitizenStatus::Closed => Tone::Plain,
    };
    Cell::badge(status_name(layout, status), tone)
}

/// A table, or one line where it would be empty.
pub(super) fn part(title: String, head: Vec<String>, rows: Vec<Vec<Cell>>, none: String) -> Block {
    match rows.is_empty() {
        true => Block::Nothing { heading: title, says: none },
        false => {
            Block::Table(Table { title: Some(title.clone()), caption: title, head, rows, next: None, first: None })
        }
    }
}
