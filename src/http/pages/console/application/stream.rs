//! `/admin/applications/{client}/stream`: what an application is told of its people (docs/signals.md): how its stream stands, what
//! waits in it, what failed and what helps; opened, changed, paused, checked and closed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::super::statistics::delivery_name;
use super::stream_form::{Asked, fields};
use super::stream_words as words;
use super::{Shown, Tab, name};
use crate::domain::administration::Permission;
use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::domain::signals::{Delivery, SecurityEvent, Stream, StreamStatus};
use crate::flows::admin::streams::{self, Standing, Waiting};
use crate::flows::admin::{AdminError, Fault};
use crate::http::Site;
use crate::http::error::{Failure, Fault as Wrong};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::{Confirmation, Desk, at_desk, form, found, named, problem, render, to};
use crate::protocol::signals::configuration::poll_endpoint;
use crate::web::console::{Act, Block, Cell, Empty, Facts, Link, Section, Table, Tone, Weight, moment, number};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

fn path(client: &ClientId) -> String {
    format!("/admin/applications/{client}/stream")
}

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let client: ClientId = named(&client)?;
    let standing = found!(desk, &site, &visit, streams::show(&desk.admin, &client).await);
    page(&site, &visit, desk, &standing, None)
}

fn page(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    standing: &Standing,
    problem: Option<String>,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let client = &standing.client;
    let path = path(&client.id);
    let manages = desk.has(Permission::StreamManage);
    let mut blocks = Vec::new();
    match &standing.stream {
        None => blocks.push(Block::Empty(Empty {
            title: layout.text("stream-none"),
            next: layout.text("stream-none-next"),
            link: manages.then(|| Link { text: layout.text("stream-open"), href: format!("{path}/open") }),
        })),
        Some(waiting) => {
            blocks.push(Block::Facts(facts(site, &layout, waiting)));
            blocks.push(failures(&layout, &standing.failures));
            if desk.has(Permission::StreamRun) {
                if waiting.stream.holds() {
                    blocks.push(Block::Act(Box::new(verification(&layout, visit, &client.id))));
                }
                let mut ways: Vec<Link> = Turn::ALL
                    .into_iter()
                    .filter(|turn| {
                        turn.fits(&waiting.stream) && (manages || turn.permission() == Permission::StreamRun)
                    })
                    .map(|turn| Link { text: layout.say(turn.button()), href: format!("{path}/{}", turn.as_str()) })
                    .collect();
                if manages {
                    ways.insert(0, Link { text: layout.text("stream-change"), href: format!("{path}/change") });
                }
                blocks.push(Block::Links(ways));
            }
        }
    }
    let lead = layout.text("stream-lead");
    Shown { site, visit, client, tab: Tab::Stream, lead, problem, blocks }.render(desk)
}

fn facts(site: &Site, layout: &Layout, Waiting { stream, waiting, oldest }: &Waiting) -> Facts {
    let at = |at: Option<crate::domain::time::Timestamp>| {
        Cell::plain(at.map_or_else(|| "–".to_owned(), |at| moment(layout, at.micros())))
    };
    let issuer = site.app.issuer();
    let mut rows = vec![(layout.text("console-status"), badge(layout, stream.status))];
    if let Some(reason) = &stream.reason {
        rows.push((layout.text("console-reason"), Cell::plain(reason.clone())));
    }
    match &stream.delivery {
        Delivery::Push { endpoint, authorization } => {
            rows.push((layout.text("stream-delivery"), Cell::plain(layout.text("stream-delivery-push"))));
            rows.push((layout.text("stream-endpoint"), Cell::Code(endpoint.clone())));
            let told = if authorization.is_some() {
                id("stream-authorization-there")
            } else {
                id("stream-authorization-none")
            };
            rows.push((layout.text("stream-authorization"), Cell::plain(layout.say(told))));
        }
        Delivery::Poll => {
            rows.push((layout.text("stream-delivery"), Cell::plain(layout.text("stream-delivery-poll"))));
            rows.push((layout.text("stream-fetched-at"), Cell::Code(poll_endpoint(stream, issuer))));
        }
    }
    let events: Vec<String> = words::EVENTS
        .iter()
        .filter(|(kind, _)| stream.delivers(*kind, issuer))
        .map(|(_, name)| layout.say(name()))
        .collect();
    let all = events.len() == words::EVENTS.len();
    let asked = if stream.events_requested.is_none() { layout.text("stream-everything") } else { events.join(", ") };
    rows.push((layout.text("stream-events-asked"), Cell::plain(asked)));
    let delivered = if all { layout.text("stream-everything") } else { events.join(", ") };
    rows.push((layout.text("stream-events-delivered"), Cell::plain(delivered)));
    rows.push((layout.text("stream-waiting"), Cell::Number(number(&layout.voice, *waiting))));
    rows.push((layout.text("stream-oldest"), at(*oldest)));
    rows.push((layout.text("stream-verified"), at(stream.verified_at)));
    rows.push((layout.text("console-created"), at(Some(stream.created_at))));
    rows.push((layout.text("console-changed"), at(Some(stream.updated_at))));
    Facts { heading: layout.text("console-streams"), rows }
}

/// How a stream stands.
pub(in crate::http::pages::console) fn badge(layout: &Layout, status: StreamStatus) -> Cell {
    match status {
        StreamStatus::Enabled => Cell::badge(layout.text("stream-enabled"), Tone::Done),
        StreamStatus::Paused => Cell::badge(layout.text("stream-paused"), Tone::Care),
        StreamStatus::Disabled => Cell::badge(layout.text("stream-disabled"), Tone::Alarm),
    }
}

/// What failed lately, and what its owner does about it.
fn failures(layout: &Layout, failures: &[SecurityEvent]) -> Block {
    if failures.is_empty() {
        return Block::Nothing { heading: layout.text("stream-failures"), says: layout.text("stream-failures-none") };
    }
    let row = |event: &SecurityEvent| {
        let fault = event.fault.clone().unwrap_or_default();
        vec![
            Cell::Name { text: layout.say(words::event_name(event.kind)), small: Some(fault.clone()), href: None },
            Cell::plain(moment(layout, event.created_at.micros())),
            Cell::Number(event.attempts.to_string()),
            Cell::plain(delivery_name(layout, event.state.as_str())),
            Cell::plain(layout.say(words::advice(&fault))),
        ]
    };
    Block::Table(Table {
        title: Some(layout.text("stream-failures")),
        caption: layout.text("stream-failures"),
        head: vec![
            layout.text("stream-event"),
            layout.text("console-since"),
            layout.text("console-attempts"),
            layout.text("console-status"),
            layout.text("stream-advice"),
        ],
        rows: failures.iter().map(row).collect(),
        next: None,
        first: None,
    })
}

fn verification(layout: &Layout, visit: &Visit, client: &ClientId) -> Act {
    Act {
        id: "verify".to_owned(),
        heading: Some(layout.text("stream-verify-title")),
        says: vec![layout.text("stream-verify-means")],
        form: form(visit, &format!("{}/verify", path(client))),
        hidden: Vec::new(),
        fields: Vec::new(),
        button: layout.text("stream-verify"),
        about: None,
        weight: Weight::Light,
        cancel: None,
    }
}

pub async fn verify(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let client: ClientId = named(&client)?;
    let path = path(&client);
    Guarded::Account(&format!("{path}/verify")).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, &path);
    match streams::verify(&desk.admin, &client).await {
        Ok(()) => {
            site.app.signals.wake();
            Ok(to(format!("{path}?done=stream-verified")))
        }
        Err(AdminError::Conflict(_)) => {
            let wrong = desk.layout().text("stream-verify-too-soon");
            let standing = found!(desk, &site, &visit, streams::show(&desk.admin, &client).await);
            page(&site, &visit, desk, &standing, Some(wrong))
        }
        Err(error) => desk.refused(&site, &visit, error, &path).await,
    }
}

/// Opening and changing: the same form.
pub async fn ask(State(site): State<Arc<Site>>, visit: Visit, Path(client): Path<String>) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let client: ClientId = named(&client)?;
    // Whoever must prove again who they are does so before they fill anything in.
    found!(desk, &site, &visit, desk.admin.may_on(Permission::StreamManage, &client));
    let standing = found!(desk, &site, &visit, streams::show(&desk.admin, &client).await);
    let asked = Asked::of(&site, standing.stream.as_ref().map(|waiting| &waiting.stream));
    configuration(&site, &visit, desk, &standing, &asked, Vec::new())
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(client): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let client: ClientId = named(&client)?;
    let path = path(&client);
    let opens = visit.path.split('?').next().is_some_and(|path| path.ends_with("/open"));
    let action = format!("{path}/{}", if opens { "open" } else { "change" });
    Guarded::Account(&action).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, &action);
    let asked = Asked::sent(&sent)?;
    let done = match (asked.wanted(&site), opens) {
        (Err(fault), _) => Err(AdminError::Invalid(vec![fault])),
        (Ok(wanted), true) => streams::create(&desk.admin, &site.app, &client, wanted).await,
        (Ok(wanted), false) => streams::change(&desk.admin, &site.app, &client, wanted, asked.version).await,
    };
    let wrong = match done {
        Ok(_) => return Ok(to(format!("{path}?done={}", if opens { "stream-opened" } else { "stream-changed" }))),
        Err(AdminError::Invalid(faults)) => faults,
        Err(AdminError::Changed | AdminError::Conflict(_)) => Vec::new(),
        Err(error) => return desk.refused(&site, &visit, error, &action).await,
    };
    let standing = found!(desk, &site, &visit, streams::show(&desk.admin, &client).await);
    if wrong.is_empty() {
        // Somebody else was first: what there is now is looked at before it is changed.
        let told = desk.layout().text("console-problem-conflict");
        return page(&site, &visit, desk, &standing, Some(told));
    }
    configuration(&site, &visit, desk, &standing, &asked, wrong)
}

fn configuration(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    standing: &Standing,
    asked: &Asked,
    wrong: Vec<Fault>,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let client = &standing.client;
    let path = path(&client.id);
    let (title, act) = match standing.stream {
        Some(_) => (layout.text("stream-change"), "change"),
        None => (layout.text("stream-open"), "open"),
    };
    let problem = (!wrong.is_empty()).then(|| layout.text("console-problem-invalid"));
    let act = Act {
        id: "save".to_owned(),
        heading: None,
        says: vec![layout.text("stream-form-means")],
        form: form(visit, &format!("{path}/{act}")),
        hidden: asked.version.map(|version| ("version", version.to_string())).into_iter().collect(),
        fields: fields(&layout, asked, &wrong),
        button: title.clone(),
        about: None,
        weight: Weight::Grave,
        cancel: Some(Link { text: layout.text("console-cancel"), href: path.clone() }),
    };
    let mut page = desk.frame.page(Section::Applications, title);
    page.back = Some(Link { text: name(site, &layout, client), href: path });
    page.problem = problem;
    render(&page.with(Block::Act(Box::new(act))))
}

/// What is confirmed on a page of its own, for a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Pause,
    Disable,
    Enable,
    Remove,
}

impl Turn {
    const ALL: [Self; 4] = [Self::Enable, Self::Pause, Self::Disable, Self::Remove];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Remove => "remove",
        }
    }

    const fn status(self) -> Option<StreamStatus> {
        match self {
            Self::Pause => Some(StreamStatus::Paused),
            Self::Disable => Some(StreamStatus::Disabled),
            Self::Enable => Some(StreamStatus::Enabled),
            Self::Remove => None,
        }
    }

    const fn permission(self) -> Permission {
        match self {
            Self::Pause | Self::Disable | Self::Enable => Permission::StreamRun,
            Self::Remove => Permission::StreamManage,
        }
    }

    fn fits(self, stream: &Stream) -> bool {
        self.status() != Some(stream.status)
    }

    fn button(self) -> TextId {
        match self {
            Self::Pause => id("stream-pause"),
            Self::Disable => id("stream-disable"),
            Self::Enable => id("stream-enable"),
            Self::Remove => id("stream-remove"),
        }
    }

    fn means(self) -> TextId {
        match self {
            Self::Pause => id("stream-pause-means"),
            Self::Disable => id("stream-disable-means"),
            Self::Enable => id("stream-enable-means"),
            Self::Remove => id("stream-remove-means"),
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Pause => "stream-paused",
            Self::Disable => "stream-disabled",
            Self::Enable => "stream-enabled",
            Self::Remove => "stream-removed",
        }
    }
}

fn turned(act: &str) -> Result<Turn, Failure> {
    Turn::ALL.into_iter().find(|turn| turn.as_str() == act).ok_or_else(|| Wrong::NotFound.into())
}

pub async fn confirm(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((client, act)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let (client, turn): (ClientId, _) = (named(&client)?, turned(&act)?);
    found!(desk, &site, &visit, desk.admin.may_on(turn.permission(), &client));
    let standing = found!(desk, &site, &visit, streams::show(&desk.admin, &client).await);
    confirmation(&site, &visit, desk, &standing.client, standing.stream.as_ref(), turn, (String::new(), None))
}

fn confirmation(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    client: &Client,
    stream: Option<&Waiting>,
    turn: Turn,
    (reason, wrong): (String, Option<String>),
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let back = path(&client.id);
    let action = format!("{back}/{}", turn.as_str());
    let mut says = vec![layout.say(turn.means())];
    if matches!(turn, Turn::Disable | Turn::Remove) {
        let waiting = stream.map_or(0, |stream| stream.waiting);
        says.push(layout.text_with("stream-lost", "count", number(&layout.voice, waiting)));
    }
    let button = layout.say(turn.button());
    let act = Confirmation { id: "confirm", says, action: &action, button, reason: Some(reason), back: back.clone() };
    let act = act.act(&layout, visit);
    let mut page = desk.frame.page(Section::Applications, layout.say(turn.button()));
    page.back = Some(Link { text: name(site, &layout, client), href: back });
    page.problem = wrong;
    render(&page.with(Block::Act(Box::new(act))))
}

pub async fn act(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((client, act)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let (client, turn): (ClientId, _) = (named(&client)?, turned(&act)?);
    let back = path(&client);
    let action = format!("{back}/{}", turn.as_str());
    Guarded::Account(&action).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, &action);
    let typed = sent.single("reason")?.unwrap_or_default().trim().to_owned();
    let done = match (turn.status(), typed.chars().count() >= 3) {
        (_, false) => Err(AdminError::invalid("reason", "is missing")),
        (Some(status), true) => streams::set_status(&desk.admin, &client, status, &typed).await.map(drop),
        (None, true) => streams::remove(&desk.admin, &client, &typed).await,
    };
    let error = match done {
        Ok(()) => {
            site.app.signals.wake();
            return Ok(to(format!("{back}?done={}", turn.done())));
        }
        Err(error) => error,
    };
    let wrong = match &error {
        AdminError::Invalid(_) => Some(desk.layout().text("console-problem-reason")),
        other => problem(desk.layout(), other),
    };
    match wrong {
        Some(wrong) => {
            let standing = found!(desk, &site, &visit, streams::show(&desk.admin, &client).await);
            let told = (typed, Some(wrong));
            confirmation(&site, &visit, desk, &standing.client, standing.stream.as_ref(), turn, told)
        }
        None => desk.refused(&site, &visit, error, &action).await,
    }
}
