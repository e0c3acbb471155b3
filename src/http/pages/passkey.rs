//! `/sign-in/{id}/passkey` and `/sign-in/{id}/security-key`, and below each of them the `options` that script asks for.
//!
//! The answer of an authenticator comes back in a form like every other, so that what follows is a redirect like every other.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::CACHE_CONTROL;

use super::frame::{Sent, guard, sent, shown};
use super::identify::portal;
use super::welcome::welcome;
use super::{dispatch, leads_to, load, people, ui_locales};
use crate::domain::sign_in::{SignIn, State as Standing};
use crate::flows::webauthn::Hint;
use crate::flows::webauthn::sign_in::{self as webauthn, Proof, Refusal};
use crate::http::Site;
use crate::http::error::{Failure, Fault as Unanswered};
use crate::http::extract::{Form, Visit};
use crate::http::page::Page;
use crate::web::layout;
use crate::web::passkey::{Ceremony, Passkey, With};
use crate::web::sign_in::{Fault, Problem};

/// One form for both of its names.
const STEP: &str = "passkey";

/// Under which of its names the method was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chosen {
    Passkey,
    SecurityKey,
}

impl Chosen {
    const fn page(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::SecurityKey => "security-key",
        }
    }
}

type Answer = Result<Response, Failure>;

pub async fn show_passkey(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Answer {
    show(&site, &visit, &id, Chosen::Passkey).await
}

pub async fn show_security_key(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Answer {
    show(&site, &visit, &id, Chosen::SecurityKey).await
}

pub async fn submit_passkey(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Answer {
    submit(&site, &visit, &id, &Form(form), Chosen::Passkey).await
}

pub async fn submit_security_key(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Answer {
    submit(&site, &visit, &id, &Form(form), Chosen::SecurityKey).await
}

async fn show(site: &Site, visit: &Visit, id: &str, chosen: Chosen) -> Answer {
    let sign_in = load(site, visit, id).await?;
    let page = page(site, visit, &sign_in, chosen, None).await?;
    shown(site, visit, sign_in, page, StatusCode::OK).await
}

/// What the browser is to do. A new challenge each time: the one before is void.
pub async fn options(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>, Form(form): Form) -> Answer {
    let sign_in = load(&site, &visit, &id).await?;
    guard(&sign_in, STEP).check(&visit, &form)?;
    let hint = match form.single("choice")? {
        Some("use-security-key") => Hint::SecurityKey,
        _ => Hint::None,
    };
    match webauthn::begin(&site.app, &sign_in, hint).await? {
        Some(options) => Ok(([(CACHE_CONTROL, "no-store")], Json(options)).into_response()),
        None => Err(Unanswered::NotFound.into()),
    }
}

async fn submit(site: &Arc<Site>, visit: &Visit, id: &str, Form(form): &Form, chosen: Chosen) -> Answer {
    let sign_in = match sent(site, visit, id, form, STEP).await? {
        Sent::Own(sign_in) => sign_in,
        Sent::Answered(response) => return Ok(response),
    };
    let sign_in = people::kept(site, sign_in, form).await?;
    let answer = form.single("credential")?.unwrap_or_default();
    if answer.is_empty() {
        return refused(site, visit, sign_in, chosen, Fault::NeedsScript).await;
    }
    match webauthn::prove(&site.app, &visit.visitor, sign_in.clone(), answer).await? {
        Proof::Given(signed_in) => welcome(site, visit, *signed_in).await,
        Proof::OutOfOrder(_) => dispatch(site, visit, sign_in).await,
        Proof::Refused(Refusal::NotAccepted) => refused(site, visit, sign_in, chosen, Fault::PasskeyNotAccepted).await,
        Proof::Refused(Refusal::NotAlone) => refused(site, visit, sign_in, chosen, Fault::KeyNotAlone).await,
        Proof::Refused(Refusal::Stale) => refused(site, visit, sign_in, chosen, Fault::PasskeyStale).await,
    }
}

async fn refused(site: &Site, visit: &Visit, sign_in: SignIn, chosen: Chosen, fault: Fault) -> Answer {
    let status = match fault {
        Fault::NeedsScript | Fault::PasskeyStale => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::UNAUTHORIZED,
    };
    let page = page(site, visit, &sign_in, chosen, Some(fault)).await?;
    shown(site, visit, sign_in, page, status).await
}

/// What script on this sign-in's pages needs.
pub(super) fn ceremony(visit: &Visit, sign_in: &SignIn) -> Ceremony {
    of(visit, sign_in, Chosen::Passkey)
}

fn of(visit: &Visit, sign_in: &SignIn, chosen: Chosen) -> Ceremony {
    let action = format!("/sign-in/{}/{}", sign_in.id, chosen.page());
    Ceremony {
        options: format!("{action}/options"),
        form: layout::Form { action, csrf: guard(sign_in, STEP).token(visit) },
    }
}

/// The page, if a passkey is asked for now.
async fn page(
    site: &Site,
    visit: &Visit,
    sign_in: &SignIn,
    chosen: Chosen,
    fault: Option<Fault>,
) -> Result<Option<Page>, Failure> {
    if !webauthn::is_asked(&site.app, sign_in).await? {
        return Ok(None);
    }
    let first = matches!(sign_in.state, Standing::Requested | Standing::Identified(_));
    let layout = site.layout(visit, ui_locales(sign_in), None);
    let template = Passkey {
        ceremony: of(visit, sign_in, chosen),
        portal: portal(site, sign_in, &layout).await?,
        with: match (first, chosen) {
            (false, _) => With::Enrolled,
            (true, Chosen::Passkey) => With::Passkey,
            (true, Chosen::SecurityKey) => With::SecurityKey,
        },
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        others: match first {
            true => format!("/sign-in/{}", sign_in.id),
            false => format!("/sign-in/{}/step-up", sign_in.id),
        },
        limit: site.limit(sign_in.expires_at),
        layout,
    };
    Ok(Some(Page::render(&template)?.leading_to(leads_to(sign_in))))
}
