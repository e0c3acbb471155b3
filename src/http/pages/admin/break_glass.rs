//! `/admin/break-glass`: two people bring an envelope each; `/admin/break-glass/seal`: an administrator seals one.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::{Door, closed, enter, prove_again, refused, signed_in};
use crate::domain::administration::Permission;
use crate::domain::administration::break_glass::Half;
use crate::flows::admin::AdminError;
use crate::flows::admin::break_glass::{self, Opened};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::Page;
use crate::web::admin::{BreakGlass, Brought, Seal, Sealing, Why};
use crate::web::layout;
use crate::web::text::Moment;

const PATH: &str = "/admin/break-glass";
const SEAL: &str = "/admin/break-glass/seal";
const GUARD: Guarded<'static> = Guarded::Account("break-glass");
const SEAL_GUARD: Guarded<'static> = Guarded::Account("seal");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let Some((current, layout)) = signed_in(&site, &visit).await? else {
        return prove_again(&site, &visit, PATH).await;
    };
    match break_glass::hindrance(&site.app, &current).await? {
        Some(Opened::StepUp) => return prove_again(&site, &visit, PATH).await,
        Some(_) => return closed(layout, Why::Unable),
        None => {}
    }
    let brought = Brought::Ask(layout::Form { action: PATH.to_owned(), csrf: GUARD.token(&visit) });
    Ok(Page::render(&BreakGlass { layout, brought })?.into_response())
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let Some((current, layout)) = signed_in(&site, &visit).await? else {
        return prove_again(&site, &visit, PATH).await;
    };
    let typed = form.single("secret")?.unwrap_or_default();
    let at = |until: crate::domain::time::Timestamp| Moment::from_micros(until.micros());
    let (brought, status) = match break_glass::open(&site.app, &visit.visitor, &current, typed).await? {
        Opened::StepUp => return prove_again(&site, &visit, PATH).await,
        Opened::Unable => return closed(layout, Why::Unable),
        Opened::Waiting { until } => (Brought::Waiting(at(until)), StatusCode::OK),
        Opened::Open { until } => (Brought::Open(at(until)), StatusCode::OK),
        Opened::Refused => {
            let again = layout::Form { action: PATH.to_owned(), csrf: GUARD.token(&visit) };
            (Brought::Refused(again), StatusCode::FORBIDDEN)
        }
    };
    Ok(Page::render(&BreakGlass { layout, brought })?.with_status(status).into_response())
}

pub async fn ask_to_seal(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit, SEAL).await? {
        Door::Open(entered) => *entered,
        Door::Closed(response) => return Ok(response),
    };
    if let Err(error) = entered.admin.may(Permission::BreakGlassSeal) {
        return Ok(refused(&site, &visit, entered.layout, error, SEAL).await??);
    }
    let sealing = Sealing::Ask(layout::Form { action: SEAL.to_owned(), csrf: SEAL_GUARD.token(&visit) });
    let template = Seal { layout: entered.layout, broken_glass: entered.broken_glass, sealing };
    Ok(Page::render(&template)?.into_response())
}

pub async fn seal(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    SEAL_GUARD.check(&visit, &form)?;
    let entered = match enter(&site, &visit, SEAL).await? {
        Door::Open(entered) => *entered,
        Door::Closed(response) => return Ok(response),
    };
    let half: Half = form.single("half")?.unwrap_or_default().parse().map_err(|_| Fault::StaleForm)?;
    let (sealing, status) = match break_glass::seal(&entered.admin, half).await {
        Ok(secret) => (Sealing::Sealed(secret.expose().to_owned()), StatusCode::OK),
        Err(AdminError::Conflict(_)) => {
            let again = layout::Form { action: SEAL.to_owned(), csrf: SEAL_GUARD.token(&visit) };
            (Sealing::SamePerson(again), StatusCode::CONFLICT)
        }
        Err(other) => return Ok(refused(&site, &visit, entered.layout, other, SEAL).await??),
    };
    let template = Seal { layout: entered.layout, broken_glass: entered.broken_glass, sealing };
    Ok(Page::render(&template)?.with_status(status).into_response())
}
