//! `/account/security/password`: another password, or a first one.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::{Door, Entered, enter_for_sensitive};
use crate::domain::password_policy::Refusal;
use crate::domain::secret::SecretString;
use crate::flows::account::password::{self, Changed};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::ChangePassword;
use crate::web::layout;
use crate::web::sign_in::{Fault, PasswordFault, Problem};

const PATH: &str = "/account/security/password";
const GUARD: Guarded<'static> = Guarded::Account("change-password");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    match enter_for_sensitive(&site, &visit, PATH).await? {
        Door::Open(entered) => Ok(page(&site, &visit, *entered, None)?.into_response()),
        Door::Closed(response) => Ok(response),
    }
}

pub async fn change(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter_for_sensitive(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let fault = match form.single("password")?.map(SecretString::new) {
        None => Fault::PasswordMissing,
        Some(typed) => {
            let (current, citizen) = (&entered.current, &entered.citizen);
            match password::change(&site.app, &visit.visitor, current, citizen, &typed).await? {
                Changed::Done => return Ok(SeeOther::to("/account/security?done=password").into_response()),
                Changed::SignedOut => return Ok(SeeOther::to(PATH).into_response()),
                Changed::Refused(refusal) => Fault::NewPassword(fault(refusal)),
            }
        }
    };
    let shown = page(&site, &visit, *entered, Some(fault))?;
    Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

/// Why a new password will not do, as pages say it.
pub(in crate::http::pages) const fn fault(refusal: Refusal) -> PasswordFault {
    match refusal {
        Refusal::TooShort { least } => PasswordFault::TooShort { least },
        Refusal::TooLong { most } => PasswordFault::TooLong { most },
        Refusal::ControlCharacter => PasswordFault::ControlCharacter,
        Refusal::Common => PasswordFault::Common,
        Refusal::Repetitive => PasswordFault::Repetitive,
        Refusal::Sequential => PasswordFault::Sequential,
        Refusal::Context(_) => PasswordFault::Known,
    }
}

fn page(site: &Site, visit: &Visit, entered: Entered, fault: Option<Fault>) -> Result<Page, Failure> {
    Page::render(&ChangePassword {
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(visit) },
        least: site.app.settings.password.lengths.alone,
        username: entered.citizen.national_id.masked(),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        layout: entered.layout,
    })
}
