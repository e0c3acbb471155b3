//! `/admin/roles`: who holds which role; one is given, and taken back.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::citizens::part;
use super::typed::Typed;
use super::{Confirmation, Desk, address, asked, at_desk, form, found, notice, problem, render, to};
use crate::domain::administration::{Permission, Role};
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::roles;
use crate::flows::admin::show_citizen::{self, Sight};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::pages::admin::role_name;
use crate::web::console::{Act, Block, Cell, Field, Link, Section, Weight, moment};
use crate::web::layout::Layout;
use crate::web::text::Speaks;

const PATH: &str = "/admin/roles";

pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let (typed, wrong) = Typed::kept(&site, &visit, desk.layout()).await?;
    shown(&site, &visit, desk, (typed.of("who").to_owned(), typed.of("role").to_owned()), wrong.problem).await
}

async fn shown(
    site: &Site,
    visit: &Visit,
    desk: Desk,
    (who, role): (String, String),
    wrong: Option<String>,
) -> Result<Response, Failure> {
    let grants = found!(desk, site, visit, roles::list(&desk.admin).await);
    let layout = desk.layout().clone();
    let mut rows = Vec::new();
    for grant in &grants {
        let name = match desk.has(Permission::CitizenShow) {
            true => {
                let shown = show_citizen::show(&desk.admin, &Who::Id(grant.citizen), &Sight::Masked).await;
                found!(desk, site, visit, shown).citizen.profile.masked_name()
            }
            false => grant.citizen.to_string(),
        };
        let revoke =
            address("/admin/roles/revoke", &[("who", &grant.citizen.to_string()), ("role", grant.role.as_str())]);
        let mut row = vec![
            Cell::Name {
                text: name,
                small: Some(grant.citizen.to_string()),
                href: desk.has(Permission::CitizenShow).then(|| format!("/admin/citizens/{}", grant.citizen)),
            },
            Cell::plain(layout.say(role_name(grant.role).text())),
            Cell::plain(moment(&layout, grant.since.micros())),
            Cell::plain(grant.until.map_or_else(|| "–".to_owned(), |until| moment(&layout, until.micros()))),
            Cell::Code(grant.granted_by.clone()),
        ];
        if desk.has(Permission::RoleRevoke) {
            row.push(Cell::name(layout.text("console-revoke"), revoke));
        }
        rows.push(row);
    }
    let mut head = vec![
        layout.text("console-name"),
        layout.text("console-role"),
        layout.text("console-since"),
        layout.text("console-until"),
        layout.text("console-granted-by"),
    ];
    if desk.has(Permission::RoleRevoke) {
        head.push(layout.text("console-revoke"));
    }
    let table = part(layout.text("console-roles"), head, rows, layout.text("console-roles-none"));
    let grant = desk.has(Permission::RoleGrant).then(|| grant_form(&layout, visit, who, role));
    let mut page = desk.frame.section(Section::Roles).with(table);
    page.lead = Some(layout.text("console-roles-lead"));
    page.notice = notice(&layout, visit);
    page.problem = wrong;
    if let Some(grant) = grant {
        page = page.with(Block::Act(Box::new(grant)));
    }
    render(&page)
}

fn grant_form(layout: &Layout, visit: &Visit, who: String, role: String) -> Act {
    let choices =
        Role::ALL.into_iter().map(|role| (role.as_str().to_owned(), layout.say(role_name(role).text()))).collect();
    Act {
        id: "grant".to_owned(),
        heading: Some(layout.text("console-grant-title")),
        says: vec![layout.text("console-grant-means")],
        form: form(visit, PATH),
        hidden: Vec::new(),
        fields: vec![
            Field {
                needed: true,
                hint: Some(layout.text("console-citizen-find-hint")),
                ..Field::line("who", layout.text("console-citizen-find"), who)
            },
            Field::choice("role", layout.text("console-role"), role, choices),
        ],
        button: layout.text("console-grant"),
        about: None,
        weight: Weight::Grave,
        cancel: None,
    }
}

pub async fn grant(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(PATH).check(&visit, &sent)?;
    let typed = Typed::sent(&sent, &["who", "role"])?;
    let return_to = typed.keep(&site, &visit, PATH).await?;
    let (typed, role) = (typed.of("who").to_owned(), typed.of("role").to_owned());
    let desk = at_desk!(&site, &visit, &return_to);
    let wanted: Role = role.parse().map_err(|_| Fault::NotFound)?;
    let granted = match Who::parse(&typed, site.app.settings.national_id.default_scheme()) {
        Ok(who) => roles::grant(&desk.admin, &who, wanted, None).await.map(drop),
        Err(error) => Err(error),
    };
    match granted {
        Ok(()) => Ok(to("/admin/roles?done=granted")),
        Err(error) => match problem(desk.layout(), &error) {
            Some(wrong) => shown(&site, &visit, desk, (typed, role), Some(wrong)).await,
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}

/// Whose role is taken back, and which.
fn meant(who: &str, role: &str) -> Result<(Who, Role), Failure> {
    let who = who.parse().map(Who::Id).map_err(|_| Fault::NotFound)?;
    Ok((who, role.parse().map_err(|_| Fault::NotFound)?))
}

pub async fn ask_to_revoke(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    found!(desk, &site, &visit, desk.admin.may(Permission::RoleRevoke));
    let (who, role) = (asked(&visit, "who").unwrap_or_default(), asked(&visit, "role").unwrap_or_default());
    confirmation(&visit, desk, (who, role), None)
}

fn confirmation(
    visit: &Visit,
    desk: Desk,
    (who, role): (String, String),
    wrong: Option<String>,
) -> Result<Response, Failure> {
    let (_, wanted) = meant(&who, &role)?;
    let layout = desk.layout().clone();
    let says = vec![format!("{who} · {}", layout.say(role_name(wanted).text())), layout.text("console-revoke-means")];
    let confirmation = Confirmation {
        id: "confirm",
        says,
        action: "/admin/roles/revoke",
        button: layout.text("console-revoke"),
        reason: None,
        back: PATH.to_owned(),
    };
    let act = Act { hidden: vec![("who", who), ("role", role)], ..confirmation.act(&layout, visit) };
    let mut page = desk.frame.page(Section::Roles, layout.text("console-revoke-title"));
    page.back = Some(Link { text: layout.text("console-roles"), href: PATH.to_owned() });
    page.problem = wrong;
    render(&page.with(Block::Act(Box::new(act))))
}

pub async fn revoke(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account("/admin/roles/revoke").check(&visit, &sent)?;
    let typed = sent.single("who")?.unwrap_or_default().to_owned();
    let named = sent.single("role")?.unwrap_or_default().to_owned();
    let (who, role) = meant(&typed, &named)?;
    let return_to = address("/admin/roles/revoke", &[("who", &typed), ("role", &named)]);
    let desk = at_desk!(&site, &visit, &return_to);
    match roles::revoke(&desk.admin, &who, role).await {
        Ok(_) => Ok(to("/admin/roles?done=revoked")),
        Err(error) => match problem(desk.layout(), &error) {
            Some(wrong) => confirmation(&visit, desk, (typed, named), Some(wrong)),
            None => desk.refused(&site, &visit, error, &return_to).await,
        },
    }
}
