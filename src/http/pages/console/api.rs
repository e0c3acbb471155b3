//! `/admin/api` and `/admin/api/areas/{area}`: what the Admin API can do, for anybody to read, as its OpenAPI document is: neither says
//! anything of the deployment but where it is. `/admin/api/try`: an operation is tried by whoever is signed in, with the rights of their session, and it is real: it is
//! the same request as a program's, asked for the same permission, recorded alike. What is not read by GET is shown before it is sent.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::kept::{self, For, Kept as Brought};
use super::{Desk, address, at_desk, form, found, render};
use crate::crypto::base64url;
use crate::crypto::hash::sha256;
use crate::flows::FlowError;
use crate::http::Site;
use crate::http::admin_api::operation::{Operation, Query, Value, Verb, Version};
use crate::http::admin_api::{self, OPERATIONS, Tried, Typed};
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::Page;
use crate::protocol::parameters::Parameters;
use crate::web::api::{ApiPage, AreaPage};
use crate::web::console::{Act, Block, Cell, Code, Console, Field, FieldKind, Link, Section, Table, Tone, Weight};
use crate::web::layout::Layout;
use crate::web::text::Speaks;

const PATH: &str = "/admin/api/try";
/// What is typed comes back after a proof where it is no longer than this: it stands in an address, sealed.
const KEPT: usize = 4096;
/// More than any answer of the API has.
const ANSWER: usize = 16 * 1024 * 1024;

pub async fn read(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let page = ApiPage { layout: site.layout(&visit, &[], None), reference: Arc::clone(&site.admin_api.reference) };
    Ok(Page::render(&page)?.into_response())
}

/// The operations of an area.
pub async fn area(State(site): State<Arc<Site>>, visit: Visit, Path(name): Path<String>) -> Result<Response, Failure> {
    let group = site.admin_api.reference.groups.iter().find(|group| group.area == name).ok_or(Fault::NotFound)?;
    let page = AreaPage { layout: site.layout(&visit, &[], None), group: Arc::clone(group) };
    Ok(Page::render(&page)?.into_response())
}

/// What their role opens.
pub async fn list(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let layout = desk.layout().clone();
    let mut blocks = vec![Block::Links(vec![Link { text: layout.text("api-read"), href: admin_api::PAGE.to_owned() }])];
    for group in &site.admin_api.reference.groups {
        let open = OPERATIONS.iter().filter(|one| one.permission.area().as_str() == group.area);
        let rows: Vec<Vec<Cell>> = open.filter(|one| desk.has(one.permission)).map(|one| row(&layout, one)).collect();
        if !rows.is_empty() {
            blocks.push(Block::Table(Table {
                title: Some(group.area.to_owned()),
                caption: group.area.to_owned(),
                head: vec![layout.text("api-operation"), layout.text("api-says"), layout.text("api-permission")],
                rows,
                next: None,
                first: None,
            }));
        }
    }
    let mut page = desk.frame.section(Section::Api);
    page.lead = Some(layout.text("api-try-lead"));
    page.blocks = blocks;
    render(&page)
}

fn row(layout: &Layout, operation: &Operation) -> Vec<Cell> {
    let changes = match operation.verb {
        Verb::Get => (layout.text("api-reads"), Tone::Done),
        Verb::Post | Verb::Patch | Verb::Delete => (layout.text("api-acts"), Tone::Care),
    };
    vec![
        Cell::Name {
            text: format!("{} {}", operation.verb.method(), operation.path),
            small: Some(operation.id.to_owned()),
            href: Some(path_of(operation)),
        },
        Cell::Foreign(operation.says.to_owned()),
        Cell::badge(format!("{} · {}", operation.permission, changes.0), changes.1),
    ]
}

fn path_of(operation: &Operation) -> String {
    format!("{PATH}/{}", operation.id)
}

fn find(id: &str) -> Result<&'static Operation, Failure> {
    OPERATIONS.iter().find(|operation| operation.id == id).ok_or_else(|| Fault::NotFound.into())
}

pub async fn ask(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let desk = at_desk!(&site, &visit);
    let operation = find(&id)?;
    // Whoever must prove again who they are does so before they type.
    found!(desk, &site, &visit, desk.admin.may_on_own(operation.permission));
    let sample =
        || Typed { body: admin_api::sample_of(site.app.issuer(), operation).unwrap_or_default(), ..Typed::default() };
    let layout = desk.layout().clone();
    let kept = match kept::open(&site, &visit, sealed_for(operation)).await? {
        Brought::Nothing => Ok(sample()),
        Brought::Typed(said) => serde_json::from_slice(&said).map(|kept: Kept| kept.typed(operation)).map_err(drop),
        Brought::Refused => Err(()),
    };
    let (typed, problem) = match kept {
        Ok(typed) => (typed, None),
        Err(()) => (sample(), Some(layout.text("console-kept-refused"))),
    };
    let act = typing(&layout, &visit, operation, &typed);
    let mut page = page(desk, operation);
    page.problem = problem;
    render(&page.with(act))
}

/// What was typed: an operation that reads is done, and what another would be sent is shown first.
pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let operation = find(&id)?;
    Guarded::Account(&path_of(operation)).check(&visit, &sent)?;
    let typed = read_typed(operation, &sent)?;
    match operation.verb {
        Verb::Get => done(&site, &visit, operation, &typed).await,
        Verb::Post | Verb::Patch | Verb::Delete => {
            let desk = at_desk!(&site, &visit, &return_to(&site, &visit, operation, &typed).await?);
            if let Err(error) = desk.admin.may_on_own(operation.permission) {
                let back = return_to(&site, &visit, operation, &typed).await?;
                return desk.refused(&site, &visit, error, &back).await;
            }
            let layout = desk.layout().clone();
            let text = admin_api::request_text(site.app.issuer(), operation, &typed);
            let blocks = [request(&layout, text), confirmation(&layout, &visit, operation, &typed)];
            render(&blocks.into_iter().fold(page(desk, operation), Console::with))
        }
    }
}

/// What was shown is sent, and nothing else: the form's token is good for exactly that.
pub async fn send(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(sent): Form,
) -> Result<Response, Failure> {
    let operation = find(&id)?;
    let typed = read_typed(operation, &sent)?;
    Guarded::Account(&confirmed(operation, &typed)).check(&visit, &sent)?;
    done(&site, &visit, operation, &typed).await
}

async fn done(
    site: &Arc<Site>,
    visit: &Visit,
    operation: &'static Operation,
    typed: &Typed,
) -> Result<Response, Failure> {
    let back = return_to(site, visit, operation, typed).await?;
    let desk = at_desk!(site, visit, &back);
    if let Err(error) = desk.admin.may_on_own(operation.permission) {
        return desk.refused(site, visit, error, &back).await;
    }
    let Desk { admin, frame } = desk;
    let answered = match admin_api::tried(operation, site, admin, &visit.visitor, typed).await {
        Tried::Answered(response) => response,
        Tried::ProveAgain => return crate::http::pages::admin::prove_again(site, visit, &back).await,
    };
    site.app.deliveries.wake();
    let layout = frame.layout.clone();
    let (status, text) = answer(answered).await?;
    let sent = admin_api::request_text(site.app.issuer(), operation, typed);
    let code = Code { id: "answer".to_owned(), heading: layout.text("api-answer"), says: vec![status], text };
    let mut page = frame.page(Section::Api, operation.id.to_owned());
    page.back = Some(Link { text: layout.text("api-title"), href: PATH.to_owned() });
    let again = typing(&layout, visit, operation, typed);
    render(&page.with(request(&layout, sent)).with(Block::Code(code)).with(again))
}

/// The page of an operation, with what the document says of it.
fn page(desk: Desk, operation: &Operation) -> Console {
    let layout = desk.layout().clone();
    let mut page = desk.frame.page(Section::Api, operation.id.to_owned());
    page.back = Some(Link { text: layout.text("api-title"), href: PATH.to_owned() });
    let href = format!("{}#operation-{}", admin_api::page_of(operation.permission.area()), operation.id);
    page.action = Some(Link { text: layout.text("api-read"), href });
    page.with(Block::Foreign(operation.says.to_owned()))
}

fn typing(layout: &Layout, visit: &Visit, operation: &Operation, typed: &Typed) -> Block {
    let value =
        |values: &std::collections::BTreeMap<&'static str, String>, name| values.get(name).cloned().unwrap_or_default();
    let mut fields: Vec<Field> = operation
        .path_parameters()
        .map(|name| Field { needed: true, ..Field::line(name, name.to_owned(), value(&typed.path, name)) })
        .collect();
    fields.extend(
        operation.query.iter().map(|parameter| query_field(layout, parameter, value(&typed.query, parameter.name))),
    );
    if operation.version == Version::Demanded {
        let hint = Some(layout.text("api-if-match-hint"));
        fields.push(Field { hint, ..Field::line("if_match", "If-Match".to_owned(), typed.if_match.clone()) });
    }
    if operation.verb != Verb::Get {
        let hint = Some(layout.text("api-key-hint"));
        let key = typed.idempotency_key.clone();
        fields.push(Field { hint, ..Field::line("idempotency_key", "Idempotency-Key".to_owned(), key) });
    }
    if operation.body.is_some() {
        let hint = Some(layout.text("api-body-hint"));
        let body = Field::line("body", layout.text("api-body"), typed.body.clone());
        fields.push(Field { hint, kind: FieldKind::Document, ..body });
    }
    let (means, button) = match operation.verb {
        Verb::Get => (layout.text("api-read-means"), layout.text("api-send")),
        Verb::Post | Verb::Patch | Verb::Delete => (layout.text("api-look-means"), layout.text("api-look")),
    };
    let action = path_of(operation);
    Block::Act(Box::new(Act {
        id: "try".to_owned(),
        heading: Some(layout.text("api-try")),
        says: vec![means],
        form: form(visit, &action),
        hidden: Vec::new(),
        fields,
        button,
        about: None,
        weight: Weight::Light,
        cancel: None,
    }))
}

fn query_field(layout: &Layout, parameter: &Query, value: String) -> Field {
    let field = match parameter.value {
        Value::OneOf(values) => {
            let any = (String::new(), layout.text("api-not-sent"));
            let each = values.iter().map(|value| ((*value).to_owned(), (*value).to_owned()));
            Field::choice(parameter.name, parameter.name.to_owned(), value, std::iter::once(any).chain(each).collect())
        }
        Value::Text | Value::Number(_) => Field::line(parameter.name, parameter.name.to_owned(), value),
    };
    Field { hint: Some(parameter.says.to_owned()), foreign: true, ..field }
}

fn request(layout: &Layout, text: String) -> Block {
    Block::Code(Code {
        id: "request".to_owned(),
        heading: layout.text("api-request"),
        says: vec![layout.text("api-request-means")],
        text,
    })
}

fn confirmation(layout: &Layout, visit: &Visit, operation: &Operation, typed: &Typed) -> Block {
    let path = path_of(operation);
    let mut hidden: Vec<(&'static str, String)> = Vec::new();
    hidden.extend(typed.path.iter().chain(&typed.query).map(|(name, value)| (*name, value.clone())));
    hidden.push(("if_match", typed.if_match.clone()));
    hidden.push(("idempotency_key", typed.idempotency_key.clone()));
    hidden.push(("body", typed.body.clone()));
    let csrf = Guarded::Account(&confirmed(operation, typed)).token(visit);
    Block::Act(Box::new(Act {
        id: "confirm".to_owned(),
        heading: Some(layout.text("api-confirm")),
        says: vec![layout.text("api-real")],
        form: crate::web::layout::Form { action: format!("{path}/send"), csrf },
        hidden,
        fields: Vec::new(),
        button: layout.text("api-send"),
        about: None,
        weight: Weight::Grave,
        cancel: Some(Link { text: layout.text("console-cancel"), href: path }),
    }))
}

/// What a confirmation is good for: this operation with exactly this.
fn confirmed(operation: &Operation, typed: &Typed) -> String {
    let said = serde_json::to_vec(&Kept::of(typed)).unwrap_or_default();
    format!("{}/send {}", path_of(operation), base64url::encode(&sha256(&said)))
}

/// Reads what was typed; line ends of a form are those of the text again.
fn read_typed(operation: &Operation, sent: &Parameters) -> Result<Typed, Failure> {
    let given = |name: &'static str| -> Result<String, Failure> {
        Ok(sent.single(name)?.unwrap_or_default().trim().replace("\r\n", "\n"))
    };
    let mut typed = Typed {
        if_match: if operation.version == Version::Demanded { given("if_match")? } else { String::new() },
        idempotency_key: if operation.verb == Verb::Get { String::new() } else { given("idempotency_key")? },
        body: if operation.body.is_some() { given("body")? } else { String::new() },
        ..Typed::default()
    };
    for name in operation.path_parameters() {
        typed.path.insert(name, given(name)?);
    }
    for parameter in operation.query {
        typed.query.insert(parameter.name, given(parameter.name)?);
    }
    Ok(typed)
}

/// The status, and the headers and the body as they are.
async fn answer(response: Response) -> Result<(String, String), Failure> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, ANSWER).await.map_err(FlowError::failed)?;
    let mut text = String::new();
    for (name, value) in &parts.headers {
        text.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())));
    }
    let shown =
        serde_json::from_slice::<serde_json::Value>(&body).and_then(|value| serde_json::to_string_pretty(&value));
    if !body.is_empty() {
        text.push('\n');
        text.push_str(&shown.unwrap_or_else(|_| String::from_utf8_lossy(&body).into_owned()));
    }
    Ok((parts.status.to_string(), text))
}

/// What was typed, while somebody proves again who they are.
#[derive(Serialize, Deserialize)]
struct Kept {
    said: Vec<(String, String)>,
    if_match: String,
    idempotency_key: String,
    body: String,
}

impl Kept {
    fn of(typed: &Typed) -> Self {
        let said = typed.path.iter().chain(&typed.query).map(|(name, value)| ((*name).to_owned(), value.clone()));
        Self {
            said: said.collect(),
            if_match: typed.if_match.clone(),
            idempotency_key: typed.idempotency_key.clone(),
            body: typed.body.clone(),
        }
    }

    fn typed(self, operation: &Operation) -> Typed {
        let said = |name: &str| self.said.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        let path = operation.path_parameters().filter_map(|name| Some((name, said(name)?))).collect();
        let query = operation.query.iter().filter_map(|one| Some((one.name, said(one.name)?))).collect();
        Typed { path, query, if_match: self.if_match, idempotency_key: self.idempotency_key, body: self.body }
    }
}

const fn sealed_for(operation: &Operation) -> For<'static> {
    For { purpose: "console.api", form: operation.id }
}

/// Where whoever has to prove again who they are comes back to, and finds what they had typed: sealed, for it may name anybody.
async fn return_to(site: &Site, visit: &Visit, operation: &Operation, typed: &Typed) -> Result<String, Failure> {
    let said = serde_json::to_vec(&Kept::of(typed)).map_err(FlowError::failed)?;
    let path = path_of(operation);
    if said.len() > KEPT {
        return Ok(path);
    }
    let sealed = kept::seal(site, visit, sealed_for(operation), &said).await?;
    Ok(address(&path, &[(kept::NAME, &sealed)]))
}
