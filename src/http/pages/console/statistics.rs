//! `/admin/statistics`: how often, how, and how quickly; never who.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::citizens::part;
use super::{Desk, address, asked, at_desk, found, render};
use crate::domain::statistics::{Counted, Figure, Hour, Place, quantile};
use crate::flows::admin::figures::{self, Span};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::web::console::chart::{Chart, MOST_SERIES, Series};
use crate::web::console::{Block, Cell, Section, Table, View, number};
use crate::web::layout::Layout;
use crate::web::text::{Moment, Speaks, TextId, id};

/// How far back is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Day,
    Week,
    Month,
    Year,
}

impl Reach {
    const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Year];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// Hours end with the present one, days and weeks with the operator's present day.
    pub(super) fn span(self, layout: &Layout) -> Span {
        let ahead = layout.voice.hours_left_today();
        match self {
            Self::Day => Span { spans: 24, hours: 1, ahead: 0 },
            Self::Week => Span { spans: 7, hours: 24, ahead },
            Self::Month => Span { spans: 30, hours: 24, ahead },
            Self::Year => Span { spans: 52, hours: 168, ahead },
        }
    }

    fn name(self) -> TextId {
        match self {
            Self::Day => id("console-last-day"),
            Self::Week => id("console-last-week"),
            Self::Month => id("console-last-month"),
            Self::Year => id("console-last-year"),
        }
    }

    /// What one bar is of.
    pub(super) fn unit(self) -> TextId {
        match self {
            Self::Day => id("console-hour"),
            Self::Week | Self::Month => id("console-day"),
            Self::Year => id("console-week"),
        }
    }
}

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let reach = asked(&visit, "reach").and_then(|text| Reach::ALL.into_iter().find(|one| one.as_str() == text));
    let reach = reach.unwrap_or(Reach::Week);
    let span = reach.span(desk.layout());
    let sign_ins = found!(desk, &site, &visit, figures::counted(&desk.admin, Figure::SignIn, span).await);
    let refused = found!(desk, &site, &visit, figures::counted(&desk.admin, Figure::SignInRefused, span).await);
    let portals = found!(desk, &site, &visit, figures::by_client(&desk.admin, Figure::Tokens, span, 10).await);
    let answered = found!(desk, &site, &visit, figures::counted(&desk.admin, Figure::Answered, span).await);
    let throttled = found!(desk, &site, &visit, figures::counted(&desk.admin, Figure::Throttled, span).await);
    let told = found!(desk, &site, &visit, figures::counted(&desk.admin, Figure::SignOutDelivery, span).await);
    let sent = found!(desk, &site, &visit, figures::counted(&desk.admin, Figure::MessageDelivery, span).await);

    let mut names = BTreeMap::new();
    for client in portals.iter().filter_map(|(client, _)| client.as_ref()) {
        if let Some(found) = site.app.clients.find(&site.app, client).await? {
            names.insert(client.clone(), site.portal(&found, desk.layout().voice.language).name);
        }
    }
    let layout = desk.layout().clone();
    let draw = Drawing { layout: &layout, desk: &desk, reach };
    let views = Reach::ALL.into_iter().map(|one| View {
        text: layout.say(one.name()),
        href: address("/admin/statistics", &[("reach", one.as_str())]),
        here: one == reach,
    });
    let mut outcomes = sum(&sign_ins, |_| "success");
    outcomes.extend(sum(&refused, outcome));
    let charts = [
        draw.chart("sign-ins-by-method", id("console-chart-methods"), &sign_ins, method_name),
        draw.chart("sign-ins-by-outcome", id("console-chart-outcomes"), &outcomes, outcome_name),
        draw.chart("throttling", id("console-chart-throttled"), &throttled, place_name),
        draw.chart("sign-outs-told", id("console-chart-told"), &told, delivery_name),
        draw.chart("messages-sent", id("console-chart-sent"), &sent, delivery_name),
    ];
    let views = views.collect();
    let by_portal = by_portal(&layout, &portals, &names);
    let latency = latency(&layout, &answered);
    let mut page = desk.frame.section(Section::Statistics).with(Block::Views(views));
    page.lead = Some(layout.text("console-statistics-lead"));
    let [methods, outcomes, rest @ ..] = charts;
    page = page.with(methods).with(outcomes).with(by_portal).with(latency);
    for chart in rest {
        page = page.with(chart);
    }
    render(&page)
}

/// What charts of one page have in common.
pub(super) struct Drawing<'a> {
    pub(super) layout: &'a Layout,
    pub(super) desk: &'a Desk,
    pub(super) reach: Reach,
}

impl Drawing<'_> {
    /// A chart of what was counted.
    pub(super) fn chart(
        &self,
        chart_id: &'static str,
        title: TextId,
        counted: &[Counted],
        name: fn(&Layout, &str) -> String,
    ) -> Block {
        let (layout, span) = (self.layout, self.reach.span(self.layout));
        let begins: Vec<Hour> = span.begin(&self.desk.admin);
        let mut by_label: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for row in counted {
            if let Some(place) = begins.iter().position(|begin| *begin == row.from) {
                by_label.entry(&row.label).or_insert_with(|| vec![0; begins.len()])[place] += row.count;
            }
        }
        let mut series: Vec<Series> =
            by_label.into_iter().map(|(label, counts)| Series { name: name(layout, label), counts }).collect();
        series.sort_by_key(|one| std::cmp::Reverse(one.total()));
        if series.len() > MOST_SERIES {
            let rest = series.split_off(MOST_SERIES - 1);
            let counts =
                (0..begins.len()).map(|span| rest.iter().map(|one| one.counts[span]).sum()).collect::<Vec<u64>>();
            series.push(Series { name: layout.text("console-others"), counts });
        }
        let total = series.iter().map(Series::total).sum();
        let says = layout.text_with("console-chart-total", "count", number(&layout.voice, total));
        Block::Chart(Box::new(Chart {
            id: chart_id,
            title: layout.say(title),
            says,
            spans: begins.iter().map(|begin| self.span_name(*begin)).collect(),
            series,
            span_name: layout.say(self.reach.unit()),
        }))
    }

    fn span_name(&self, begin: Hour) -> String {
        let at = |hour: Hour| Moment::from_micros(hour.starts_at().micros());
        match self.reach {
            Reach::Day => self.layout.time(&at(begin)),
            // Its noon: where clocks were changed in between, a day begins an hour beside its midnight.
            Reach::Week | Reach::Month | Reach::Year => self.layout.voice.short_date(at(begin.after(12))),
        }
    }
}

/// The same counts under fewer labels.
fn sum(counted: &[Counted], label: fn(&str) -> &'static str) -> Vec<Counted> {
    counted.iter().map(|row| Counted { label: label(&row.label).to_owned(), ..row.clone() }).collect()
}

/// Of the many reasons that the log knows, those that tell different stories.
fn outcome(why: &str) -> &'static str {
    match why {
        "throttled" => "throttled",
        "locked" => "locked",
        "wrong_password" | "unknown_name" | "wrong_code" | "wrong" => "wrong",
        _ => "other",
    }
}

fn outcome_name(layout: &Layout, outcome: &str) -> String {
    layout.say(match outcome {
        "success" => id("console-outcome-success"),
        "throttled" => id("console-outcome-throttled"),
        "locked" => id("console-outcome-locked"),
        "wrong" => id("console-outcome-wrong"),
        _ => id("console-outcome-other"),
    })
}

pub(super) fn method_name(layout: &Layout, method: &str) -> String {
    layout.say(match method {
        "pwd" => id("method-password"),
        "webauthn" => id("method-passkey"),
        "certificate" => id("method-certificate"),
        "totp" => id("method-totp"),
        "sms" => id("method-sms"),
        "recovery" => id("console-method-recovery"),
        "counter" => id("console-method-counter"),
        _ => id("console-others"),
    })
}

pub(super) fn place_name(layout: &Layout, place: &str) -> String {
    let place = Place::ALL.into_iter().find(|one| one.as_str() == place);
    layout.say(match place {
        Some(Place::Authorization) => id("console-place-authorization"),
        Some(Place::Token) => id("console-place-token"),
        Some(Place::UserInfo) => id("console-place-userinfo"),
        Some(Place::SignIn) => id("console-place-sign-in"),
        Some(Place::Account) => id("console-place-account"),
        Some(Place::Administration) => id("console-place-administration"),
        None => id("console-others"),
    })
}

pub(super) fn delivery_name(layout: &Layout, outcome: &str) -> String {
    layout.say(match outcome {
        "delivered" => id("console-delivery-delivered"),
        "refused" => id("console-delivery-refused"),
        "undelivered" => id("console-delivery-undelivered"),
        "postponed" | "pending" => id("console-delivery-pending"),
        _ => id("console-others"),
    })
}

fn by_portal(
    layout: &Layout,
    portals: &[(Option<crate::domain::ids::ClientId>, u64)],
    names: &BTreeMap<crate::domain::ids::ClientId, String>,
) -> Block {
    let most = portals.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let rows = portals.iter().filter_map(|(client, count)| {
        let client = client.as_ref()?;
        let name = names.get(client).cloned().unwrap_or_else(|| client.to_string());
        Some(vec![
            Cell::Name {
                text: name,
                small: Some(client.to_string()),
                href: Some(format!("/admin/applications/{client}")),
            },
            Cell::Share { hundredths: count * 100 / most, text: number(&layout.voice, *count) },
        ])
    });
    let head = vec![layout.text("console-application"), layout.text("console-tokens")];
    part(layout.text("console-by-portal"), head, rows.collect(), layout.text("console-nothing-counted"))
}

/// How long half of all waited at most, and ninety-nine of a hundred.
fn latency(layout: &Layout, answered: &[Counted]) -> Block {
    let rows = Place::ALL.into_iter().filter_map(|place| {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for row in answered.iter().filter(|row| row.label == place.as_str()) {
            *counts.entry(row.bound).or_default() += row.count;
        }
        let counts: Vec<(u32, u64)> = counts.into_iter().collect();
        let millis = |share| quantile(&counts, share).map(|bound| Cell::Number(format!("≤ {bound} ms")));
        let all: u64 = counts.iter().map(|(_, count)| count).sum();
        Some(vec![
            Cell::Name { text: place_name(layout, place.as_str()), small: None, href: None },
            Cell::Number(number(&layout.voice, all)),
            millis(0.5)?,
            millis(0.99)?,
        ])
    });
    Block::Table(Table {
        title: Some(layout.text("console-latency")),
        caption: layout.text("console-latency"),
        head: vec![
            layout.text("console-place"),
            layout.text("console-requests"),
            layout.text("console-half"),
            layout.text("console-most"),
        ],
        rows: rows.collect(),
        next: None,
        first: None,
    })
}
