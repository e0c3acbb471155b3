//! `/admin/organisations/requests`: citizens who ask to be confirmed as the legal representative of an organisation. Registrars who have
//! seen the papers confirm it, by setting two of them, or refuse it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::domain::administration::Permission;
use crate::domain::citizen::Citizen;
use crate::domain::ids::RegistrationRequestId;
use crate::domain::organisation::{RegistrationRequest, RequestState};
use crate::flows::admin::AdminError;
use crate::flows::admin::organisations::{self, Confirmed};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::act::{ActPage, Wrong};
use crate::http::pages::console::typed::Typed;
use crate::http::pages::console::{Desk, address, asked, at_desk, found, named, notice, render, to};
use crate::web::console::{Block, Cell, Empty, Facts, Field, Link, Section, Tone, moment};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

pub(super) const PATH: &str = "/admin/organisations/requests";

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let after = asked(&visit, "after").and_then(|text| text.parse().ok());
    let (found, next) = found!(desk, &site, &visit, organisations::requests(&desk.admin, after).await);
    let layout = desk.layout().clone();
    let mut blocks = Vec::new();
    for (request, citizen) in &found {
        blocks.push(facts(&layout, request, citizen));
        if desk.has(Permission::OrganisationDecide) {
            let way = |what: Answer| Link {
                text: layout.say(what.words().0),
                href: format!("{PATH}/{}/{}", request.id, what.path()),
            };
            blocks.push(Block::Links(Answer::ALL.map(way).to_vec()));
        }
    }
    if blocks.is_empty() {
        let (title, next) = (layout.text("console-approvals-none"), layout.text("desk-requests-none-next"));
        blocks.push(Block::Empty(Empty { title, next, link: None }));
    }
    if let Some(next) = next {
        let href = address(PATH, &[("after", &next.to_string())]);
        blocks.push(Block::Links(vec![Link { text: layout.text("console-next"), href }]));
    }
    let back = desk.frame.back_to(Section::Organisations);
    let mut page = desk.frame.page(Section::Organisations, layout.text("desk-requests"));
    page.back = back;
    page.lead = Some(layout.text("desk-requests-lead"));
    page.notice = notice(&layout, &visit);
    page.blocks = blocks;
    render(&page)
}

fn facts(layout: &Layout, request: &RegistrationRequest, citizen: &Citizen) -> Block {
    let mut rows = vec![
        (layout.text("console-code"), Cell::Code(request.code.to_string())),
        (
            layout.text("console-citizen"),
            Cell::Name {
                text: citizen.profile.masked_name(),
                small: Some(citizen.national_id.masked()),
                href: Some(format!("/admin/citizens/{}", citizen.id)),
            },
        ),
        (layout.text("console-level"), Cell::Number(i16::from(citizen.account_level).to_string())),
        (layout.text("console-asked"), Cell::plain(moment(layout, request.asked_at.micros()))),
    ];
    if let RequestState::ConfirmedOnce(by) = &request.state {
        rows.push((layout.text("console-status"), Cell::badge(layout.text("desk-confirmed-once"), Tone::Care)));
        rows.push((layout.text("console-decided-by"), Cell::Code(by.clone())));
    }
    Block::Facts(Facts { heading: request.name.as_str().to_owned(), rows })
}

/// What a registrar answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Confirm,
    Refuse,
}

impl Answer {
    const ALL: [Self; 2] = [Self::Confirm, Self::Refuse];

    const fn path(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Refuse => "refuse",
        }
    }

    fn read(act: &str) -> Result<Self, Failure> {
        Self::ALL.into_iter().find(|answer| answer.path() == act).ok_or_else(|| Fault::NotFound.into())
    }

    const fn words(self) -> (TextId, TextId) {
        match self {
            Self::Confirm => (id("desk-confirm-representative"), id("desk-confirm-representative-means")),
            Self::Refuse => (id("desk-refuse-representative"), id("desk-refuse-representative-means")),
        }
    }
}

pub async fn ask(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((request, act)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let (request, answer) = (named(&request)?, Answer::read(&act)?);
    found!(desk, &site, &visit, desk.admin.may(Permission::OrganisationDecide));
    let (typed, wrong) = Typed::kept(&site, &visit, desk.layout()).await?;
    confirmation(&site, &visit, desk, (request, answer), &typed, wrong).await
}

async fn confirmation(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    (id, answer): (RegistrationRequestId, Answer),
    typed: &Typed,
    wrong: Wrong,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let (request, citizen) = found!(desk, site, visit, organisations::request(&desk.admin, id).await);
    let (title, means) = answer.words();
    let fields = match answer {
        Answer::Confirm => Vec::new(),
        Answer::Refuse => vec![Field::reason(&layout, typed.of("reason").to_owned())],
    };
    let page = ActPage {
        section: Section::Organisations,
        title: layout.say(title),
        says: vec![layout.say(means)],
        action: &format!("{PATH}/{id}/{}", answer.path()),
        button: layout.say(title),
        fields,
        back: Link { text: layout.text("desk-requests"), href: PATH.to_owned() },
        before: vec![facts(&layout, &request, &citizen)],
    };
    page.render(visit, desk, wrong)
}

pub async fn act(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((request, act)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let (id, answer): (RegistrationRequestId, _) = (named(&request)?, Answer::read(&act)?);
    let action = format!("{PATH}/{id}/{act}");
    Guarded::Account(&action).check(&visit, &sent)?;
    let typed = Typed::sent(&sent, &["reason"])?;
    let return_to = typed.keep(&site, &visit, &action).await?;
    let desk = at_desk!(&site, &visit, &return_to);
    let done: Result<&str, AdminError> = match answer {
        Answer::Confirm => organisations::confirm(&desk.admin, id).await.map(|confirmed| match confirmed {
            Confirmed::Once => "confirmed-once",
            Confirmed::Registered { .. } => "done",
        }),
        Answer::Refuse => match Wrong::of_reason(desk.layout(), &typed) {
            Some(wrong) => return confirmation(&site, &visit, desk, (id, answer), &typed, wrong).await,
            None => organisations::refuse(&desk.admin, id, typed.some("reason")).await.map(|()| "done"),
        },
    };
    match done {
        Ok(done) => {
            site.app.post.wake();
            Ok(to(address(PATH, &[("done", done)])))
        }
        Err(error) => match Wrong::of(desk.layout(), &error) {
            // It waits no more: the list says what does.
            Some(_) if organisations::request(&desk.admin, id).await.is_err() => {
                Ok(to(address(PATH, &[("done", "decided")])))
            }
            Some(wrong) => confirmation(&site, &visit, desk, (id, answer), &typed, wrong).await,
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}
