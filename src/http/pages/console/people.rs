//! `/admin/corrections` and `/admin/duplicates`: what citizens say is wrong, and who may be entered twice.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::citizens::standing;
use super::{ROWS, address, asked, at_desk, form, found, named, notice, problem, render, to};
use crate::domain::administration::Permission;
use crate::domain::correction::{About, Outcome};
use crate::domain::ids::CorrectionId;
use crate::flows::admin::{corrections, duplicates};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{Act, Block, Cell, Empty, Facts, Field, Link, Section, Table, Weight, moment};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, id};

pub async fn corrections(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    shown(&site, &visit, None).await
}

/// Those that wait; `wrong` is the one whose answer was not taken, with what was typed.
async fn shown(site: &Site, visit: &Visit, wrong: Option<(CorrectionId, String, String)>) -> Result<Response, Failure> {
    let mut desk = at_desk!(site, visit, "/admin/corrections");
    let after = asked(visit, "after").and_then(|text| text.parse::<CorrectionId>().ok());
    let (waiting, next) = found!(desk, site, visit, corrections::list(&desk.admin, after, ROWS).await);
    let layout = desk.layout().clone();
    desk.frame.waiting = waiting.len();
    let mut blocks = Vec::new();
    for correction in &waiting {
        blocks.push(Block::Facts(Facts {
            heading: about(&layout, correction.said.about),
            rows: vec![
                (
                    layout.text("console-citizen"),
                    Cell::name(correction.citizen.to_string(), format!("/admin/citizens/{}", correction.citizen)),
                ),
                (layout.text("console-asked"), Cell::plain(moment(&layout, correction.asked_at.micros()))),
                (layout.text("console-words"), Cell::plain(correction.said.words.as_str())),
            ],
        }));
        if desk.has(Permission::CorrectionSettle) {
            let typed = wrong.as_ref().filter(|(id, ..)| *id == correction.id).map(|(_, typed, _)| typed.clone());
            let action = format!("/admin/corrections/{}", correction.id);
            let choices = vec![
                ("corrected".to_owned(), layout.text("console-corrected")),
                ("kept".to_owned(), layout.text("console-kept")),
            ];
            let settle = Act {
                heading: Some(layout.text("console-answer-heading")),
                says: vec![layout.text("console-answer-means")],
                fields: vec![
                    Field::choice("outcome", layout.text("console-outcome"), String::new(), choices),
                    Field {
                        needed: true,
                        ..Field::lines("answer", layout.text("console-answer"), typed.unwrap_or_default())
                    },
                ],
                weight: Weight::Light,
                ..Act::button(
                    &format!("settle-{}", correction.id),
                    form(visit, &action),
                    layout.text("console-answer-send"),
                )
            };
            blocks.push(settle.block());
        }
    }
    if blocks.is_empty() {
        let (title, text) = (layout.text("console-corrections-none"), layout.text("console-corrections-none-next"));
        blocks.push(Block::Empty(Empty { title, next: text, link: None }));
    }
    if let Some(next) = next {
        let href = address("/admin/corrections", &[("after", &next.to_string())]);
        blocks.push(Block::Links(vec![Link { text: layout.text("console-next"), href }]));
    }
    let mut page = desk.frame.section(Section::Corrections);
    page.lead = Some(layout.text("console-corrections-lead"));
    page.notice = notice(&layout, visit);
    page.problem = wrong.map(|(.., why)| why);
    page.blocks = blocks;
    render(&page)
}

fn about(layout: &Layout, about: About) -> String {
    layout.say(match about {
        About::Name => id("claim-name"),
        About::Birthdate => id("claim-birthdate"),
        About::Gender => id("claim-gender"),
        About::NationalId => id("claim-national-id"),
        About::Address => id("claim-address"),
        About::Other => id("console-about-other"),
    })
}

pub async fn settle(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(correction): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let correction: CorrectionId = named(&correction)?;
    Guarded::Account(&format!("/admin/corrections/{correction}")).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, "/admin/corrections");
    let answer = sent.single("answer")?.unwrap_or_default().to_owned();
    let how = Outcome::parse(sent.single("outcome")?.unwrap_or_default()).unwrap_or(Outcome::Kept);
    match corrections::settle(&desk.admin, correction, how, &answer).await {
        Ok(_) => Ok(to("/admin/corrections?done=settled")),
        Err(error) => match problem(desk.layout(), &error) {
            Some(wrong) => shown(&site, &visit, Some((correction, answer, wrong))).await,
            None => desk.refused(&site, &visit, error, "/admin/corrections").await,
        },
    }
}

pub async fn duplicates(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let after = asked(&visit, "after").and_then(|text| crate::crypto::base64url::decode(&text));
    let listed = duplicates::list(&desk.admin, &after.clone().unwrap_or_default()).await;
    let (groups, next) = found!(desk, &site, &visit, listed);
    let layout = desk.layout().clone();
    let mut page = desk.frame.section(Section::Duplicates);
    page.lead = Some(layout.text("console-duplicates-lead"));
    for group in &groups {
        let rows = group.0.iter().map(|citizen| {
            vec![
                Cell::Name {
                    text: citizen.profile.masked_name(),
                    small: Some(citizen.id.to_string()),
                    href: Some(format!("/admin/citizens/{}", citizen.id)),
                },
                Cell::Code(citizen.national_id.masked()),
                Cell::Number(i16::from(citizen.account_level).to_string()),
                standing(&layout, citizen.status),
            ]
        });
        page = page.with(Block::Table(Table {
            title: Some(layout.text("console-alike")),
            caption: layout.text("console-alike"),
            head: vec![
                layout.text("console-name"),
                layout.text("console-number"),
                layout.text("console-level"),
                layout.text("console-status"),
            ],
            rows: rows.collect(),
            next: None,
            first: None,
        }));
    }
    if groups.is_empty() {
        let (title, next) = (layout.text("console-duplicates-none"), layout.text("console-duplicates-none-next"));
        page = page.with(Block::Empty(Empty { title, next, link: None }));
    }
    if let Some(next) = next {
        let href = address("/admin/duplicates", &[("after", &crate::crypto::base64url::encode(&next))]);
        page = page.with(Block::Links(vec![Link { text: layout.text("console-next"), href }]));
    }
    render(&page)
}
