//! `/admin/deliveries`, `/admin/settings`, `/admin/health`: what portals and citizens are still to be told, what is in force and where
//! it came from, and whether everything answers.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::citizens::part;
use super::statistics::delivery_name;
use super::{address, asked, at_desk, form, found, named, notice, problem, render, to};
use crate::config::{Effective, Shown};
use crate::domain::administration::Permission;
use crate::domain::ids::DeliveryId;
use crate::domain::logout::DeliveryState;
use crate::flows::admin::deliveries::{self, Which};
use crate::flows::admin::messages;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{Act, Block, Cell, Empty, Facts, Field, Filter, Section, Table, Tone, View, Weight, moment};
use crate::web::layout::Layout;
use crate::web::text::Speaks;

const MOST: u32 = 100;

pub async fn deliveries(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let state = asked(&visit, "state").and_then(|text| DeliveryState::parse(&text));
    let told = found!(desk, &site, &visit, deliveries::list(&desk.admin, None, state, MOST).await);
    let sent = found!(desk, &site, &visit, messages::list(&desk.admin, state, MOST).await);
    let layout = desk.layout().clone();
    let view = |text: String, wanted: Option<DeliveryState>| View {
        text,
        href: address("/admin/deliveries", &[("state", wanted.map(DeliveryState::as_str).unwrap_or_default())]),
        here: wanted == state,
    };
    let mut views = vec![view(layout.text("console-all"), None)];
    views.extend(DeliveryState::ALL.into_iter().map(|one| view(delivery_name(&layout, one.as_str()), Some(one))));
    let may_retry = desk.has(Permission::DeliveryRetry);
    let rows: Vec<Vec<Cell>> = told
        .iter()
        .map(|delivery| {
            let mut row = vec![
                Cell::Name {
                    text: delivery.client.to_string(),
                    small: delivery.fault.clone(),
                    href: Some(format!("/admin/applications/{}", delivery.client)),
                },
                Cell::plain(moment(&layout, delivery.created_at.micros())),
                Cell::Number(delivery.attempts.to_string()),
                standing(&layout, delivery.state),
            ];
            if may_retry {
                row.push(match delivery.state {
                    DeliveryState::Delivered => Cell::plain("–"),
                    _ => Cell::Act(Box::new(retry_form(&layout, &visit, delivery.id, delivery.client.as_str()))),
                });
            }
            row
        })
        .collect();
    let mut head = vec![
        layout.text("console-application"),
        layout.text("console-since"),
        layout.text("console-attempts"),
        layout.text("console-status"),
    ];
    if may_retry {
        head.push(layout.text("console-retry"));
    }
    let letters = sent.iter().map(|message| {
        vec![
            Cell::Name { text: message.kind.clone(), small: message.fault.clone(), href: None },
            Cell::Code(message.channel.as_str().to_owned()),
            Cell::plain(moment(&layout, message.created_at.micros())),
            Cell::Number(message.attempts.to_string()),
            standing(&layout, message.state),
        ]
    });
    let letters: Vec<_> = letters.collect();
    let mut page = desk.frame.section(Section::Deliveries).with(Block::Views(views));
    page.lead = Some(layout.text("console-deliveries-lead"));
    page.notice = notice(&layout, &visit);
    page.problem = asked(&visit, "gone").map(|_| layout.text("console-problem-unknown"));
    if rows.is_empty() && letters.is_empty() {
        let (title, next) = (layout.text("console-deliveries-none"), layout.text("console-deliveries-none-next"));
        return render(&page.with(Block::Empty(Empty { title, next, link: None })));
    }
    let none = || layout.text("console-deliveries-none");
    let head_of_letters = vec![
        layout.text("console-about"),
        layout.text("console-channel"),
        layout.text("console-since"),
        layout.text("console-attempts"),
        layout.text("console-status"),
    ];
    let page = page.with(part(layout.text("console-sign-outs"), head, rows, none()));
    render(&page.with(part(layout.text("console-letters"), head_of_letters, letters, none())))
}

fn standing(layout: &Layout, state: DeliveryState) -> Cell {
    let tone = match state {
        DeliveryState::Delivered => Tone::Done,
        DeliveryState::Pending => Tone::Care,
        DeliveryState::Refused | DeliveryState::Undelivered => Tone::Alarm,
    };
    Cell::badge(delivery_name(layout, state.as_str()), tone)
}

fn retry_form(layout: &Layout, visit: &Visit, delivery: DeliveryId, about: &str) -> Act {
    Act {
        id: format!("retry-{delivery}"),
        heading: None,
        says: Vec::new(),
        form: form(visit, &format!("/admin/deliveries/{delivery}/retry")),
        hidden: Vec::new(),
        fields: Vec::new(),
        button: layout.text("console-retry"),
        about: Some(about.to_owned()),
        weight: Weight::Light,
        cancel: None,
    }
}

pub async fn retry(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(delivery): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let delivery: DeliveryId = named(&delivery)?;
    Guarded::Account(&format!("/admin/deliveries/{delivery}/retry")).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, "/admin/deliveries");
    match deliveries::retry(&desk.admin, &Which::One(delivery)).await {
        Ok(_) => {
            site.app.deliveries.wake();
            Ok(to("/admin/deliveries?done=retried"))
        }
        Err(error) => match problem(desk.layout(), &error) {
            Some(_) => Ok(to("/admin/deliveries?gone=1")),
            None => desk.refused(&site, &visit, error, "/admin/deliveries").await,
        },
    }
}

pub async fn settings(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    found!(desk, &site, &visit, desk.admin.may(Permission::SettingsShow));
    let layout = desk.layout().clone();
    let query = asked(&visit, "name").unwrap_or_default();
    let Effective(shown) = &*site.app.settings.in_force.0;
    let mut page = desk.frame.section(Section::Settings).with(Block::Filter(Filter {
        action: "/admin/settings",
        fields: vec![Field::line("name", layout.text("console-setting-find"), query.clone())],
    }));
    page.lead = Some(layout.text("console-settings-lead"));
    let mut groups: Vec<(&str, Vec<&Shown>)> = Vec::new();
    for setting in shown.iter().filter(|setting| setting.key.contains(&query)) {
        let group = setting.key.split_once('.').map_or("", |(group, _)| group);
        match groups.iter_mut().find(|(own, _)| *own == group) {
            Some((_, settings)) => settings.push(setting),
            None => groups.push((group, vec![setting])),
        }
    }
    for (group, settings) in groups {
        let rows = settings.iter().map(|setting| {
            let (value, origin) = match &setting.value {
                Some(value) => (Cell::Code(value.to_string()), setting.origin.to_string()),
                None => (Cell::plain(layout.text("console-setting-unset")), String::new()),
            };
            vec![Cell::Name { text: setting.key.clone(), small: None, href: None }, value, Cell::Code(origin)]
        });
        let head = vec![layout.text("console-setting"), layout.text("console-value"), layout.text("console-origin")];
        // Those that stand before every group.
        let title = if group.is_empty() { layout.text("console-settings") } else { group.to_owned() };
        let rows = rows.collect();
        let above = (!query.is_empty()).then(|| title.clone());
        let table = Table { title: above, caption: title, head, rows, next: None, first: None };
        // Whoever looked for one sees it; the others open the group that they know it stands in.
        page = page.with(if query.is_empty() { Block::Folded(table) } else { Block::Table(table) });
    }
    render(&page)
}

pub async fn health(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    found!(desk, &site, &visit, desk.admin.may(Permission::FiguresShow));
    let layout = desk.layout().clone();
    let (identity, short_lived) = tokio::join!(site.app.store.ping(), site.app.sessions.health());
    let part_of = |up: bool| match up {
        true => Cell::badge(layout.text("console-up"), Tone::Done),
        false => Cell::badge(layout.text("console-away"), Tone::Alarm),
    };
    let away = site.app.revocation.away();
    let facts = Facts {
        heading: layout.text("console-parts"),
        rows: vec![
            (layout.text("console-identity-store"), part_of(identity.is_ok())),
            (layout.text("console-short-lived"), part_of(short_lived.is_ok())),
            (
                layout.text("console-revocation"),
                match away.is_empty() {
                    true => Cell::badge(layout.text("console-up"), Tone::Done),
                    false => Cell::badge(away.join(", "), Tone::Care),
                },
            ),
            (layout.text("console-version"), Cell::Code(env!("CARGO_PKG_VERSION").to_owned())),
        ],
    };
    let trusted = site.app.trust.standing(site.app.clock.now());
    let rows = trusted.iter().map(|one| {
        let tone = if one.days_left < 60 { Tone::Care } else { Tone::Done };
        vec![
            Cell::Name { text: one.authority.clone(), small: Some(one.subject.clone()), href: None },
            Cell::plain(moment(&layout, one.not_after.micros())),
            Cell::badge(layout.text_with("console-days-left", "days", one.days_left), tone),
        ]
    });
    let trust = part(
        layout.text("console-trust"),
        vec![layout.text("console-authority"), layout.text("console-until"), layout.text("console-status")],
        rows.collect(),
        layout.text("console-trust-none"),
    );
    let page = desk.frame.section(Section::Health).with(Block::Facts(facts)).with(trust);
    render(&page)
}
