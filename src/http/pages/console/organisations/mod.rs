//! `/admin/organisations`: those that are registered, and one with everybody who acts for it.
//!
//! | file | what it is about |
//! |---|---|
//! | [`acts`] | an organisation is registered, suspended, resumed, dissolved; a mandate ends |
//! | [`requests`] | who asks to be confirmed as a legal representative, confirmed or refused |

pub mod acts;
pub mod requests;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::citizens::part;
use super::{address, asked, at_desk, found, notice, render};
use crate::domain::administration::Permission;
use crate::domain::ids::OrganisationId;
use crate::domain::organisation::OrganisationStatus;
use crate::domain::organisation_code::OrganisationCode;
use crate::flows::admin::organisations;
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::Visit;
use crate::web::console::{Block, Cell, Empty, Facts, Link, Section, Table, Tone, moment};
use crate::web::layout::Layout;
use crate::web::text::Speaks;

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let after = asked(&visit, "after").and_then(|text| text.parse::<OrganisationId>().ok());
    let (found, next) = found!(desk, &site, &visit, organisations::list(&desk.admin, after).await);
    let layout = desk.layout().clone();
    let rows: Vec<Vec<Cell>> = found
        .iter()
        .map(|organisation| {
            vec![
                Cell::name(organisation.name.as_str(), format!("/admin/organisations/{}", organisation.code)),
                Cell::Code(organisation.code.to_string()),
                Cell::plain(moment(&layout, organisation.created_at.micros())),
                standing(&layout, organisation.status),
            ]
        })
        .collect();
    let registers = desk.has(Permission::OrganisationManage);
    let mut page = desk.frame.section(Section::Organisations);
    page.action = registers.then(|| Link { text: layout.text("desk-register"), href: acts::NEW.to_owned() });
    page.lead = Some(layout.text("console-organisations-lead"));
    let block = match rows.is_empty() {
        true => Block::Empty(Empty {
            title: layout.text("console-organisations-none"),
            next: layout.text("console-organisations-none-next"),
            link: None,
        }),
        false => Block::Table(Table {
            title: None,
            caption: layout.text("console-organisations"),
            head: vec![
                layout.text("console-organisation"),
                layout.text("console-code"),
                layout.text("console-since"),
                layout.text("console-status"),
            ],
            rows,
            next: next.map(|next| address("/admin/organisations", &[("after", &next.to_string())])),
            first: after.map(|_| "/admin/organisations".to_owned()),
        }),
    };
    let ways = vec![Link { text: layout.text("desk-requests"), href: requests::PATH.to_owned() }];
    render(&page.with(Block::Links(ways)).with(block))
}

fn standing(layout: &Layout, status: OrganisationStatus) -> Cell {
    match status {
        OrganisationStatus::Active => Cell::badge(layout.text("console-organisation-active"), Tone::Done),
        OrganisationStatus::Suspended => Cell::badge(layout.text("console-organisation-suspended"), Tone::Care),
        OrganisationStatus::Dissolved => Cell::badge(layout.text("console-organisation-dissolved"), Tone::Plain),
    }
}

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(code): Path<String>) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let code: OrganisationCode = code.parse().map_err(|_| Fault::NotFound)?;
    let (organisation, people) = found!(desk, &site, &visit, organisations::show(&desk.admin, &code).await);
    let layout = desk.layout().clone();
    let facts = Facts {
        heading: layout.text("console-registration"),
        rows: vec![
            (layout.text("console-status"), standing(&layout, organisation.status)),
            (layout.text("console-code"), Cell::Code(organisation.code.to_string())),
            (layout.text("console-created"), Cell::plain(moment(&layout, organisation.created_at.micros()))),
            (layout.text("console-changed"), Cell::plain(moment(&layout, organisation.updated_at.micros()))),
        ],
    };
    let rows = people.iter().map(|holder| {
        let mandate = &holder.mandate;
        let (text, tone) = match &mandate.ended {
            Some(_) => (layout.text("console-mandate-ended"), Tone::Plain),
            None => (layout.text("console-mandate-stands"), Tone::Done),
        };
        vec![
            Cell::Name {
                text: holder.citizen.profile.masked_name(),
                small: Some(holder.citizen.national_id.masked()),
                href: Some(format!("/admin/citizens/{}", holder.citizen.id)),
            },
            Cell::Code(mandate.role.as_str().to_owned()),
            Cell::plain(moment(&layout, mandate.starts_at.micros())),
            Cell::plain(mandate.ends_at.map_or_else(|| "–".to_owned(), |end| moment(&layout, end.micros()))),
            match desk.has(Permission::MandateRevoke) && mandate.ended.is_none() {
                true => Cell::Name {
                    text,
                    small: None,
                    href: Some(format!("/admin/organisations/{}/mandates/{}", organisation.code, mandate.id)),
                },
                false => Cell::badge(text, tone),
            },
        ]
    });
    let mandates = part(
        layout.text("console-mandates"),
        vec![
            layout.text("console-name"),
            layout.text("console-role"),
            layout.text("console-since"),
            layout.text("console-until"),
            layout.text("console-status"),
        ],
        rows.collect(),
        layout.text("console-mandates-none"),
    );
    let ways: Vec<Link> = match desk.has(Permission::OrganisationManage) {
        true => acts::ways(&layout, &organisation),
        false => Vec::new(),
    };
    let back = desk.frame.back_to(Section::Organisations);
    let mut page = desk.frame.page(Section::Organisations, organisation.name.as_str().to_owned());
    page.back = back;
    page.notice = notice(&layout, &visit);
    if !ways.is_empty() {
        page = page.with(Block::Links(ways));
    }
    render(&page.with(Block::Facts(facts)).with(mandates))
}
