//! `/admin/audit/verification`: the audit log verified now. It goes on by itself, on one server, one at a time; whoever looks is told how
//! far it has come.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::super::{Desk, at_desk, form, found, problem, render, to};
use crate::flows::admin::audit::names;
use crate::flows::admin::audit::verification::{self, Ended, Standing};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{Act, Block, Cell, Facts, Link, Section, Tone, Weight, moment, number};
use crate::web::layout::Layout;
use crate::web::text::Speaks;

pub const PATH: &str = "/admin/audit/verification";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    shown(&site, &visit, desk, None).await
}

async fn shown(site: &Site, visit: &Visit, desk: Desk, wrong: Option<String>) -> Result<Response, Failure> {
    let last = found!(desk, site, visit, verification::last(&site.app, &desk.admin).await);
    let layout = desk.layout().clone();
    let names = match &last {
        Some(last) => found!(desk, site, visit, names::of_actor(&desk.admin, &last.watched.by).await),
        None => names::Names::default(),
    };
    let back = desk.frame.back_to(Section::Audit);
    let mut page = desk.frame.page(Section::Audit, layout.text("console-verify"));
    page.back = back;
    page.problem = wrong;
    page.lead = Some(layout.text("console-verify-lead"));
    if let Some(last) = &last {
        page =
            page.with(facts(&layout, last, super::who(names.actor(&last.watched.by), last.watched.by.clone(), None)));
    }
    page = match last.is_some_and(|last| last.is_under_way) {
        true => page.with(Block::Links(vec![Link { text: layout.text("console-verify-look"), href: PATH.to_owned() }])),
        false => page.with(Block::Act(Box::new(Act {
            id: "verify".to_owned(),
            heading: None,
            says: vec![layout.text("console-verify-means")],
            form: form(visit, PATH),
            hidden: Vec::new(),
            fields: Vec::new(),
            button: layout.text("console-verify-begin"),
            about: None,
            weight: Weight::Light,
            cancel: None,
        }))),
    };
    render(&page)
}

fn facts(layout: &Layout, Standing { watched, is_under_way }: &Standing, by: Cell) -> Block {
    let count = |count: u64| Cell::Number(number(&layout.voice, count));
    let (state, tone) = match (&watched.ended, is_under_way) {
        (Some(Ended::Sound { .. }), _) => (layout.text("console-verify-sound"), Tone::Done),
        (Some(Ended::Found { .. }), _) => (layout.text("console-verify-found"), Tone::Alarm),
        (Some(Ended::Failed), _) => (layout.text("console-verify-failed"), Tone::Care),
        (None, true) => (layout.text("console-verify-under-way"), Tone::Plain),
        (None, false) => (layout.text("console-verify-broke-off"), Tone::Care),
    };
    let mut rows = vec![
        (layout.text("console-status"), Cell::badge(state, tone)),
        (layout.text("console-verify-looked-at"), count(watched.looked_at)),
        (layout.text("console-verify-of"), count(watched.of)),
        (layout.text("console-since"), Cell::plain(moment(layout, watched.begun_at.micros()))),
        (layout.text("console-actor"), by),
    ];
    match &watched.ended {
        Some(Ended::Sound { heads, signed }) => {
            rows.push((layout.text("console-verify-heads"), count(*heads)));
            rows.push((layout.text("console-verify-signed"), count(*signed)));
        }
        Some(Ended::Found { says, place, event }) => {
            rows.push((layout.text("console-verify-first"), Cell::Foreign(says.clone())));
            rows.extend(place.map(|place| (layout.text("console-proof-place"), count(place))));
            rows.extend(event.map(|event| (layout.text("console-audit-id"), Cell::Code(event.to_string()))));
        }
        Some(Ended::Failed) | None => {}
    }
    Block::Facts(Facts { heading: layout.text("console-verify-last"), rows })
}

pub async fn begin(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(PATH).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, PATH);
    match verification::begin(&site.app, &desk.admin).await {
        Ok(()) => Ok(to(PATH)),
        // Somebody else began one: it is shown.
        Err(error) if problem(desk.layout(), &error).is_some() => Ok(to(PATH)),
        Err(error) => desk.refused(&site, &visit, error, PATH).await,
    }
}
