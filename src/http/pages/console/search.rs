//! `/admin/search`: one box for whatever somebody has in hand: a person's identifier or name, an application, an organisation's
//! code. What their role does not open is not looked for. What is typed is sent in a form: addresses end up in logs, in histories and
//! in what comes after a proof.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::citizens::{people_table, person_row};
use super::{applications, at_desk, render};
use crate::domain::administration::Permission;
use crate::domain::organisation_code::OrganisationCode;
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::show_citizen::{self, Sight};
use crate::flows::admin::{AdminError, organisations};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::web::console::{Block, Cell, Empty, Section, Table};
use crate::web::text::Speaks;

pub(super) const PATH: &str = "/admin/search";

/// Nothing is looked for yet: so comes back who had to prove again who they are.
pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit, PATH);
    let title = desk.layout().text("console-search");
    render(&desk.frame.page(Section::Overview, title))
}

pub async fn find(State(site): State<Arc<Site>>, visit: Visit, Form(sent): Form) -> Result<Response, Failure> {
    Guarded::Account(PATH).check(&visit, &sent)?;
    let desk = at_desk!(&site, &visit, PATH);
    let layout = desk.layout().clone();
    let query = sent.single("q")?.unwrap_or_default().trim().to_owned();
    let mut blocks = Vec::new();
    if !query.is_empty()
        && desk.has(Permission::CitizenShow)
        && let Ok(who) = Who::parse(&query, site.app.settings.national_id.default_scheme())
    {
        match show_citizen::show(&desk.admin, &who, &Sight::Masked).await {
            Ok(shown) => blocks.push(people_table(&layout, vec![person_row(&layout, &shown.citizen)])),
            Err(AdminError::NotFound(_)) => {}
            Err(error) => {
                return desk.refused(&site, &visit, error, PATH).await;
            }
        }
    }
    if !query.is_empty() && desk.has(Permission::ClientList) {
        match applications::rows(&site, &desk, Some(&query), None).await {
            Ok(rows) if rows.is_empty() => {}
            Ok(rows) => blocks.push(applications::table(&layout, rows)),
            Err(error) => return desk.refused(&site, &visit, error, PATH).await,
        }
    }
    if desk.has(Permission::OrganisationShow)
        && let Ok(code) = query.parse::<OrganisationCode>()
    {
        match organisations::show(&desk.admin, &code).await {
            Ok((organisation, _)) => blocks.push(Block::Table(Table {
                title: Some(layout.text("console-organisations")),
                caption: layout.text("console-organisations"),
                head: vec![layout.text("console-organisation"), layout.text("console-code")],
                rows: vec![vec![
                    Cell::name(organisation.name.as_str(), format!("/admin/organisations/{code}")),
                    Cell::Code(code.to_string()),
                ]],
                next: None,
                first: None,
            })),
            Err(AdminError::NotFound(_)) => {}
            Err(error) => {
                return desk.refused(&site, &visit, error, PATH).await;
            }
        }
    }
    let mut page = desk.frame.page(Section::Overview, layout.text("console-found"));
    page.query = query;
    if blocks.is_empty() {
        let (title, next) = (layout.text("console-found-nothing"), layout.text("console-found-nothing-next"));
        blocks.push(Block::Empty(Empty { title, next, link: None }));
    }
    page.blocks = blocks;
    render(&page)
}
