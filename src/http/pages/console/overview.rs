//! `/admin`: what is going on, and what waits for whoever looks.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::statistics::{Drawing, Reach, method_name};
use super::{at_desk, found, render};
use crate::domain::administration::{Authority, Permission};
use crate::domain::expiry::Expiring;
use crate::domain::logout::DeliveryState;
use crate::domain::statistics::{Figure, Place, quantile};
use crate::flows::admin::figures::{self, Span};
use crate::flows::admin::{corrections, deliveries};
use crate::flows::onboarding::expiry;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::http::pages::admin::role_name;
use crate::web::console::chart::spark;
use crate::web::console::{Block, Cell, Facts, Link, Section, Tile, moment, number};
use crate::web::text::{Moment, Speaks, id};

/// As many deliveries as are counted here.
const COUNTED: u32 = 100;

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let mut desk = at_desk!(&site, &visit);
    let layout = desk.layout().clone();
    let mut tiles = Vec::new();
    let mut chart = None;
    if desk.has(Permission::FiguresShow) {
        let two_days = Span { spans: 48, hours: 1, ahead: 0 };
        let sign_ins = found!(desk, &site, &visit, figures::counted(&desk.admin, Figure::SignIn, two_days).await);
        let hours = two_days.begin(&desk.admin);
        let hourly: Vec<u64> = hours
            .iter()
            .map(|hour| sign_ins.iter().filter(|row| row.from == *hour).map(|row| row.count).sum())
            .collect();
        let (before, today) = hourly.split_at(24);
        let (before, now): (u64, u64) = (before.iter().sum(), today.iter().sum());
        let since = hours[24];
        let without: u64 =
            sign_ins.iter().filter(|row| row.from >= since && row.label != "pwd").map(|row| row.count).sum();
        tiles.push(Tile {
            label: layout.text("console-sign-ins-day"),
            value: number(&layout.voice, now),
            beside: Some(layout.text_with("console-day-before", "count", number(&layout.voice, before))),
            spark: Some(spark(today)),
            href: Some("/admin/statistics".to_owned()),
        });
        let share = without.saturating_mul(100).checked_div(now);
        tiles.push(Tile {
            label: layout.text("console-without-password"),
            value: share.map_or_else(|| "–".to_owned(), |share| format!("{share}\u{a0}%")),
            beside: Some(layout.text("console-without-password-of")),
            spark: None,
            href: None,
        });
        let day = Span { spans: 1, hours: 24, ahead: 0 };
        let answered = found!(desk, &site, &visit, figures::counted(&desk.admin, Figure::Answered, day).await);
        let tokens: Vec<(u32, u64)> = answered
            .iter()
            .filter(|row| row.label == Place::Token.as_str())
            .map(|row| (row.bound, row.count))
            .collect();
        tiles.push(Tile {
            label: layout.text("console-token-wait"),
            value: quantile(&tokens, 0.99).map_or_else(|| "–".to_owned(), |bound| format!("≤\u{a0}{bound}\u{a0}ms")),
            beside: Some(layout.text("console-token-wait-of")),
            spark: None,
            href: None,
        });
        let week = figures::counted(&desk.admin, Figure::SignIn, Reach::Week.span(&layout)).await;
        let week = found!(desk, &site, &visit, week);
        let draw = Drawing { layout: &layout, desk: &desk, reach: Reach::Week };
        chart = Some(draw.chart("sign-ins-by-method", id("console-chart-methods"), &week, method_name));
    }
    if desk.has(Permission::DeliveryList) {
        let waiting = deliveries::list(&desk.admin, None, Some(DeliveryState::Pending), COUNTED).await;
        let waiting = found!(desk, &site, &visit, waiting);
        tiles.push(Tile {
            label: layout.text("console-deliveries-waiting"),
            value: number(&layout.voice, waiting.len() as u64),
            beside: None,
            spark: None,
            href: Some("/admin/deliveries?state=pending".to_owned()),
        });
    }
    if desk.has(Permission::CorrectionList) {
        let (waiting, _) = found!(desk, &site, &visit, corrections::list(&desk.admin, None, COUNTED).await);
        desk.frame.waiting = waiting.len();
        tiles.push(Tile {
            label: layout.text("console-corrections-waiting"),
            value: number(&layout.voice, waiting.len() as u64),
            beside: None,
            spark: None,
            href: Some("/admin/corrections".to_owned()),
        });
    }
    let (roles, proven) = match &desk.admin.authority {
        Authority::Staff(staff) => (staff.roles.iter().copied().collect::<Vec<_>>(), staff.proven_at),
        Authority::Shell => (Vec::new(), desk.admin.clock.now()),
    };
    let roles: Vec<String> = roles.into_iter().map(|role| layout.say(role_name(role).text())).collect();
    let proven = layout.when(&Moment::from_micros(proven.micros()));
    let who = Facts {
        heading: layout.text("admin-title"),
        rows: vec![
            (layout.text("console-role"), Cell::plain(roles.join(" · "))),
            (layout.text("console-when"), Cell::plain(layout.text_with("admin-proven", "when", proven))),
        ],
    };
    // Whoever may see every application; an owner is told by letter.
    let untold = match desk.has(Permission::ClientCreate) {
        true => found!(desk, &site, &visit, expiry::untold(&desk.admin).await),
        false => Vec::new(),
    };
    let decisions = desk.frame.approvals;
    let mut page = desk.frame.section(Section::Overview);
    page.lead = Some(layout.text("console-overview-lead"));
    if decisions > 0 {
        let link = Link { text: layout.text("console-approvals"), href: Section::Approvals.path().to_owned() };
        page = page.with(Block::Note(layout.text_with("admin-waiting", "count", decisions)));
        page = page.with(Block::Links(vec![link]));
    }
    if !untold.is_empty() {
        for (client, expiry) in &untold {
            let ends = moment(&layout, expiry.ends_at.micros());
            let text = match expiry.what {
                Expiring::ClientSecret => id("console-untold-secret"),
                Expiring::FormerSecret => id("console-untold-former-secret"),
                Expiring::Key => id("console-untold-key"),
            };
            let said = [("client", client.id.as_str().into()), ("until", ends.into())];
            page = page.with(Block::Note(layout.voice.compose(text, &said)));
        }
        let mut ids: Vec<&str> = untold.iter().map(|(client, _)| client.id.as_str()).collect();
        ids.dedup();
        let link = |id: &&str| Link { text: (*id).to_owned(), href: format!("/admin/applications/{id}") };
        page = page.with(Block::Links(ids.iter().map(link).collect()));
    }
    if !tiles.is_empty() {
        page = page.with(Block::Tiles(tiles));
    }
    if let Some(chart) = chart {
        page = page.with(chart);
    }
    render(&page.with(Block::Facts(who)))
}
