//! `/account/security/totp/new`: an authenticator application is added.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use super::confirm::enter_to_add;
use super::{Door, Entered};
use crate::domain::credential::CredentialName;
use crate::flows::account::totp::{self, Added};
use crate::http::Site;
use crate::http::error::{Failure, Fault as NotShown};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::NewTotp;
use crate::web::sign_in::{Fault, Problem};
use crate::web::{layout, qr};

const PATH: &str = "/account/security/totp/new";
const PICTURE: &str = "/account/security/totp/picture";
const GUARD: Guarded<'static> = Guarded::Account("new-totp");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    match enter_to_add(&site, &visit, PATH).await? {
        Door::Open(entered) => Ok(page(&site, &visit, *entered, None, None).await?.into_response()),
        Door::Closed(response) => Ok(response),
    }
}

pub async fn add(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter_to_add(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let typed_name = form.single("name")?.unwrap_or_default().to_owned();
    let code = form.single("code")?.unwrap_or_default();
    let fault = match typed_name.parse::<CredentialName>() {
        Err(_) => Fault::NameMalformed,
        Ok(_) if code.trim().is_empty() => Fault::CodeMissing,
        Ok(name) => match totp::add(&site.app, &visit.visitor, &entered.current, name, code).await? {
            Added::Done => return Ok(SeeOther::to("/account/security?done=added").into_response()),
            Added::WrongCode => Fault::WrongCode,
            Added::SignedOut => return Ok(SeeOther::to(PATH).into_response()),
            Added::Over => Fault::StalePage,
            Added::TooMany => Fault::TooManyCredentials,
        },
    };
    let shown = page(&site, &visit, *entered, Some(typed_name), Some(fault)).await?;
    Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

/// What an application scans. Whoever may see the page may see it, and nobody else.
pub async fn picture(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let entered = match enter_to_add(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(_) => return Err(NotShown::NotFound.into()),
    };
    let secret = totp::offered(&site.app, &entered.current).await?;
    let service = site.brand.service.of(entered.layout.voice.language);
    let picture = qr::svg(&secret.uri(service, &entered.citizen.national_id.masked())).ok_or(NotShown::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "image/svg+xml"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, picture).into_response())
}

async fn page(
    site: &Site,
    visit: &Visit,
    entered: Entered,
    name: Option<String>,
    fault: Option<Fault>,
) -> Result<Page, Failure> {
    let secret = totp::offered(&site.app, &entered.current).await?;
    let service = site.brand.service.of(entered.layout.voice.language);
    Page::render(&NewTotp {
        link: secret.uri(service, &entered.citizen.national_id.masked()),
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(visit) },
        secret: secret.shown(),
        picture: PICTURE.to_owned(),
        name,
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        layout: entered.layout,
    })
}
