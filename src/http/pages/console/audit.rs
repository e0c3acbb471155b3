//! `/admin/audit`: what was done, by whom, to whom; and one event with what shows that it is in the log. That it was read is recorded, too.

pub mod export;
pub mod verification;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::citizens::finder;
use super::{Desk, ROWS, address, asked, at_desk, found, named, problem, render, to};
use crate::domain::administration::Permission;
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::ids::EventId;
use crate::domain::time::Timestamp;
use crate::flows::admin::audit::names::{self, Names};
use crate::flows::admin::audit::search::{self, FoundEvent, Search, Shown};
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::read_audit::RecordedEvent;
use crate::flows::admin::show_citizen::{self, Sight};
use crate::flows::audit_log::prove::Inclusion;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{Block, Cell, Empty, Facts, Field, Filter, Link, Section, Table, Tone, moment};
use crate::web::layout::Layout;
use crate::web::text::Speaks;

const PATH: &str = "/admin/audit";
/// What a filter is called in the address.
const NAMES: [&str; 7] = ["kind", "outcome", "actor", "citizen", "client", "since", "until"];

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    listed(&site, &visit, desk, (String::new(), None)).await
}

/// The events of whoever signs in with what was typed: it is sent in a form, and the address names them by their id.
pub async fn find(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(PATH).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, PATH);
    let typed = sent.single("who")?.unwrap_or_default().trim().to_owned();
    let wrong = match Who::parse(&typed, site.app.settings.national_id.default_scheme()) {
        Ok(who) => match show_citizen::show(&desk.admin, &who, &Sight::Masked).await {
            Ok(shown) => return Ok(to(address(PATH, &[("citizen", &shown.citizen.id.to_string())]))),
            Err(error) => match problem(desk.layout(), &error) {
                Some(_) => desk.layout().text("console-citizen-unknown"),
                None => return desk.refused(&site, &visit, error, PATH).await,
            },
        },
        Err(_) => desk.layout().text("console-citizen-unreadable"),
    };
    listed(&site, &visit, desk, (typed, Some(wrong))).await
}

/// What the address asks for; `None` where a part of it can be nothing.
fn wanted(given: &[String; 7]) -> Option<Search> {
    let [kind, outcome, actor, citizen, client, since, until] =
        given.each_ref().map(|text| (!text.is_empty()).then_some(text));
    Some(Search {
        kind: kind.map(|kind| EventKind::parse(kind).ok_or(())).transpose().ok()?,
        outcome: outcome.map(|outcome| Outcome::parse(outcome).ok_or(())).transpose().ok()?,
        actor: actor.cloned(),
        citizen: citizen.map(|citizen| citizen.parse()).transpose().ok()?,
        client: client.map(|client| client.parse()).transpose().ok()?,
        since: since.map(|day| day_of(day).ok_or(())).transpose().ok()?,
        until: until.map(|day| day_of(day).ok_or(())).transpose().ok()?,
    })
}

/// The beginning of a day as `2026-01-31`, or a moment of RFC 3339; in UTC.
pub(super) fn day_of(text: &str) -> Option<Timestamp> {
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let at: jiff::Timestamp = text.parse().ok()?;
    Some(Timestamp::from_micros(at.as_microsecond()))
}

async fn listed(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    (typed, mut wrong): (String, Option<String>),
) -> Result<Response, Failure> {
    found!(desk, site, visit, desk.admin.may(Permission::AuditRead));
    let layout = desk.layout().clone();
    let given = NAMES.map(|name| asked(visit, name).unwrap_or_default());
    let before = asked(visit, "before").and_then(|text| text.parse::<EventId>().ok());
    let searched = match wanted(&given) {
        Some(search) => search::search(&desk.admin, &search, before, ROWS).await.map(|page| (page.items, page.next)),
        None => {
            wrong.get_or_insert_with(|| layout.text("console-problem-invalid"));
            Ok((Vec::new(), None))
        }
    };
    let (events, next) = match searched {
        Ok(found) => found,
        Err(error) => match problem(&layout, &error) {
            Some(text) => {
                wrong = Some(text);
                (Vec::new(), None)
            }
            None => return desk.refused(site, visit, error, PATH).await,
        },
    };
    let names = found!(desk, site, visit, names::of(&desk.admin, &events).await);
    let ways = ways(&desk);
    let more = next.map(|next| next.to_string());
    let pairs = |before: Option<&str>| {
        let mut pairs: Vec<(&str, &str)> = NAMES.into_iter().zip(given.iter().map(String::as_str)).collect();
        pairs.push(("before", before.unwrap_or_default()));
        address(PATH, &pairs)
    };
    let mut shown = desk.frame.section(Section::Audit);
    shown.lead = Some(layout.text("console-audit-lead"));
    shown.problem = wrong;
    if !ways.is_empty() {
        shown = shown.with(Block::Links(ways));
    }
    shown = shown.with(Block::Act(Box::new(finder(&layout, visit, PATH, typed)))).with(filter(&layout, &given));
    shown = match events.is_empty() && more.is_none() {
        true => shown.with(Block::Empty(Empty {
            title: layout.text("console-audit-none"),
            next: layout.text("console-audit-none-next"),
            link: None,
        })),
        false => {
            let next = more.as_deref().map(|next| pairs(Some(next)));
            shown.with(table(site, &layout, &events, &names, (next, before.map(|_| pairs(None)))))
        }
    };
    render(&shown)
}

fn filter(layout: &Layout, given: &[String; 7]) -> Block {
    let any = (String::new(), layout.text("console-all"));
    let same = |text: &str| (text.to_owned(), text.to_owned());
    let kinds = std::iter::once(any.clone()).chain(EventKind::ALL.iter().map(|kind| same(kind.as_str()))).collect();
    let outcomes = vec![
        any,
        ("success".to_owned(), layout.text("console-event-done")),
        ("refused".to_owned(), layout.text("console-event-refused")),
    ];
    let [kind, outcome, actor, citizen, client, since, until] = given.clone();
    Block::Filter(Filter {
        action: PATH,
        fields: vec![
            Field::choice("kind", layout.text("console-event"), kind, kinds),
            Field::choice("outcome", layout.text("console-outcome"), outcome, outcomes),
            Field::line("actor", layout.text("console-actor"), actor),
            Field::line("citizen", layout.text("console-audit-citizen-id"), citizen),
            Field::line("client", layout.text("console-client-id"), client),
            Field {
                hint: Some(layout.text("console-audit-day-hint")),
                ..Field::line("since", layout.text("console-since"), since)
            },
            Field::line("until", layout.text("console-until"), until),
        ],
    })
}

fn outcome(layout: &Layout, outcome: Outcome) -> Cell {
    match outcome {
        Outcome::Success => Cell::badge(layout.text("console-event-done"), Tone::Done),
        Outcome::Refused => Cell::badge(layout.text("console-event-refused"), Tone::Alarm),
    }
}

/// What else an auditor does here.
fn ways(desk: &Desk) -> Vec<Link> {
    let layout = desk.layout();
    let all = [
        (Permission::AuditVerify, layout.text("console-verify"), verification::PATH),
        (Permission::AuditExport, layout.text("console-export"), export::PATH),
    ];
    let open = all.into_iter().filter(|(permission, ..)| desk.has(*permission));
    open.map(|(_, text, href)| Link { text, href: href.to_owned() }).collect()
}

/// An id, with the name that it stands for where the reader may know it.
fn who(name: Option<&str>, id: String, href: Option<String>) -> Cell {
    match name {
        Some(name) => Cell::Name { text: name.to_owned(), small: Some(id), href },
        None => Cell::Code(id),
    }
}

fn actor(names: &Names, event: &RecordedEvent) -> Cell {
    who(names.actor(&event.actor), event.actor.clone(), None)
}

fn citizen(names: &Names, found: &FoundEvent) -> Cell {
    let Some(id) = found.citizen else { return Cell::plain("–") };
    who(names.citizens.get(&id).map(String::as_str), id.to_string(), Some(format!("/admin/citizens/{id}")))
}

fn application(site: &Site, layout: &Layout, names: &Names, event: &RecordedEvent) -> Cell {
    let Some(id) = &event.client else { return Cell::plain("–") };
    let name = names.clients.get(id).map(|client| site.portal(client, layout.voice.language).name);
    who(name.as_deref(), id.to_string(), Some(format!("/admin/applications/{id}")))
}

fn table(
    site: &Site,
    layout: &Layout,
    events: &[FoundEvent],
    names: &Names,
    (next, first): (Option<String>, Option<String>),
) -> Block {
    let rows = events.iter().map(|found| {
        let event = &found.event;
        let details: Vec<String> = event.details.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        vec![
            Cell::Name {
                text: found.kind.clone(),
                small: Some(details.join(" · ")),
                href: Some(format!("{PATH}/{}", event.id)),
            },
            Cell::plain(moment(layout, event.at.micros())),
            actor(names, event),
            citizen(names, found),
            application(site, layout, names, event),
            outcome(layout, event.outcome),
        ]
    });
    Block::Table(Table {
        title: None,
        caption: layout.text("console-audit"),
        head: vec![
            layout.text("console-event"),
            layout.text("console-when"),
            layout.text("console-actor"),
            layout.text("console-citizen"),
            layout.text("console-application"),
            layout.text("console-outcome"),
        ],
        rows: rows.collect(),
        next,
        first,
    })
}

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(event): Path<String>) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let shown = found!(desk, &site, &visit, search::show(&desk.admin, named(&event)?).await);
    let layout = desk.layout().clone();
    let names = found!(desk, &site, &visit, names::of(&desk.admin, std::slice::from_ref(&shown.found)).await);
    let back = desk.frame.back_to(Section::Audit);
    let mut page = desk.frame.page(Section::Audit, shown.found.kind.clone());
    page.back = back;
    render(&page.with(facts(&site, &layout, &shown, &names)).with(proof(&layout, &shown)))
}

fn facts(site: &Site, layout: &Layout, Shown { found, .. }: &Shown, names: &Names) -> Block {
    let event = &found.event;
    let code = |text: Option<String>| Cell::Code(text.unwrap_or_else(|| "–".to_owned()));
    let mut rows = vec![
        (layout.text("console-audit-id"), Cell::Code(event.id.to_string())),
        (layout.text("console-when"), Cell::plain(moment(layout, event.at.micros()))),
        (layout.text("console-outcome"), outcome(layout, event.outcome)),
        (layout.text("console-actor"), actor(names, event)),
        (layout.text("console-citizen"), citizen(names, found)),
        (layout.text("console-application"), application(site, layout, names, event)),
        (layout.text("console-audit-request"), code(event.request.clone())),
        (layout.text("console-audit-network"), code(event.address.clone())),
    ];
    rows.extend(event.details.iter().map(|(name, value)| (name.clone(), Cell::plain(value.as_str()))));
    Block::Facts(Facts { heading: layout.text("console-event"), rows })
}

/// Where it stands in the tree, and how anybody can check that.
fn proof(layout: &Layout, shown: &Shown) -> Block {
    let Some(Inclusion { place, proof, head, .. }) = &shown.inclusion else {
        return Block::Note(layout.text("console-proof-waits"));
    };
    let hashes: Vec<String> = proof.iter().map(|hash| STANDARD.encode(hash)).collect();
    Block::Facts(Facts {
        heading: layout.text("console-proof"),
        rows: vec![
            (layout.text("console-proof-place"), Cell::Number(place.to_string())),
            (layout.text("console-proof-head"), Cell::Code(format!("{} / {}", head.number, head.size))),
            (layout.text("console-proof-root"), Cell::Code(STANDARD.encode(&head.root))),
            (layout.text("console-proof-hashes"), Cell::Code(hashes.join(" "))),
            (layout.text("console-proof-note"), Cell::Code(head.note.clone())),
            (layout.text("console-proof-how"), Cell::Code(format!("senid audit prove {}", shown.found.event.id))),
        ],
    })
}
