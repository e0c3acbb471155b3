//! `/admin/applications/{client}/usage`: how often, by the day; and what it was refused, in plain words.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::{Shown, Tab};
use crate::domain::ids::ClientId;
use crate::domain::statistics::{Counted, Figure, Hour};
use crate::flows::admin::{figures, registered_clients};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::http::pages::console::citizens::part;
use crate::http::pages::console::statistics::{Drawing, Reach, delivery_name};
use crate::http::pages::console::{at_desk, found, named};
use crate::web::console::{Block, Cell, moment, number};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let client: ClientId = named(&client)?;
    let month = Reach::Month.span(desk.layout());
    let tokens = found!(desk, &site, &visit, figures::of_client(&desk.admin, &client, Figure::Tokens, month).await);
    let refused = figures::of_client(&desk.admin, &client, Figure::TokenRefused, month).await;
    let refused = found!(desk, &site, &visit, refused);
    let people = figures::of_client(&desk.admin, &client, Figure::SignInRefused, month).await;
    let people = found!(desk, &site, &visit, people);
    let told = figures::of_client(&desk.admin, &client, Figure::SignOutDelivery, month).await;
    let told = found!(desk, &site, &visit, told);
    let client = found!(desk, &site, &visit, registered_clients::show(&desk.admin, &client).await);
    let layout = desk.layout().clone();
    let draw = Drawing { layout: &layout, desk: &desk, reach: Reach::Month };
    let blocks = vec![
        draw.chart("usage", id("console-chart-usage"), &tokens, |_, grant| grant.to_owned()),
        errors(&layout, &refused),
        draw.chart("refused", id("onboarding-chart-refused"), &refused, |_, error| error.to_owned()),
        draw.chart("sign-ins-refused", id("onboarding-chart-sign-ins"), &people, |_, why| why.to_owned()),
        draw.chart("sign-outs", id("onboarding-chart-sign-outs"), &told, delivery_name),
    ];
    let lead = layout.text("onboarding-usage-lead");
    Shown { site: &site, visit: &visit, client: &client, tab: Tab::Usage, lead, problem: None, blocks }.render(desk)
}

/// The errors that it was answered, those of the last day first.
fn errors(layout: &Layout, refused: &[Counted]) -> Block {
    let mut by_error: BTreeMap<&str, (Hour, u64)> = BTreeMap::new();
    for row in refused {
        let (last, count) = by_error.entry(&row.label).or_insert((row.from, 0));
        *last = (*last).max(row.from);
        *count += row.count;
    }
    let mut errors: Vec<_> = by_error.into_iter().collect();
    errors.sort_by_key(|(_, (last, count))| std::cmp::Reverse((*last, *count)));
    let row = |(error, (last, count)): (&str, (Hour, u64))| {
        vec![
            Cell::Name { text: layout.say(in_plain_words(error)), small: Some(error.to_owned()), href: None },
            Cell::Number(number(&layout.voice, count)),
            Cell::plain(moment(layout, last.starts_at().micros())),
        ]
    };
    let head = vec![layout.text("onboarding-what"), layout.text("console-count"), layout.text("onboarding-last-since")];
    let rows = errors.into_iter().map(row).collect();
    part(layout.text("onboarding-errors"), head, rows, layout.text("onboarding-errors-none"))
}

/// What an error of the token endpoint (RFC 6749 §5.2) means for whoever reads it, and what to look at.
fn in_plain_words(error: &str) -> TextId {
    match error {
        "invalid_grant" => id("onboarding-error-invalid-grant"),
        "invalid_client" => id("onboarding-error-invalid-client"),
        "invalid_request" => id("onboarding-error-invalid-request"),
        "invalid_scope" => id("onboarding-error-invalid-scope"),
        "unauthorized_client" => id("onboarding-error-unauthorized-client"),
        "unsupported_grant_type" => id("onboarding-error-unsupported-grant-type"),
        "invalid_dpop_proof" | "use_dpop_nonce" => id("onboarding-error-dpop"),
        "authorization_pending" | "slow_down" => id("onboarding-error-pending"),
        "access_denied" => id("onboarding-error-access-denied"),
        _ => id("onboarding-error-other"),
    }
}
