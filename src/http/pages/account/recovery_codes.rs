//! `/account/security/recovery-codes`: a new list, shown once, on a page or as a text file.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};

use super::Door;
use super::confirm::enter_to_add;
use crate::domain::credential::CredentialName;
use crate::flows::FlowError;
use crate::flows::account::recovery_codes;
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther, safety};
use crate::web::account::{RecoveryCodes, RecoveryCodesShown};
use crate::web::layout;
use crate::web::text::Speaks;

const PATH: &str = "/account/security/recovery-codes";
const GUARD: Guarded<'static> = Guarded::Account("recovery-codes");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let entered = match enter_to_add(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let template = RecoveryCodes {
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(&visit) },
        left: recovery_codes::left(&site.app, entered.citizen.id).await?,
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

pub async fn make(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter_to_add(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let name: CredentialName = entered.layout.text("recovery-codes-title").parse().map_err(FlowError::failed)?;
    let Some(codes) = recovery_codes::make(&site.app, &visit.visitor, &entered.current, name).await? else {
        return Ok(SeeOther::to("/account/security").into_response());
    };
    let codes = codes.iter().map(|code| code.expose().to_owned()).collect();
    let shown = RecoveryCodesShown { layout: entered.layout, codes };
    if form.single("choice")? != Some("download") {
        return Ok(Page::render(&shown)?.into_response());
    }
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"recovery-codes.txt\""),
        (CACHE_CONTROL, "no-store"),
    ];
    let mut response = (headers, shown.file()).into_response();
    response.headers_mut().extend(safety());
    Ok(response)
}
