//! `/account/security/credentials/{id}`: another name; and what will happen before it is removed.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};

use super::security::shown;
use super::{Door, Entered, enter, enter_for_sensitive};
use crate::domain::ids::CredentialId;
use crate::flows::account::credentials::{self, Managed, Own};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::{self as view, LastStrong, Notice};
use crate::web::layout;
use crate::web::sign_in::{Fault as Wrong, Problem};

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let own = find(&site, &entered, &id).await?;
    let notice = (uri.query() == Some("done=renamed")).then_some(Notice::CredentialRenamed);
    let name = own.credential.name.to_string();
    Ok(page(&visit, *entered, &own, name, notice, None)?.into_response())
}

pub async fn rename(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    Guarded::Account(&format!("rename {id}")).check(&visit, &form)?;
    let entered = match enter_for_sensitive(&site, &visit, &path_of(&id)?).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let own = find(&site, &entered, &id).await?;
    let typed = form.single("name")?.unwrap_or_default().to_owned();
    let Ok(name) = typed.parse() else {
        let problem = Problem { fault: Wrong::NameMalformed, reference: visit.visitor.request.to_string() };
        let shown = page(&visit, *entered, &own, typed, None, Some(problem))?;
        return Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
    };
    match credentials::rename(&site.app, &visit.visitor, entered.citizen.id, own.credential.id, name).await? {
        Managed::Done => Ok(SeeOther::to(format!("{}?done=renamed", path(own.credential.id))).into_response()),
        Managed::SignedOut => Ok(SeeOther::to(path(own.credential.id)).into_response()),
        Managed::NotFound => Err(Fault::NotFound.into()),
    }
}

/// Asks first, and says what will happen.
pub async fn ask(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let entered = match enter_for_sensitive(&site, &visit, &format!("{}/remove", path_of(&id)?)).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let own = find(&site, &entered, &id).await?;
    let come = credentials::consequences(&site.app, entered.citizen.id, own.credential.id).await?;
    let language = entered.layout.voice.language;
    let template = view::RemoveCredential {
        form: layout::Form {
            action: format!("{}/remove", path(own.credential.id)),
            csrf: Guarded::Account(&format!("remove {id}")).token(&visit),
        },
        held: shown(&own),
        last_strong: if come.last_strong { LastStrong::Yes } else { LastStrong::No },
        closed: come.closed.iter().map(|client| site.portal(client, language).name).collect(),
        keep: path(own.credential.id),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

pub async fn remove(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    Guarded::Account(&format!("remove {id}")).check(&visit, &form)?;
    let entered = match enter_for_sensitive(&site, &visit, &format!("{}/remove", path_of(&id)?)).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let id: CredentialId = id.parse().map_err(|_| Fault::NotFound)?;
    match credentials::remove(&site.app, &visit.visitor, &entered.current, id).await? {
        Managed::Done => Ok(SeeOther::to("/account/security?done=removed").into_response()),
        Managed::SignedOut => Ok(SeeOther::to("/account/security").into_response()),
        Managed::NotFound => Err(Fault::NotFound.into()),
    }
}

async fn find(site: &Site, entered: &Entered, id: &str) -> Result<Own, Failure> {
    let id: CredentialId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = credentials::find(&site.app, entered.citizen.id, id).await?;
    Ok(found.ok_or(Fault::NotFound)?)
}

fn page(
    visit: &Visit,
    entered: Entered,
    own: &Own,
    name: String,
    notice: Option<Notice>,
    problem: Option<Problem>,
) -> Result<Page, Failure> {
    let id = own.credential.id;
    let action = path(id);
    let template = view::Credential {
        notice,
        remove: format!("{action}/remove"),
        form: layout::Form { csrf: Guarded::Account(&format!("rename {id}")).token(visit), action },
        held: shown(own),
        name,
        problem,
        layout: entered.layout,
    };
    Page::render(&template)
}

/// Of what stands in a path, which may be anything.
fn path_of(id: &str) -> Result<String, Failure> {
    Ok(path(id.parse().map_err(|_| Fault::NotFound)?))
}

fn path(id: CredentialId) -> String {
    format!("/account/security/credentials/{id}")
}
