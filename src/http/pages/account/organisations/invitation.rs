//! `/account/organisations/invitation`: what a code offers is shown to whom it was offered, who accepts or declines it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::super::{Door, Entered, enter, enter_for_sensitive};
use super::{Names, PATH as LIST, path};
use crate::domain::ids::MandateId;
use crate::domain::mandate::{Answer, Basis, Mandate, Now, Refusal};
use crate::flows::account::invitations::{self, Answered, Offered};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::organisations as view;
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};

const PATH: &str = "/account/organisations/invitation";
const GUARD: Guarded<'static> = Guarded::Account("mandate invitation");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit) -> Result<Response, Failure> {
    match enter(&site, &visit).await? {
        Door::Open(entered) => Ok(page(&site, &visit, *entered, "", None, None).await?.into_response()),
        Door::Closed(response) => Ok(response),
    }
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let answer = match form.single("choice")? {
        Some("accept") => Some(Answer::Accept),
        Some("decline") => Some(Answer::Decline),
        _ => None,
    };
    let door = match answer {
        Some(Answer::Accept) => enter_for_sensitive(&site, &visit, PATH).await?,
        Some(Answer::Decline) | None => enter(&site, &visit).await?,
    };
    let entered = match door {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let code = form.single("code")?.unwrap_or_default();
    let fault = match answer {
        None => match invitations::offered(&site.app, &entered.citizen, code).await? {
            Some(offered) => {
                return Ok(page(&site, &visit, *entered, code, Some(offered), None).await?.into_response());
            }
            None => Fault::WrongInvitation,
        },
        Some(answer) => match invitations::answer(&site.app, &visit.visitor, &entered.current, code, answer).await? {
            Answered::Accepted(organisation) => {
                return Ok(SeeOther::to(format!("{}?done=accepted", path(organisation))).into_response());
            }
            Answered::Declined => return Ok(SeeOther::to(format!("{LIST}?done=declined")).into_response()),
            Answered::SignedOut => return Ok(SeeOther::to(PATH.to_owned()).into_response()),
            Answered::NotFound => Fault::WrongInvitation,
            Answered::Refused(Refusal::LevelTooLow) => Fault::LevelTooLow,
            Answered::Refused(_) => Fault::InvitationOver,
        },
    };
    let shown = page(&site, &visit, *entered, code, None, Some(fault)).await?;
    Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

async fn page(
    site: &Site,
    visit: &Visit,
    entered: Entered,
    code: &str,
    offered: Option<Offered>,
    fault: Option<Fault>,
) -> Result<Page, Failure> {
    let language = entered.layout.voice.language;
    let offered = match offered {
        Some(offered) => Some(shown(site, &entered, offered, language).await?),
        None => None,
    };
    Page::render(&view::TakeInvitation {
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(visit) },
        code: code.to_owned(),
        offered,
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        layout: entered.layout,
    })
}

/// The mandate as it would be from now on.
async fn shown(
    site: &Site,
    entered: &Entered,
    offered: Offered,
    language: crate::web::text::Language,
) -> Result<view::Offered, Failure> {
    let Offered { invitation, organisation, by } = offered;
    let at = site.app.clock.now();
    let mandate = Mandate {
        id: MandateId::from_uuid(invitation.id.uuid()),
        citizen: entered.citizen.id,
        organisation: organisation.id,
        role: invitation.offer.role,
        position: invitation.offer.position,
        portals: invitation.offer.portals,
        delegation: invitation.offer.delegation,
        starts_at: invitation.offer.starts_at.unwrap_or(at),
        ends_at: invitation.offer.ends_at,
        basis: Basis::Derived { from: invitation.offered_with, by: invitation.offered_by },
        granted_at: at,
        ended: None,
    };
    let names = Names::of(site, std::iter::once(&mandate), language).await?;
    let now = Now { at, organisation: organisation.status, level: entered.citizen.account_level };
    let mandate = view::Mandate {
        name: organisation.name.as_str().to_owned(),
        code: Some(organisation.code.written()),
        ..names.mandate(&mandate, now)
    };
    Ok(view::Offered { by, mandate })
}
