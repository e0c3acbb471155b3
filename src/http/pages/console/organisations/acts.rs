//! What is done to an organisation, each on a page of its own that says to how many: it is registered, suspended, resumed, dissolved;
//! and the end of one mandate.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::domain::administration::Permission;
use crate::domain::ids::MandateId;
use crate::domain::organisation::{Organisation, OrganisationName, OrganisationStatus};
use crate::domain::organisation_code::OrganisationCode;
use crate::flows::admin::{AdminError, Fault as Wrongly, organisations};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::act::{ActPage, Wrong};
use crate::http::pages::console::typed::Typed;
use crate::http::pages::console::{Desk, at_desk, found, named, to};
use crate::web::console::{Field, Link, Section};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

pub(super) const NEW: &str = "/admin/organisations/new";

pub async fn begin(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    found!(desk, &site, &visit, desk.admin.may(Permission::OrganisationManage));
    let (typed, wrong) = Typed::kept(&site, &visit, desk.layout()).await?;
    registration(&visit, desk, &typed, wrong)
}

fn registration(visit: &Visit, desk: Desk, typed: &Typed, wrong: Wrong) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let field = |name: &'static str, label: TextId| Field {
        needed: true,
        ..Field::line(name, layout.say(label), typed.of(name).to_owned())
    };
    let code = Field { hint: Some(layout.text("desk-register-code-hint")), ..field("code", id("console-code")) };
    let page = ActPage {
        section: Section::Organisations,
        title: layout.text("desk-register"),
        says: vec![layout.text("desk-register-means")],
        action: NEW,
        button: layout.text("desk-register"),
        fields: vec![code, field("name", id("console-name"))],
        back: Link { text: layout.text("console-organisations"), href: Section::Organisations.path().to_owned() },
        before: Vec::new(),
    };
    page.render(visit, desk, wrong)
}

pub async fn register(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(NEW).check(&visit, &sent)?;
    let typed = Typed::sent(&sent, &["code", "name"])?;
    let return_to = typed.keep(&site, &visit, NEW).await?;
    let desk = at_desk!(&site, &visit, &return_to);
    let code = typed.of("code").parse::<OrganisationCode>();
    let name = OrganisationName::try_from(typed.of("name").to_owned());
    let done = match (code, name) {
        (Ok(code), Ok(name)) => organisations::register(&desk.admin, code, name).await,
        (code, name) => {
            let code = code.err().map(|why| Wrongly::new("code", why.to_string()));
            let name = name.err().map(|why| Wrongly::new("name", why.to_string()));
            Err(AdminError::Invalid(code.into_iter().chain(name).collect()))
        }
    };
    match done {
        Ok(organisation) => Ok(to(format!("/admin/organisations/{}?done=done", organisation.code))),
        Err(error) => match Wrong::of(desk.layout(), &error) {
            Some(wrong) => registration(&visit, desk, &typed, wrong),
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}

/// Title, which is the button's as well, and what it means.
const fn words(status: OrganisationStatus) -> (TextId, TextId) {
    match status {
        OrganisationStatus::Active => (id("desk-organisation-resume"), id("desk-organisation-resume-means")),
        OrganisationStatus::Suspended => (id("desk-organisation-suspend"), id("desk-organisation-suspend-means")),
        OrganisationStatus::Dissolved => (id("desk-organisation-dissolve"), id("desk-organisation-dissolve-means")),
    }
}

const fn path_of(status: OrganisationStatus) -> &'static str {
    match status {
        OrganisationStatus::Active => "resume",
        OrganisationStatus::Suspended => "suspend",
        OrganisationStatus::Dissolved => "dissolve",
    }
}

fn read(act: &str) -> Result<OrganisationStatus, Failure> {
    OrganisationStatus::ALL.into_iter().find(|one| path_of(*one) == act).ok_or_else(|| Fault::NotFound.into())
}

/// The ways from where an organisation stands.
pub(super) fn ways(layout: &Layout, organisation: &Organisation) -> Vec<Link> {
    let open = OrganisationStatus::ALL.into_iter().filter(|next| organisation.status.may_become(*next));
    open.map(|next| Link {
        text: layout.say(words(next).0),
        href: format!("/admin/organisations/{}/{}", organisation.code, path_of(next)),
    })
    .collect()
}

pub async fn ask(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((code, act)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let (code, status) = (named(&code)?, read(&act)?);
    found!(desk, &site, &visit, desk.admin.may(Permission::OrganisationManage));
    let (typed, wrong) = Typed::kept(&site, &visit, desk.layout()).await?;
    turning(&site, &visit, desk, (&code, status), &typed, wrong).await
}

async fn turning(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    (code, status): (&OrganisationCode, OrganisationStatus),
    typed: &Typed,
    wrong: Wrong,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let (organisation, people) = found!(desk, site, visit, organisations::show(&desk.admin, code).await);
    let live = people.iter().filter(|holder| holder.mandate.ended.is_none()).count();
    let (title, means) = words(status);
    let path = format!("/admin/organisations/{code}");
    let page = ActPage {
        section: Section::Organisations,
        title: layout.say(title),
        says: vec![
            format!("{} · {code}", organisation.name.as_str()),
            layout.say(means),
            layout.text_with("desk-mandates-concerned", "count", live),
        ],
        action: &format!("{path}/{}", path_of(status)),
        button: layout.say(title),
        fields: vec![Field::reason(&layout, typed.of("reason").to_owned())],
        back: Link { text: organisation.name.as_str().to_owned(), href: path },
        before: Vec::new(),
    };
    page.render(visit, desk, wrong)
}

pub async fn turn(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((code, act)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let (code, status): (OrganisationCode, _) = (named(&code)?, read(&act)?);
    let action = format!("/admin/organisations/{code}/{act}");
    Guarded::Account(&action).check(&visit, &sent)?;
    let typed = Typed::sent(&sent, &["reason"])?;
    let return_to = typed.keep(&site, &visit, &action).await?;
    let desk = at_desk!(&site, &visit, &return_to);
    if let Some(wrong) = Wrong::of_reason(desk.layout(), &typed) {
        return turning(&site, &visit, desk, (&code, status), &typed, wrong).await;
    }
    match organisations::turn(&desk.admin, &code, status, typed.some("reason")).await {
        Ok(_) => {
            site.app.deliveries.wake();
            Ok(to(format!("/admin/organisations/{code}?done=done")))
        }
        Err(error) => match Wrong::of(desk.layout(), &error) {
            Some(wrong) => turning(&site, &visit, desk, (&code, status), &typed, wrong).await,
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}

pub async fn ask_to_revoke(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((code, mandate)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let (code, mandate) = (named(&code)?, named(&mandate)?);
    found!(desk, &site, &visit, desk.admin.may(Permission::MandateRevoke));
    revoking(&site, &visit, desk, (&code, mandate), Wrong::default()).await
}

async fn revoking(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    (code, mandate): (&OrganisationCode, MandateId),
    wrong: Wrong,
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let (organisation, people) = found!(desk, site, visit, organisations::show(&desk.admin, code).await);
    let holder = people.iter().find(|holder| holder.mandate.id == mandate);
    let holder = holder.ok_or(Failure::from(Fault::NotFound))?;
    let who = format!("{} · {}", holder.citizen.profile.masked_name(), holder.citizen.national_id.masked());
    let path = format!("/admin/organisations/{code}");
    let page = ActPage {
        section: Section::Organisations,
        title: layout.text("desk-revoke-mandate"),
        says: vec![who, layout.text("desk-revoke-mandate-means")],
        action: &format!("{path}/mandates/{mandate}"),
        button: layout.text("desk-revoke-mandate"),
        fields: Vec::new(),
        back: Link { text: organisation.name.as_str().to_owned(), href: path },
        before: Vec::new(),
    };
    page.render(visit, desk, wrong)
}

pub async fn revoke(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((code, mandate)): Path<(String, String)>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let (code, mandate): (OrganisationCode, MandateId) = (named(&code)?, named(&mandate)?);
    let action = format!("/admin/organisations/{code}/mandates/{mandate}");
    Guarded::Account(&action).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, &action);
    match organisations::revoke(&desk.admin, &code, mandate).await {
        Ok(_) => {
            site.app.deliveries.wake();
            site.app.post.wake();
            Ok(to(format!("/admin/organisations/{code}?done=done")))
        }
        Err(error) => match Wrong::of(desk.layout(), &error) {
            Some(wrong) => revoking(&site, &visit, desk, (&code, mandate), wrong).await,
            None => desk.refused(&site, &visit, error, &action).await,
        },
    }
}
