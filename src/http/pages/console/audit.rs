//! `/admin/audit`: what was done to a citizen or to an application, by whom. That it was read is recorded, too.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::{asked, at_desk, found, problem, render};
use crate::domain::audit::Outcome;
use crate::domain::ids::ClientId;
use crate::flows::admin::AdminError;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::read_audit::{self, RecordedEvent};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::web::console::{Block, Cell, Empty, Field, Filter, Section, Table, Tone, moment};
use crate::web::layout::Layout;
use crate::web::text::Speaks;

const MOST: u32 = 200;

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let layout = desk.layout().clone();
    let (citizen, client) = (asked(&visit, "citizen"), asked(&visit, "client"));
    let read: Option<Result<Vec<RecordedEvent>, AdminError>> = match (&citizen, &client) {
        (Some(citizen), _) => Some(match Who::parse(citizen, site.app.settings.national_id.default_scheme()) {
            Ok(who) => read_audit::of_citizen(&desk.admin, &who, MOST).await.map(|(_, events)| events),
            Err(error) => Err(error),
        }),
        (None, Some(client)) => Some(match client.parse::<ClientId>() {
            Ok(client) => read_audit::of_client(&desk.admin, &client, MOST).await,
            Err(_) => Err(AdminError::NotFound(String::new())),
        }),
        (None, None) => None,
    };
    let filter = Filter {
        action: "/admin/audit",
        fields: vec![
            Field {
                hint: Some(layout.text("console-citizen-find-hint")),
                ..Field::line("citizen", layout.text("console-citizen"), citizen.unwrap_or_default())
            },
            Field::line("client", layout.text("console-client-id"), client.unwrap_or_default()),
        ],
    };
    found!(desk, &site, &visit, desk.admin.may(crate::domain::administration::Permission::AuditRead));
    let mut wrong = None;
    let events = match read {
        Some(Ok(events)) => Some(events),
        Some(Err(error)) => match problem(&layout, &error) {
            Some(text) => {
                wrong = Some(text);
                None
            }
            None => {
                let return_to = visit.path.clone();
                return desk.refused(&site, &visit, error, &return_to).await;
            }
        },
        None => None,
    };
    let mut page = desk.frame.section(Section::Audit).with(Block::Filter(filter));
    page.lead = Some(layout.text("console-audit-lead"));
    page.problem = wrong;
    page = match events {
        Some(events) if !events.is_empty() => page.with(table(&layout, &events)),
        Some(_) => page.with(Block::Empty(Empty {
            title: layout.text("console-audit-none"),
            next: layout.text("console-audit-none-next"),
            link: None,
        })),
        None => page.with(Block::Empty(Empty {
            title: layout.text("console-audit-whose"),
            next: layout.text("console-audit-whose-next"),
            link: None,
        })),
    };
    render(&page)
}

fn table(layout: &Layout, events: &[RecordedEvent]) -> Block {
    let rows = events.iter().map(|event| {
        let (text, tone) = match event.outcome {
            Outcome::Success => (layout.text("console-event-done"), Tone::Done),
            Outcome::Refused => (layout.text("console-event-refused"), Tone::Alarm),
        };
        let details: Vec<String> = event.details.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        vec![
            Cell::Name {
                text: event.kind.map_or_else(|| "–".to_owned(), |kind| kind.as_str().to_owned()),
                small: Some(details.join(" · ")),
                href: None,
            },
            Cell::plain(moment(layout, event.at.micros())),
            Cell::Code(event.actor.clone()),
            Cell::Code(event.client.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string)),
            Cell::badge(text, tone),
        ]
    });
    Block::Table(Table {
        title: None,
        caption: layout.text("console-audit"),
        head: vec![
            layout.text("console-event"),
            layout.text("console-when"),
            layout.text("console-actor"),
            layout.text("console-application"),
            layout.text("console-outcome"),
        ],
        rows: rows.collect(),
        next: None,
        first: None,
    })
}
