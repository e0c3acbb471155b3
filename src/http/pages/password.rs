//! `/sign-in/{id}/password`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;

use super::frame::{Sent, guard, later, sent, shown};
use super::identify::portal;
use super::welcome::welcome;
use super::{dispatch, leads_to, load, ui_locales};
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::secret::SecretString;
use crate::domain::sign_in::{SignIn, State as Standing};
use crate::flows::FlowError;
use crate::flows::sign_in::password::{Proof, Refusal, prove};
use crate::flows::sign_in::step_up;
use crate::flows::sign_in::whom::{self, Whom};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::Page;
use crate::web::layout;
use crate::web::password as view;
use crate::web::sign_in::{Fault, Problem};

const STEP: &str = "password";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    let page = page(&site, &visit, &sign_in, None).await?;
    shown(&site, &visit, sign_in, page, StatusCode::OK).await
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    let sign_in = match sent(&site, &visit, &id, &form, STEP).await? {
        Sent::Own(sign_in) => sign_in,
        Sent::Answered(response) => return Ok(response),
    };
    let Some(password) = form.single("password")?.map(SecretString::new) else {
        return refused(&site, &visit, sign_in, Fault::PasswordMissing).await;
    };
    match prove(&site.app, &visit.visitor, sign_in.clone(), &password).await {
        Ok(Proof::Given(signed_in)) => welcome(&site, &visit, *signed_in).await,
        Ok(Proof::OutOfOrder(_)) => dispatch(&site, &visit, sign_in).await,
        Ok(Proof::Refused(Refusal::WrongNameOrPassword { pause })) => {
            refused(&site, &visit, sign_in, Fault::wrong_password(pause)).await
        }
        Ok(Proof::Refused(Refusal::Throttled { retry_after })) => {
            refused_for_now(&site, &visit, sign_in, Fault::throttled(retry_after), retry_after).await
        }
        Err(FlowError::Busy { retry_after }) => refused_for_now(&site, &visit, sign_in, Fault::Busy, retry_after).await,
        Err(other) => Err(other.into()),
    }
}

async fn refused_for_now(
    site: &Site,
    visit: &Visit,
    sign_in: SignIn,
    fault: Fault,
    retry_after: Duration,
) -> Result<Response, Failure> {
    Ok(later(refused(site, visit, sign_in, fault).await?, retry_after))
}

async fn refused(site: &Site, visit: &Visit, sign_in: SignIn, fault: Fault) -> Result<Response, Failure> {
    let status = match fault {
        Fault::TooSoon { .. } | Fault::TooManyTries { .. } | Fault::TooManyTriesToday { .. } => {
            StatusCode::TOO_MANY_REQUESTS
        }
        Fault::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Fault::PasswordMissing => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::UNAUTHORIZED,
    };
    let page = page(site, visit, &sign_in, Some(fault)).await?;
    shown(site, visit, sign_in, page, status).await
}

/// The page, if it comes next.
async fn page(site: &Site, visit: &Visit, sign_in: &SignIn, fault: Option<Fault>) -> Result<Option<Page>, Failure> {
    let asked = match sign_in.state {
        Standing::Identified(_) => true,
        _ => step_up::is_offered(&site.app, sign_in, AuthenticationMethod::Password).await?,
    };
    let Some(Whom { typed, shown: username_shown, .. }) = whom::expected(&site.app, sign_in).await?.filter(|_| asked)
    else {
        return Ok(None);
    };
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let template = view::Password {
        form: layout::Form {
            action: format!("/sign-in/{}/password", sign_in.id),
            csrf: guard(sign_in, STEP).token(visit),
        },
        portal: portal(site, sign_in, &layout).await?,
        username: typed,
        username_shown,
        change: format!("/sign-in/{}", sign_in.id),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Some(Page::render(&template)?.leading_to(leads_to(sign_in))))
}
