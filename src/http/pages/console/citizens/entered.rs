//! `/admin/citizens/new`: a registrar enters somebody. They have no password yet: a code that is issued at their page lets them set one.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use crate::domain::administration::Permission;
use crate::domain::stage::Person;
use crate::flows::admin::add_citizen;
use crate::flows::admin::particulars::{Column, Particulars};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::console::act::{ActPage, Wrong};
use crate::http::pages::console::typed::Typed;
use crate::http::pages::console::{Desk, at_desk, found, render, to};
use crate::web::console::{Block, Field, Link, Section};
use crate::web::layout::Layout;
use crate::web::text::{Speaks, TextId, id};

pub(super) const PATH: &str = "/admin/citizens/new";

/// What is asked. Who was only entered proved nothing: no level is among them, and no contact is confirmed by being typed.
const COLUMNS: [Column; 10] = [
    Column::NationalId,
    Column::Name,
    Column::FamilyName,
    Column::GivenName,
    Column::Birthdate,
    Column::Gender,
    Column::PhoneNumber,
    Column::Email,
    Column::Address,
    Column::Locale,
];

const NAMES: [&str; COLUMNS.len()] = {
    let mut names = [""; COLUMNS.len()];
    let mut at = 0;
    while at < COLUMNS.len() {
        names[at] = COLUMNS[at].name();
        at += 1;
    }
    names
};

fn label(column: Column) -> TextId {
    match column {
        Column::NationalId => id("claim-national-id"),
        Column::FamilyName => id("claim-family-name"),
        Column::GivenName => id("claim-given-name"),
        Column::Birthdate => id("claim-birthdate"),
        Column::Gender => id("claim-gender"),
        Column::PhoneNumber => id("claim-phone"),
        Column::Email => id("claim-email"),
        Column::Address => id("claim-address"),
        Column::Locale => id("claim-locale"),
        _ => id("claim-name"),
    }
}

fn fields(layout: &Layout, typed: &Typed) -> Vec<Field> {
    let field = |column: Column| {
        let (name, value) = (column.name(), typed.of(column.name()).to_owned());
        match column {
            Column::Gender => {
                let choices = [
                    ("", id("desk-unknown")),
                    ("female", id("gender-female")),
                    ("male", id("gender-male")),
                    ("other", id("gender-other")),
                ];
                let choices = choices.map(|(value, text)| (value.to_owned(), layout.say(text)));
                Field::choice(name, layout.say(label(column)), value, choices.to_vec())
            }
            _ => Field {
                needed: matches!(column, Column::NationalId | Column::Name),
                hint: (column == Column::Birthdate).then(|| layout.text("desk-day-hint")),
                ..Field::line(name, layout.say(label(column)), value)
            },
        }
    };
    COLUMNS.into_iter().map(field).collect()
}

pub async fn ask(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    found!(desk, &site, &visit, desk.admin.may(Permission::CitizenAdd));
    let (typed, wrong) = Typed::kept(&site, &visit, desk.layout()).await?;
    form(&visit, desk, &typed, wrong)
}

fn form(visit: &Visit, desk: Desk, typed: &Typed, wrong: Wrong) -> Result<Response, Failure> {
    let layout = desk.layout().clone();
    let page = ActPage {
        section: Section::Citizens,
        title: layout.text("desk-enter"),
        says: vec![layout.text("desk-enter-means")],
        action: PATH,
        button: layout.text("desk-enter"),
        fields: fields(&layout, typed),
        back: Link { text: layout.text("console-citizens"), href: Section::Citizens.path().to_owned() },
        before: Vec::new(),
    };
    page.render(visit, desk, wrong)
}

pub async fn act(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(PATH).check(&visit, &sent)?;
    let typed = Typed::sent(&sent, &NAMES)?;
    let return_to = typed.keep(&site, &visit, PATH).await?;
    let desk = at_desk!(&site, &visit, &return_to);
    let mut particulars = Particulars::default();
    for column in COLUMNS {
        if let Some(text) = typed.some(column.name()) {
            particulars.set(column, text);
        }
    }
    match add_citizen::add(&desk.admin, &particulars, None, Person::Real).await {
        Ok(added) if added.warnings.is_empty() => Ok(to(format!("/admin/citizens/{}?done=done", added.citizen.id))),
        // They are in, and somebody looks at what is unusual about them.
        Ok(added) => {
            let layout = desk.layout().clone();
            let href = format!("/admin/citizens/{}", added.citizen.id);
            let mut page = desk.frame.page(Section::Citizens, layout.text("desk-enter"));
            page.notice = Some(layout.text("desk-done"));
            page.problem = Some(layout.text("desk-enter-look"));
            page.exact = added.warnings.into_iter().map(|warning| warning.sentence).collect();
            render(&page.with(Block::Links(vec![Link { text: added.citizen.profile.masked_name(), href }])))
        }
        Err(error) => match Wrong::of(desk.layout(), &error) {
            Some(wrong) => form(&visit, desk, &typed, wrong),
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}
