//! `/sign-in/{id}/password`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{HeaderValue, RETRY_AFTER};

use super::identify::portal;
use super::welcome::welcome;
use super::{dispatch, extended, follow, leads_to, load, ui_locales};
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::secret::SecretString;
use crate::domain::sign_in::{SignIn, State as Standing};
use crate::flows::FlowError;
use crate::flows::sign_in::password::{Proof, Refusal, prove};
use crate::flows::sign_in::whom::{self, Whom};
use crate::flows::sign_in::{self, step_up};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::Page;
use crate::web::layout;
use crate::web::password as view;
use crate::web::sign_in::{Fault, Problem, whole_seconds};

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    match page(&site, &visit, &sign_in, None).await? {
        Some(page) => Ok(page.into_response()),
        None => dispatch(&site, &visit, sign_in).await,
    }
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    guard(&sign_in).check(&visit, &form)?;
    match form.single("choice")? {
        Some("cancel") => {
            let id = sign_in.id;
            return follow(&site, &visit, id, sign_in::cancel(&site.app, &visit.visitor, sign_in).await?);
        }
        Some("extend") => return extended(&site, sign_in, &visit.path).await,
        _ => {}
    }
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
    let mut response = refused(site, visit, sign_in, fault).await?;
    // Rounded up: who comes back in so many seconds does not come too soon.
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(whole_seconds(retry_after)));
    Ok(response)
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
    match page(site, visit, &sign_in, Some(fault)).await? {
        Some(page) => Ok(page.with_status(status).into_response()),
        None => dispatch(site, visit, sign_in).await,
    }
}

fn guard(sign_in: &SignIn) -> Guarded<'static> {
    Guarded::SignIn { id: sign_in.id, step: "password" }
}

/// The page, if it comes next.
async fn page(site: &Site, visit: &Visit, sign_in: &SignIn, fault: Option<Fault>) -> Result<Option<Page>, Failure> {
    let asked = match sign_in.state {
        Standing::Identified(_) => true,
        _ => step_up::is_offered(&site.app, sign_in, AuthenticationMethod::Password).await?,
    };
    let Some(Whom { typed, shown, .. }) = whom::expected(&site.app, sign_in).await?.filter(|_| asked) else {
        return Ok(None);
    };
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let template = view::Password {
        form: layout::Form { action: format!("/sign-in/{}/password", sign_in.id), csrf: guard(sign_in).token(visit) },
        portal: portal(site, sign_in, &layout).await?,
        username: typed,
        username_shown: shown,
        change: format!("/sign-in/{}", sign_in.id),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Some(Page::render(&template)?.leading_to(leads_to(sign_in))))
}
