//! `/admin/applications/{client}/secrets`: what it proves itself with, changed with an overlap.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;

use super::{Shown, Tab, at_tab};
use crate::domain::client::{Client, ClientKeys};
use crate::domain::ids::ClientId;
use crate::flows::admin::{AdminError, Fault, registered_clients};
use crate::flows::onboarding::secret::{self, Rotated};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::{Desk, at_desk, form, found, named, problem, to};
use crate::protocol::parameters::Parameters;
use crate::web::console::{Act, Block, Cell, Facts, Field, Weight, moment};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, id};

const DAY: u64 = 86_400;
/// How long the present one may work on, in days; the longest is the longest that the flow takes.
const OVERLAPS: [u64; 5] = [0, 1, 14, 30, 90];
/// After how many days the new one may end; 0 is never.
const ENDS: [u64; 5] = [0, 90, 180, 365, 730];

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
) -> Result<Response, Failure> {
    let (desk, client) = at_tab!(&site, &visit, &client, Tab::Secrets);
    page(&site, &visit, desk, &client, Outcome::Nothing)
}

/// What was just done here.
enum Outcome {
    Nothing,
    Rotated(Box<Rotated>),
    Wrong(String),
}

pub async fn rotate(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let client: ClientId = named(&client)?;
    Guarded::Account(&action(&client, "rotate")).check(&visit, &sent)?;
    let back = format!("/admin/applications/{client}/secrets");
    let desk = at_desk!(&site, &visit, &back);
    let overlap = days(&sent, "overlap", &OVERLAPS)?;
    let expires = days(&sent, "expires", &ENDS)?;
    let rotated = match (overlap, expires) {
        (Some(overlap), Some(expires)) => {
            secret::rotate(&desk.admin, &client, overlap, (!expires.is_zero()).then_some(expires)).await
        }
        _ => Err(AdminError::Invalid(vec![Fault::new("overlap", "expected one of those that the form has")])),
    };
    answered(&site, &visit, desk, &client, rotated.map(|rotated| Outcome::Rotated(Box::new(rotated)))).await
}

pub async fn end_former(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let client: ClientId = named(&client)?;
    Guarded::Account(&action(&client, "end-former")).check(&visit, &sent)?;
    let back = format!("/admin/applications/{client}/secrets");
    let desk = at_desk!(&site, &visit, &back);
    match secret::end_former(&desk.admin, &client).await {
        Ok(_) => Ok(to(format!("{back}?done=former-ended"))),
        Err(error) => answered(&site, &visit, desk, &client, Err(error)).await,
    }
}

async fn answered(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    id: &ClientId,
    done: Result<Outcome, AdminError>,
) -> Result<Response, Failure> {
    let outcome = match done {
        Ok(outcome) => outcome,
        Err(error) => match problem(desk.layout(), &error) {
            Some(wrong) => Outcome::Wrong(wrong),
            None => return desk.refused(site, visit, error, &format!("/admin/applications/{id}/secrets")).await,
        },
    };
    let client = found!(desk, site, visit, registered_clients::show(&desk.admin, id).await);
    page(site, visit, desk, &client, outcome)
}

fn action(client: &ClientId, act: &str) -> String {
    format!("/admin/applications/{client}/secrets/{act}")
}

/// One of those that the form offers; whoever sends another is not understood as the nearest.
fn days(sent: &Parameters, name: &'static str, offered: &[u64]) -> Result<Option<Duration>, Failure> {
    let asked = sent.single(name)?.and_then(|text| text.parse::<u64>().ok());
    Ok(asked.filter(|days| offered.contains(days)).map(|days| Duration::from_secs(days * DAY)))
}

fn page(site: &Site, visit: &Visit, desk: Desk, client: &Client, outcome: Outcome) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let mut blocks = Vec::new();
    let wrong = match outcome {
        Outcome::Wrong(wrong) => Some(wrong),
        Outcome::Nothing => None,
        Outcome::Rotated(rotated) => {
            blocks.push(Block::Facts(once(&layout, &rotated)));
            blocks.push(Block::Note(layout.text("onboarding-secret-once")));
            None
        }
    };
    blocks.push(Block::Facts(standing(&layout, client)));
    if client.authentication.method().has_secret() {
        blocks.push(rotation(&layout, visit, client).block());
        if client.former_secret.as_ref().is_some_and(|former| former.until > site.app.clock.now()) {
            let end = form(visit, &action(&client.id, "end-former"));
            let act = Act {
                heading: Some(layout.text("onboarding-former-end-title")),
                says: vec![layout.text("onboarding-former-end-means")],
                weight: Weight::Light,
                ..Act::button("end-former", end, layout.text("onboarding-former-end"))
            };
            blocks.push(act.block());
        }
    }
    let lead = layout.text("onboarding-secrets-lead");
    Shown { site, visit, client, tab: Tab::Secrets, lead, problem: wrong, blocks }.render(desk)
}

/// The new secret, which is on this page alone.
fn once(layout: &Layout, rotated: &Rotated) -> Facts {
    Facts {
        heading: layout.text("onboarding-secret-new"),
        rows: vec![
            (layout.text("onboarding-secret"), Cell::Code(rotated.secret.expose().to_owned())),
            (layout.text("onboarding-former-until"), Cell::plain(moment(layout, rotated.former_until.micros()))),
        ],
    }
}

/// What it proves itself with, and until when.
fn standing(layout: &Layout, client: &Client) -> Facts {
    let mut rows = vec![(
        layout.text("onboarding-authentication"),
        Cell::Code(client.authentication.method().as_str().to_owned()),
    )];
    if client.authentication.method().has_secret() {
        let until = client
            .secret_until
            .map_or_else(|| layout.text("onboarding-secret-endless"), |until| moment(layout, until.micros()));
        rows.push((layout.text("onboarding-secret-until"), Cell::plain(until)));
    }
    if let Some(former) = &client.former_secret {
        rows.push((layout.text("onboarding-former-until"), Cell::plain(moment(layout, former.until.micros()))));
    }
    match &client.keys {
        ClientKeys::None => {}
        ClientKeys::Given(_) => {
            rows.push((layout.text("onboarding-keys"), Cell::plain(layout.text("onboarding-keys-given"))));
        }
        ClientKeys::Published(uri) => rows.push((layout.text("onboarding-keys"), Cell::Code(uri.clone()))),
    }
    Facts { heading: layout.text("onboarding-proves-itself"), rows }
}

fn rotation(layout: &Layout, visit: &Visit, client: &Client) -> Act {
    let days = |days: u64| (days.to_string(), layout.compose(id("onboarding-days"), &[("days", days.into())]));
    let overlaps = OVERLAPS.into_iter().map(|overlap| match overlap {
        0 => ("0".to_owned(), layout.text("onboarding-at-once")),
        overlap => days(overlap),
    });
    let ends = ENDS.into_iter().map(|end| match end {
        0 => ("0".to_owned(), layout.text("onboarding-secret-endless")),
        end => days(end),
    });
    Act {
        heading: Some(layout.text("onboarding-rotate-title")),
        says: vec![layout.text("onboarding-rotate-means")],
        fields: vec![
            Field::choice("overlap", layout.text("onboarding-overlap"), "14".to_owned(), overlaps.collect()),
            Field::choice("expires", layout.text("onboarding-expires"), "365".to_owned(), ends.collect()),
        ],
        ..Act::button("rotate", form(visit, &action(&client.id, "rotate")), layout.text("onboarding-rotate"))
    }
}
