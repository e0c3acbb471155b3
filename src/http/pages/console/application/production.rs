//! `/admin/applications/{client}/production`: what stands between it and citizens, and the request to be let to them. What is missing
//! is looked for when somebody asks, as in a check-up.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::{Shown, Tab, at_tab, finding};
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::stage::Stage;
use crate::flows::admin::{AdminError, registered_clients};
use crate::flows::onboarding::check_up::CheckUp;
use crate::flows::onboarding::production::{self, ProductionRequest};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::{Desk, at_desk, form, found, named, problem, to};
use crate::web::console::{Act, Block, Change, Changes};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, id};

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
) -> Result<Response, Failure> {
    let (desk, client) = at_tab!(&site, &visit, &client, Tab::Production);
    let layout = desk.layout().clone();
    let blocks = match client.stage {
        Stage::Production => vec![Block::Note(layout.text("onboarding-in-production"))],
        Stage::Sandbox => vec![step(&layout, &visit, &client, Step::Judge)],
    };
    page(&site, &visit, desk, &client, None, blocks)
}

/// What is pressed: first what is missing is said, then it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Judge,
    Ask,
}

fn action(client: &ClientId, step: Step) -> String {
    let tail = if step == Step::Ask { "/ask" } else { "" };
    format!("/admin/applications/{client}/production{tail}")
}

pub async fn judge(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let client: ClientId = named(&client)?;
    let here = action(&client, Step::Judge);
    Guarded::Account(&here).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, &here);
    let check_up = CheckUp::new(site.app.outbound.clone());
    match production::request_production(&desk.admin, &check_up, &client).await {
        Ok(request) => judged(&site, &visit, desk, &request, None),
        Err(error) => wrong(&site, &visit, desk, &client, error).await,
    }
}

pub async fn ask(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let client: ClientId = named(&client)?;
    Guarded::Account(&action(&client, Step::Ask)).check(&visit, &sent)?;
    let here = action(&client, Step::Judge);
    let desk = at_desk!(&site, &visit, &here);
    let check_up = CheckUp::new(site.app.outbound.clone());
    let request = match production::request_production(&desk.admin, &check_up, &client).await {
        Ok(request) => request,
        Err(error) => return wrong(&site, &visit, desk, &client, error).await,
    };
    if !request.blockers.is_empty() {
        let told = desk.layout().text("onboarding-production-not-ready");
        return judged(&site, &visit, desk, &request, Some(told));
    }
    match production::promote(&desk.admin, request).await {
        Ok(_) => Ok(to(format!("{here}?done=promoted"))),
        Err(error) => wrong(&site, &visit, desk, &client, error).await,
    }
}

async fn wrong(site: &Site, visit: &Visit, desk: Desk, id: &ClientId, error: AdminError) -> Result<Response, Failure> {
    let here = action(id, Step::Judge);
    let Some(told) = problem(desk.layout(), &error) else { return desk.refused(site, visit, error, &here).await };
    let client = found!(desk, site, visit, registered_clients::show(&desk.admin, id).await);
    let again = step(desk.layout(), visit, &client, Step::Judge);
    page(site, visit, desk, &client, Some(told), vec![again])
}

/// Old → new, and everything that was found.
fn judged(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    request: &ProductionRequest,
    wrong: Option<String>,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let change = |(name, old, new): &(&'static str, String, String)| Change {
        name: (*name).to_owned(),
        old: Some(old.clone()),
        new: Some(new.clone()),
    };
    let rows = request.changes.iter().map(change).collect();
    let mut blocks = vec![Block::Changes(Changes { heading: layout.text("onboarding-would-change"), rows })];
    if !request.blockers.is_empty() {
        blocks.push(finding::block(&layout, layout.text("onboarding-blockers"), &request.blockers));
    }
    let rest: Vec<_> = request.findings.iter().filter(|one| !request.blockers.contains(one)).cloned().collect();
    if !rest.is_empty() {
        blocks.push(finding::block(&layout, layout.text("onboarding-beside"), &rest));
    }
    blocks.push(match (request.blockers.is_empty(), request.may_be_asked) {
        (false, _) => step(&layout, visit, &request.client, Step::Judge),
        (true, true) => step(&layout, visit, &request.client, Step::Ask),
        // It is the authority's to bring it there.
        (true, false) => Block::Note(layout.text("onboarding-production-ready")),
    });
    page(site, visit, desk, &request.client, wrong, blocks)
}

fn step(layout: &Layout, visit: &Visit, client: &Client, step: Step) -> Block {
    let (says, button, button_id) = match step {
        Step::Judge => (id("onboarding-production-judge-means"), id("onboarding-production-judge"), "judge"),
        Step::Ask => (id("onboarding-production-ask-means"), id("onboarding-production-ask"), "ask"),
    };
    let act = Act::button(button_id, form(visit, &action(&client.id, step)), layout.say(button));
    Act { says: vec![layout.say(says)], ..act }.block()
}

fn page(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    client: &Client,
    problem: Option<String>,
    blocks: Vec<Block>,
) -> Result<Response, Failure> {
    let lead = desk.layout().text("onboarding-production-lead");
    Shown { site, visit, client, tab: Tab::Production, lead, problem, blocks }.render(desk)
}
