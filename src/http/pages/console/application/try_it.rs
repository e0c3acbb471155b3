//! `/admin/applications/{client}/try-it`: a sign-in through the real endpoints, each request and answer shown, and each token explained;
//! and whatever a developer pasted, explained.

mod exchange;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::Uri;

use super::{Shown, Tab, at_tab};
use crate::domain::client::{Client, ClientAuthenticationMethod as Method, Kind};
use crate::domain::ids::ClientId;
use crate::domain::stage::Stage;
use crate::flows::admin::{AdminError, Fault as Wrong, registered_clients};
use crate::flows::onboarding::explain;
use crate::flows::onboarding::try_it::{self, Tried};
use crate::flows::trial::{self as kept, PATH as BACK};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::http::pages::console::{Desk, at_desk, form, found, named, problem, to};
use crate::protocol::explain::Explanation;
use crate::protocol::parameters::Parameters;
use crate::web::console::{self, Act, Block, Cell, Code, Facts, Field, FieldKind, Link, Tone, Weight};
use crate::web::layout::Layout;
use crate::web::text::Speaks;
use crate::web::trial::Back;

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
) -> Result<Response, Failure> {
    let (desk, client) = at_tab!(&site, &visit, &client, Tab::TryIt);
    start(&site, &visit, desk, &client, Paste::default(), None)
}

/// What was pasted, and what is told of it.
#[derive(Default)]
struct Paste {
    text: String,
    wrong: Vec<String>,
    told: Option<Explanation>,
}

fn start(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    client: &Client,
    paste: Paste,
    wrong: Option<String>,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let here = Tab::TryIt.path(client);
    let mut blocks = Vec::new();
    if let Some(told) = &paste.told {
        let heading = layout.text_with("onboarding-pasted", "kind", told.kind);
        blocks.push(explained(&layout, heading, told));
    }
    blocks.push(match (client.stage, Kind::of(client).sends_people()) {
        (Stage::Production, _) => Block::Note(layout.text("onboarding-try-production")),
        (Stage::Sandbox, false) => Block::Note(layout.text("onboarding-try-service")),
        (Stage::Sandbox, true) => Act {
            heading: Some(layout.text("onboarding-try-title")),
            says: vec![layout.text("onboarding-try-means")],
            ..Act::button("try-it", form(visit, &here), layout.text("onboarding-try-begin"))
        }
        .block(),
    });
    let explain = Act {
        heading: Some(layout.text("onboarding-explain-title")),
        says: vec![layout.text("onboarding-explain-means")],
        fields: vec![Field {
            needed: true,
            wrong: paste.wrong.into_iter().map(console::Wrong::english).collect(),
            ..Field::lines("text", layout.text("onboarding-explain-text"), paste.text)
        }],
        weight: Weight::Light,
        ..Act::button("explain", form(visit, &format!("{here}/explain")), layout.text("onboarding-explain"))
    };
    blocks.push(explain.block());
    let lead = layout.text("onboarding-try-lead");
    Shown { site, visit, client, tab: Tab::TryIt, lead, problem: wrong, blocks }.render(desk)
}

pub async fn begin(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let client: ClientId = named(&client)?;
    let here = format!("/admin/applications/{client}/try-it");
    Guarded::Account(&here).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, &here);
    match try_it::begin(&desk.admin, &client).await {
        Ok(state) => Ok(to(format!("{here}/{state}"))),
        Err(error) => unfit(&site, &visit, desk, &client, error).await,
    }
}

/// The tab's first page where things are not such that a sign-in is tried; nothing, where there is no such trial.
async fn unfit(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    client: &ClientId,
    error: AdminError,
) -> Result<Response, Failure> {
    match (&error, problem(desk.layout(), &error)) {
        (AdminError::Conflict(_), Some(wrong)) => {
            let client = found!(desk, site, visit, registered_clients::show(&desk.admin, client).await);
            start(site, visit, desk, &client, Paste::default(), Some(wrong))
        }
        _ => desk.refused(site, visit, error, &format!("/admin/applications/{client}/try-it")).await,
    }
}

pub async fn explain(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let client: ClientId = named(&client)?;
    let here = format!("/admin/applications/{client}/try-it");
    Guarded::Account(&format!("{here}/explain")).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, &here);
    let text = sent.single("text")?.unwrap_or_default().trim().to_owned();
    let mut paste = Paste { text: text.clone(), ..Paste::default() };
    match explain::explain(&desk.admin, &client, &text).await {
        Ok(told) => paste.told = Some(told),
        Err(AdminError::Invalid(faults)) => {
            paste.wrong = faults.into_iter().map(|Wrong { sentence, .. }| sentence).collect()
        }
        Err(error) => return desk.refused(&site, &visit, error, &here).await,
    }
    let client = found!(desk, &site, &visit, registered_clients::show(&desk.admin, &client).await);
    start(&site, &visit, desk, &client, paste, None)
}

pub async fn trial(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((client, state)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let client: ClientId = named(&client)?;
    match try_it::show(&desk.admin, &client, &state).await {
        Ok(tried) => waiting(&site, &visit, desk, &tried, &state, None),
        Err(error) => unfit(&site, &visit, desk, &client, error).await,
    }
}

/// The request to be opened, and what the token request proves the client with.
fn waiting(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    tried: &Tried,
    state: &str,
    wrong: Option<String>,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let client = &tried.client;
    let here = format!("{}/{state}", Tab::TryIt.path(client));
    let fields = match proof(client) {
        Proof::Secret => Some(vec![Field {
            hint: Some(layout.text("onboarding-try-secret-hint")),
            kind: FieldKind::Secret,
            needed: true,
            ..Field::line("client_secret", layout.text("onboarding-secret"), String::new())
        }]),
        Proof::Assertion => Some(vec![Field {
            hint: Some(layout.text("onboarding-try-assertion-hint")),
            needed: true,
            ..Field::lines("client_assertion", layout.text("onboarding-try-assertion"), String::new())
        }]),
        Proof::Nothing => Some(Vec::new()),
        Proof::Certificate => None,
    };
    let mut blocks = vec![Block::Code(Code {
        id: "request".to_owned(),
        heading: layout.text("onboarding-try-request"),
        says: vec![layout.text("onboarding-try-open")],
        text: tried.request.clone(),
    })];
    blocks.push(match fields {
        Some(fields) => Act {
            heading: Some(layout.text("onboarding-try-exchange-title")),
            says: vec![layout.text("onboarding-try-exchange-means")],
            fields,
            cancel: Some(Link { text: layout.text("console-cancel"), href: Tab::TryIt.path(client) }),
            ..Act::button("exchange", form(visit, &here), layout.text("onboarding-try-exchange"))
        }
        .block(),
        None => Block::Note(layout.text("onboarding-try-certificate")),
    });
    let lead = layout.text("onboarding-try-lead");
    Shown { site, visit, client, tab: Tab::TryIt, lead, problem: wrong, blocks }.render(desk)
}

/// What a client proves itself with at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    Nothing,
    Secret,
    Assertion,
    /// Of a connection that is not this one.
    Certificate,
}

fn proof(client: &Client) -> Proof {
    match client.authentication.method() {
        Method::None => Proof::Nothing,
        Method::ClientSecretBasic | Method::ClientSecretPost => Proof::Secret,
        Method::ClientSecretJwt | Method::PrivateKeyJwt => Proof::Assertion,
        Method::TlsClientAuth | Method::SelfSignedTlsClientAuth => Proof::Certificate,
    }
}

pub async fn run(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((client, state)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let client: ClientId = named(&client)?;
    let here = format!("/admin/applications/{client}/try-it/{state}");
    Guarded::Account(&here).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, &here);
    let tried = match try_it::take(&desk.admin, &client, &state).await {
        Ok(tried) => tried,
        Err(error) => match try_it::show(&desk.admin, &client, &state).await {
            Ok(tried) => {
                let told = desk.layout().text("onboarding-try-not-back");
                return waiting(&site, &visit, desk, &tried, &state, Some(told));
            }
            Err(_) => return unfit(&site, &visit, desk, &client, error).await,
        },
    };
    let blocks = found!(desk, &site, &visit, exchange::all(&site, &visit, &desk, &tried, &sent).await);
    let lead = desk.layout().text("onboarding-try-done-lead");
    Shown { site: &site, visit: &visit, client: &tried.client, tab: Tab::TryIt, lead, problem: None, blocks }
        .render(desk)
}

/// Where whoever signed in comes back to. What came is kept and taken out of the address, so that no history has it; whoever it is sees
/// nothing of it here.
pub async fn back(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    if let Some(query) = uri.query().filter(|query| !query.is_empty()) {
        let answer = Parameters::decode(query.as_bytes())?;
        return match kept::came_back(&site.app, &answer).await? {
            true => Ok(SeeOther::to(BACK.to_owned()).into_response()),
            false => Err(Fault::NotFound.into()),
        };
    }
    Ok(Page::render(&Back { layout: site.layout(&visit, &[], None) })?.into_response())
}

/// What something is: what is wrong with it, what is worth knowing, and its parts, in the words of `protocol::explain`.
fn explained(layout: &Layout, heading: String, told: &Explanation) -> Block {
    let wrong = layout.text("onboarding-explained-wrong");
    let mut rows: Vec<(String, Cell)> =
        told.wrong.iter().map(|sentence| (wrong.clone(), Cell::name_alone(sentence))).collect();
    if rows.is_empty() {
        rows.push((wrong, Cell::badge(layout.text("onboarding-explained-nothing"), Tone::Done)));
    }
    let remark = layout.text("onboarding-explained-remarks");
    rows.extend(told.remarks.iter().map(|sentence| (remark.clone(), Cell::plain(sentence.clone()))));
    rows.extend(told.parts.iter().map(|(name, value)| (name.clone(), Cell::Code(value.clone()))));
    Block::Facts(Facts { heading, rows })
}
