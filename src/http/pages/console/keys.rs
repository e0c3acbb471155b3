//! `/admin/keys`: the keys that sign and decrypt, and the next ones taken into use.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::citizens::part;
use super::{Confirmation, Desk, at_desk, found, notice, problem, render, to};
use crate::domain::administration::Permission;
use crate::domain::keys::{KeyAlgorithm, KeyState};
use crate::flows::admin::rotate_keys::{self, When};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{Block, Cell, Link, Section, Tone, moment};
use crate::web::text::Speaks;

const PATH: &str = "/admin/keys";
const ROTATE: &str = "/admin/keys/rotate";

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let keys = found!(desk, &site, &visit, rotate_keys::list(&desk.admin).await);
    let layout = desk.layout().clone();
    let rows = keys.iter().map(|listed| {
        let (text, tone) = match listed.state {
            KeyState::Next => (layout.text("console-key-next"), Tone::Care),
            KeyState::Current => (layout.text("console-key-current"), Tone::Done),
            KeyState::Previous => (layout.text("console-key-previous"), Tone::Plain),
            KeyState::Removed => (layout.text("console-key-removed"), Tone::Plain),
        };
        let usage = match listed.key.algorithm {
            KeyAlgorithm::Signature(_) => layout.text("console-key-signs"),
            KeyAlgorithm::Encryption(_) => layout.text("console-key-decrypts"),
        };
        vec![
            Cell::Name { text: listed.key.algorithm.name().to_owned(), small: Some(usage), href: None },
            Cell::Code(listed.key.kid.as_str().to_owned()),
            Cell::plain(moment(&layout, listed.key.active_from.micros())),
            Cell::badge(text, tone),
        ]
    });
    let table = part(
        layout.text("console-keys"),
        vec![
            layout.text("console-algorithm"),
            layout.text("console-key"),
            layout.text("console-since"),
            layout.text("console-status"),
        ],
        rows.collect(),
        layout.text("console-keys-none"),
    );
    let may_rotate = desk.has(Permission::KeyRotate);
    let mut page = desk.frame.section(Section::Keys);
    page.lead = Some(layout.text("console-keys-lead"));
    page.notice = notice(&layout, &visit);
    if may_rotate {
        page.action = Some(Link { text: layout.text("console-rotate"), href: ROTATE.to_owned() });
    }
    render(&page.with(table))
}

pub async fn ask(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    found!(desk, &site, &visit, desk.admin.may(Permission::KeyRotate));
    confirmation(&visit, desk, None)
}

fn confirmation(visit: &Visit, desk: Desk, wrong: Option<String>) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let act = Confirmation {
        id: "confirm",
        says: vec![layout.text("console-rotate-means")],
        action: ROTATE,
        button: layout.text("console-rotate"),
        reason: None,
        back: PATH.to_owned(),
    };
    let act = act.act(&layout, visit);
    let mut page = desk.frame.page(Section::Keys, layout.text("console-rotate-title"));
    page.back = Some(Link { text: layout.text("console-keys"), href: PATH.to_owned() });
    page.problem = wrong;
    render(&page.with(Block::Act(Box::new(act))))
}

pub async fn rotate(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(ROTATE).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, ROTATE);
    match rotate_keys::rotate(&desk.admin, When::Announced, None).await {
        Ok(_) => Ok(to("/admin/keys?done=rotated")),
        Err(error) => match problem(desk.layout(), &error) {
            Some(wrong) => confirmation(&visit, desk, Some(wrong)),
            None => desk.refused(&site, &visit, error, ROTATE).await,
        },
    }
}
