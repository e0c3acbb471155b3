//! `/sign-in/{id}/totp`, `/sign-in/{id}/recovery-code` and `/sign-in/{id}/sms`: a code in a second step.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::StatusCode;

use super::frame::{Sent, guard, later, sent, shown};
use super::identify::portal;
use super::welcome::welcome;
use super::{dispatch, leads_to, load, ui_locales};
use crate::domain::assurance::AuthenticationMethod;
use crate::domain::sign_in::SignIn;
use crate::flows::FlowError;
use crate::flows::sent_code::Sending;
use crate::flows::sign_in::second_step::{self, Proven, Refusal};
use crate::flows::sign_in::{recovery_code, sms, totp};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Visit};
use crate::http::page::{Page, SeeOther};
use crate::protocol::parameters::Parameters;
use crate::web::layout;
use crate::web::second_step::{Code, SecondStep};
use crate::web::sign_in::{Fault, Problem};

/// Which of the three a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Totp,
    RecoveryCode,
    Sms,
}

impl Kind {
    /// The last part of its path, and the step that its form is bound to.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery-code",
            Self::Sms => "sms",
        }
    }

    pub fn router(self) -> MethodRouter<Arc<Site>> {
        get(move |site, visit, path| show(self, site, visit, path))
            .post(move |site, visit, path, form| submit(self, site, visit, path, form))
    }

    /// What the page asks for; `None` where it does not come next.
    async fn asked(self, site: &Site, sign_in: &SignIn) -> Result<Option<Code>, FlowError> {
        let offered = |method| second_step::asked(&site.app, sign_in, method);
        Ok(match self {
            Self::Totp => offered(AuthenticationMethod::Totp).await?.map(|_| Code::Totp),
            Self::RecoveryCode => offered(AuthenticationMethod::RecoveryCode).await?.map(|_| Code::Recovery),
            Self::Sms => {
                let standing = sms::standing(&site.app, sign_in).await?;
                standing.map(|standing| Code::Sms { to: standing.to, waiting: standing.waiting })
            }
        })
    }

    async fn prove(self, site: &Site, visit: &Visit, sign_in: SignIn, typed: &str) -> Result<Proven, FlowError> {
        match self {
            Self::Totp => totp::prove(&site.app, &visit.visitor, sign_in, typed).await,
            Self::RecoveryCode => recovery_code::prove(&site.app, &visit.visitor, sign_in, typed).await,
            Self::Sms => sms::prove(&site.app, &visit.visitor, sign_in, typed).await,
        }
    }
}

async fn show(
    kind: Kind,
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let sign_in = load(&site, &visit, &id).await?;
    let page = page(kind, &site, &visit, &sign_in, None).await?;
    shown(&site, &visit, sign_in, page, StatusCode::OK).await
}

async fn submit(
    kind: Kind,
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    let sign_in = match sent(&site, &visit, &id, &form, kind.as_str()).await? {
        Sent::Own(sign_in) => sign_in,
        Sent::Answered(response) => return Ok(response),
    };
    if kind == Kind::Sms && form.single("choice")? == Some("send") {
        return send(&site, &visit, sign_in).await;
    }
    let Some(typed) = typed(&form)? else {
        return refused(kind, &site, &visit, sign_in, Fault::CodeMissing).await;
    };
    match kind.prove(&site, &visit, sign_in.clone(), &typed).await? {
        Proven::Given(signed_in) => welcome(&site, &visit, *signed_in).await,
        Proven::OutOfOrder(_) => dispatch(&site, &visit, sign_in).await,
        Proven::Refused(Refusal::Wrong) => refused(kind, &site, &visit, sign_in, Fault::WrongCode).await,
        Proven::Refused(Refusal::Exhausted) => refused(kind, &site, &visit, sign_in, Fault::CodesExhausted).await,
        Proven::Refused(Refusal::Throttled { retry_after }) => {
            let fault = Fault::throttled(retry_after);
            Ok(later(refused(kind, &site, &visit, sign_in, fault).await?, retry_after))
        }
    }
}

/// What was typed, if anything was.
fn typed(form: &Parameters) -> Result<Option<String>, Failure> {
    Ok(form.single("code")?.map(str::trim).filter(|typed| !typed.is_empty()).map(str::to_owned))
}

async fn send(site: &Site, visit: &Visit, sign_in: SignIn) -> Result<Response, Failure> {
    match sms::send(&site.app, &visit.visitor, &sign_in).await? {
        Err(_) => dispatch(site, visit, sign_in).await,
        Ok(Sending::Sent) => Ok(SeeOther::to(visit.path.clone()).into_response()),
        Ok(Sending::Unreachable) => refused(Kind::Sms, site, visit, sign_in, Fault::Unreachable).await,
        Ok(Sending::OverBudget { retry_after }) => {
            let fault = Fault::TooManyMessages { minutes: minutes(retry_after) };
            Ok(later(refused(Kind::Sms, site, visit, sign_in, fault).await?, retry_after))
        }
    }
}

/// Whole minutes, a begun one included.
pub(super) fn minutes(pause: Duration) -> i64 {
    i64::try_from(pause.as_secs().div_ceil(60)).unwrap_or(i64::MAX)
}

async fn refused(kind: Kind, site: &Site, visit: &Visit, sign_in: SignIn, fault: Fault) -> Result<Response, Failure> {
    let status = match fault {
        Fault::TooSoon { .. }
        | Fault::TooManyTries { .. }
        | Fault::TooManyTriesToday { .. }
        | Fault::TooManyMessages { .. } => StatusCode::TOO_MANY_REQUESTS,
        Fault::CodeMissing | Fault::Unreachable => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::UNAUTHORIZED,
    };
    let page = page(kind, site, visit, &sign_in, Some(fault)).await?;
    shown(site, visit, sign_in, page, status).await
}

/// The page, if it comes next.
async fn page(
    kind: Kind,
    site: &Site,
    visit: &Visit,
    sign_in: &SignIn,
    fault: Option<Fault>,
) -> Result<Option<Page>, Failure> {
    let Some(code) = kind.asked(site, sign_in).await? else { return Ok(None) };
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let action = format!("/sign-in/{}/{}", sign_in.id, kind.as_str());
    let template = SecondStep {
        form: layout::Form { action, csrf: guard(sign_in, kind.as_str()).token(visit) },
        portal: portal(site, sign_in, &layout).await?,
        code,
        others: format!("/sign-in/{}/step-up", sign_in.id),
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Some(Page::render(&template)?.leading_to(leads_to(sign_in))))
}
