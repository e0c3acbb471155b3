//! `/admin/applications/new`: an application, brought into the sandbox at once by whoever will own it, guided by what it is.

mod fields;
mod misfit;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use self::fields::{FIELDS, Typed};
use super::{Tab, name, tabs};
use crate::domain::administration::{Authority, Permission};
use crate::domain::client::Kind;
use crate::flows::admin::create_client::Registered;
use crate::flows::admin::{AdminError, Fault};
use crate::flows::onboarding::draft::{Misfit, draft, misfits};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::{Desk, address, asked, at_desk, form, found, problem, render};
use crate::web::console::{Act, Block, Cell, Facts, Field, FieldKind, Link, Section, Table, Weight, Wrong};
use crate::web::text::{Speaks, TextId, id};

const PATH: &str = "/admin/applications/new";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let may = desk.admin.may_on_own(Permission::ClientDraft).map(drop);
    found!(desk, &site, &visit, may);
    match asked(&visit, "kind").and_then(|kind| kind.parse().ok()) {
        Some(kind) => match Typed::kept(&site, &visit, kind).await? {
            Some(typed) => page(&visit, desk, &typed, (Vec::new(), None), &[]),
            None => {
                let refused = desk.layout().text("console-kept-refused");
                page(&visit, desk, &Typed::nothing(kind), (Vec::new(), Some(refused)), &[])
            }
        },
        None => choice(desk),
    }
}

/// What is it? Everything else follows from that.
fn choice(desk: Desk) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let row = |kind: Kind| {
        let (name, means) = named(kind);
        vec![Cell::name(layout.say(name), address(PATH, &[("kind", kind.as_str())])), Cell::plain(layout.say(means))]
    };
    let table = Table {
        title: Some(layout.text("onboarding-kind-ask")),
        caption: layout.text("onboarding-kind-ask"),
        head: vec![layout.text("onboarding-kind"), layout.text("onboarding-kind-says")],
        rows: Kind::ALL.into_iter().map(row).collect(),
        next: None,
        first: None,
    };
    let back = desk.frame.back_to(Section::Applications);
    let mut page = desk.frame.page(Section::Applications, layout.text("onboarding-begin"));
    page.back = back;
    page.lead = Some(layout.text("onboarding-begin-lead"));
    render(&page.with(Block::Table(table)))
}

fn named(kind: Kind) -> (TextId, TextId) {
    match kind {
        Kind::Web => (id("onboarding-kind-web"), id("onboarding-kind-web-means")),
        Kind::SinglePage => (id("onboarding-kind-single-page"), id("onboarding-kind-single-page-means")),
        Kind::Native => (id("onboarding-kind-native"), id("onboarding-kind-native-means")),
        Kind::Service => (id("onboarding-kind-service"), id("onboarding-kind-service-means")),
    }
}

/// The form of a kind with what was typed, each fault beside what it is about.
fn page(
    visit: &Visit,
    desk: Desk,
    typed: &Typed,
    (faults, problem): (Vec<Fault>, Option<String>),
    misfits: &[Misfit],
) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let mut fields = Vec::new();
    let (here, elsewhere): (Vec<Fault>, Vec<Fault>) =
        faults.into_iter().partition(|fault| FIELDS.iter().any(|one| one.is_of(typed.kind, fault.field)));
    let said = |fault: &Fault| match misfits.iter().find(|misfit| misfit.fault() == *fault) {
        Some(misfit) => misfit::wrong(&layout, misfit),
        None => Wrong::english(format!("{}: {}", fault.field, fault.sentence)),
    };
    for one in FIELDS.iter().filter(|one| one.kinds.contains(&typed.kind)) {
        let wrong = here.iter().filter(|fault| one.is_of(typed.kind, fault.field)).map(said).collect();
        let kind = if one.lines { FieldKind::Lines } else { FieldKind::Line };
        fields.push(Field {
            hint: one.hint(typed.kind).map(|hint| layout.say(hint)),
            kind,
            needed: one.needed,
            wrong,
            ..Field::line(one.name, layout.say((one.label)()), typed.of(one.name).to_owned())
        });
    }
    let (kind, means) = named(typed.kind);
    let act = Act {
        id: "draft".to_owned(),
        heading: Some(layout.say(kind)),
        says: vec![layout.say(means)],
        form: form(visit, PATH),
        hidden: vec![("kind", typed.kind.as_str().to_owned())],
        fields,
        button: layout.text("onboarding-draft"),
        about: None,
        weight: Weight::Grave,
        cancel: Some(Link { text: layout.text("onboarding-other-kind"), href: PATH.to_owned() }),
    };
    let wrong = (!here.is_empty() || !elsewhere.is_empty()).then(|| {
        let told = layout.text("console-problem-invalid");
        elsewhere.iter().fold(told, |told, fault| format!("{told} {}", said(fault).sentence()))
    });
    let back = desk.frame.back_to(Section::Applications);
    let mut page = desk.frame.page(Section::Applications, layout.text("onboarding-begin"));
    page.back = back;
    page.problem = wrong.or(problem);
    render(&page.with(Block::Act(Box::new(act))))
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(PATH).check(&visit, &sent)?;
    let Some(typed) = Typed::sent(&sent)? else {
        let desk = at_desk!(&site, &visit, PATH);
        return choice(desk);
    };
    let return_to = typed.keep(&site, &visit, PATH).await?;
    let desk = at_desk!(&site, &visit, &return_to);
    let (drafted, misfits) = match typed.draft() {
        Ok(wanted) => (draft(&desk.admin, &wanted).await, misfits(&wanted)),
        Err(fault) => (Err(AdminError::Invalid(vec![fault])), Vec::new()),
    };
    match drafted {
        Ok(registered) => done(&site, &visit, desk, &registered),
        Err(AdminError::Invalid(faults)) => page(&visit, desk, &typed, (faults, None), &misfits),
        Err(error) => match problem(desk.layout(), &error) {
            Some(_) => page(&visit, desk, &typed, (vec![Fault::new("client_id", error.to_string())], None), &[]),
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}

/// The application's first page, with its secret: this is the only one that it is on.
fn done(site: &Site, visit: &Visit, mut desk: Desk, registered: &Registered) -> Result<Response, Failure> {
    let Registered { client, secret, .. } = registered;
    let layout = desk.layout().clone();
    if let Authority::Staff(staff) = &mut desk.admin.authority {
        // It is theirs since a moment ago; the next page reads it from the store.
        staff.owns.insert(client.id.clone());
    }
    let mut values = super::snippets::values(site, &layout, client);
    if let Some(secret) = secret {
        values.rows.push((layout.text("onboarding-secret"), Cell::Code(secret.expose().to_owned())));
    }
    let told = match secret {
        Some(_) => layout.text("onboarding-secret-once"),
        None if client.authentication.is_public() => layout.text("onboarding-no-secret"),
        None => layout.text("onboarding-own-key"),
    };
    let facts = Facts {
        heading: layout.text("console-registration"),
        rows: vec![
            (layout.text("onboarding-kind"), Cell::plain(layout.say(named(Kind::of(client)).0))),
            (layout.text("onboarding-stage"), Cell::plain(layout.text("onboarding-stage-sandbox"))),
            (layout.text("console-scopes"), Cell::plain(client.scopes.to_string())),
        ],
    };
    let tabs = tabs(&desk, client, Tab::Registration);
    let next = Link { text: layout.text("onboarding-snippets"), href: Tab::Snippets.path(client) };
    let back = desk.frame.back_to(Section::Applications);
    let mut page = desk.frame.page(Section::Applications, name(site, &layout, client));
    page.back = back;
    page.lead = Some(layout.text("onboarding-drafted-lead"));
    page.notice = Some(layout.text("onboarding-drafted"));
    page.query = asked(visit, "q").unwrap_or_default();
    page = page.with(tabs).with(Block::Note(told)).with(Block::Facts(values)).with(Block::Facts(facts));
    render(&page.with(Block::Links(vec![next])))
}
