//! `/account/requests`: what portals ask through the back channel, and the citizen's answer.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::Uri;

use super::super::consent::{answer as answer_of, basis, claims, later, services};
use super::{Door, Entered, enter, to_sign_in};
use crate::domain::ids::GrantId;
use crate::flows::backchannel::decide::{self, Decided, Needed};
use crate::flows::backchannel::incoming::{self, Incoming, Standing};
use crate::flows::sign_in;
use crate::http::Site;
use crate::http::details::told;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::{Closed, ClosedRequest, Notice, Proof, Request, Requests, Waiting};
use crate::web::consent::{Access, Lasting};
use crate::web::layout;
use crate::web::text::Moment;

pub async fn list(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let language = entered.layout.voice.language;
    let waiting = incoming::list(&site.app, entered.citizen.id).await?.into_iter().map(|incoming| Waiting {
        portal: site.portal(&incoming.client, language),
        message: incoming.request.binding_message.clone(),
        asked: Moment::from_micros(incoming.request.requested_at.micros()),
        until: Moment::from_micros(incoming.request.expires_at.micros()),
        page: path(incoming.request.id),
    });
    let notice = match uri.query() {
        Some("done=allowed") => Some(Notice::RequestAllowed),
        Some("done=denied") => Some(Notice::RequestDenied),
        Some("done=over") => Some(Notice::RequestOver),
        Some("done=unmet") => Some(Notice::RequestUnmet),
        _ => None,
    };
    Ok(Page::render(&Requests { notice, waiting: waiting.collect(), layout: entered.layout })?.into_response())
}

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let id: GrantId = id.parse().map_err(|_| Fault::NotFound)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let how = match incoming::find(&site.app, entered.citizen.id, id).await?.ok_or(Fault::NotFound)? {
        Standing::Open(incoming) => return Ok(page(&site, &visit, *entered, &incoming).await?.into_response()),
        Standing::Allowed => Closed::Allowed,
        Standing::Denied => Closed::Denied,
        Standing::Over => Closed::Over,
    };
    Ok(Page::render(&ClosedRequest { how, layout: entered.layout })?.into_response())
}

pub async fn answer(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    let id: GrantId = id.parse().map_err(|_| Fault::NotFound)?;
    Guarded::Account(&guarded(id)).check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let Standing::Open(incoming) = incoming::find(&site.app, entered.citizen.id, id).await?.ok_or(Fault::NotFound)?
    else {
        return Ok(SeeOther::to("/account/requests?done=over").into_response());
    };
    let (decided, done) = match form.single("choice")? {
        Some("allow") => {
            let answer = answer_of(&form);
            (decide::allow(&site.app, &visit.visitor, &incoming, &entered.current, &answer).await?, "allowed")
        }
        Some("deny") => (decide::deny(&site.app, &visit.visitor, &incoming).await?, "denied"),
        // Nothing was chosen: nothing is decided, and the question stands.
        _ => return Ok(SeeOther::to(path(id)).into_response()),
    };
    match decided {
        Decided::Noted => Ok(SeeOther::to(format!("/account/requests?done={done}")).into_response()),
        Decided::AskAgain => Ok(SeeOther::to(path(id)).into_response()),
        Decided::TooLate => Ok(SeeOther::to("/account/requests?done=over").into_response()),
        Decided::Unmet => Ok(SeeOther::to("/account/requests?done=unmet").into_response()),
        Decided::SignInAgain { least } => {
            let begun = sign_in::begin_for_account(&site.app, &visit.visitor, path(id), least).await?;
            Ok(to_sign_in(&site, &begun))
        }
        Decided::StepUp { least } => {
            let (app, visitor) = (&site.app, &visit.visitor);
            let begun = sign_in::step_up_for_account(app, visitor, &entered.current, path(id), least).await?;
            Ok(to_sign_in(&site, &begun))
        }
    }
}

async fn page(site: &Site, visit: &Visit, entered: Entered, incoming: &Incoming) -> Result<Page, Failure> {
    let Incoming { client, request } = incoming;
    let Entered { current, citizen, layout } = entered;
    let asked = incoming::question(&site.app, &citizen, incoming).await?;
    let ends = site.app.clock.now() + site.app.settings.lifetimes.consent;
    let template = Request {
        form: layout::Form { action: path(request.id), csrf: Guarded::Account(&guarded(request.id)).token(visit) },
        portal: site.portal(client, layout.voice.language),
        message: request.binding_message.clone(),
        details: told(&asked.details_types, &request.asked.authorization_details, layout.voice.language),
        basis: basis(asked.basis),
        claims: claims(asked.items, layout.voice.language),
        later: later(asked.unknown, asked.unknown_left_out),
        services: services(asked.services, layout.voice.language),
        lasting: Lasting::Until(Moment::from_micros(ends.micros())),
        access: if asked.offline { Access::Offline } else { Access::WhilePresent },
        asked: Moment::from_micros(request.requested_at.micros()),
        until: Moment::from_micros(request.expires_at.micros()),
        withdraw: "/account/portals".to_owned(),
        proof: match decide::needed(&site.app, request, &current).await? {
            Needed::Nothing => Proof::Enough,
            Needed::SignInAgain { .. } => Proof::Stale,
            Needed::StepUp { .. } => Proof::Weak,
            Needed::Unmet => Proof::Unmet,
        },
        layout,
    };
    Page::render(&template)
}

/// A form is for one request.
fn guarded(id: GrantId) -> String {
    format!("request {id}")
}

fn path(id: GrantId) -> String {
    format!("/account/requests/{id}")
}
