//! `/admin/applications/{client}/check-up`: what would keep it from working, or from being safe. It is looked at when somebody asks for
//! it, never by opening the page: others are called then.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::{Shown, Tab, at_tab, finding};
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::flows::admin::registered_clients;
use crate::flows::onboarding::check_up::CheckUp;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::{Desk, at_desk, form, found, named};
use crate::web::console::{Act, Block};
use crate::web::text::Speaks;

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
) -> Result<Response, Failure> {
    let (desk, client) = at_tab!(&site, &visit, &client, Tab::CheckUp);
    page(&site, &visit, desk, &client, Vec::new())
}

pub async fn run(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let client: ClientId = named(&client)?;
    let action = format!("/admin/applications/{client}/check-up");
    Guarded::Account(&action).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, &action);
    let checked = CheckUp::new(site.app.outbound.clone()).run(&desk.admin, &client).await;
    let findings = found!(desk, &site, &visit, checked);
    let client = found!(desk, &site, &visit, registered_clients::show(&desk.admin, &client).await);
    let layout = desk.layout().clone();
    page(&site, &visit, desk, &client, vec![finding::block(&layout, layout.text("onboarding-found"), &findings)])
}

fn page(site: &Site, visit: &Visit, desk: Desk, client: &Client, mut blocks: Vec<Block>) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let run = form(visit, &Tab::CheckUp.path(client));
    let says = vec![layout.text("onboarding-check-up-means")];
    blocks.push(Act { says, ..Act::button("check-up", run, layout.text("onboarding-check-up-run")) }.block());
    let lead = layout.text("onboarding-check-up-lead");
    Shown { site, visit, client, tab: Tab::CheckUp, lead, problem: None, blocks }.render(desk)
}
