//! `/account/security/contact`: where the citizen is reached, shown to be theirs by a code.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};

use super::super::frame::later;
use super::super::second_step::minutes;
use super::confirm::enter_to_add;
use super::{Door, Entered};
use crate::domain::message::Channel;
use crate::flows::account::contact::{self, Asked, Confirmed, Removed};
use crate::flows::sent_code::{self, Sending};
use crate::http::Site;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::{Contact, Notice, Reached};
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};

const PATH: &str = "/account/security/contact";
const GUARD: Guarded<'static> = Guarded::Account("contact");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let notice = (uri.query() == Some("done=removed")).then_some(Notice::ContactRemoved);
    // What is sent to an address opens the account some day: with a password alone, one that is verified already says yes first.
    match enter_to_add(&site, &visit, PATH).await? {
        Door::Open(entered) => Ok(page(&site, &visit, *entered, None, notice).await?.into_response()),
        Door::Closed(response) => Ok(response),
    }
}

pub async fn submit(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter_to_add(&site, &visit, PATH).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let (app, visitor, current) = (&site.app, &visit.visitor, &entered.current);
    let removed = match form.single("choice")? {
        Some("remove-email") => Some(Channel::Email),
        Some("remove-phone") => Some(Channel::Sms),
        _ => None,
    };
    if let Some(channel) = removed {
        return match contact::remove(app, visitor, current, channel).await? {
            Removed::Done => Ok(SeeOther::to(format!("{PATH}?done=removed")).into_response()),
            Removed::Nothing | Removed::SignedOut => Ok(SeeOther::to(PATH).into_response()),
            Removed::Last => {
                let shown = page(&site, &visit, *entered, Some((channel, Fault::ContactLast)), None).await?;
                Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
            }
        };
    }
    let (channel, ask) = match form.single("choice")? {
        Some("ask-email") => (Channel::Email, true),
        Some("ask-phone") => (Channel::Sms, true),
        Some("confirm-email") => (Channel::Email, false),
        Some("confirm-phone") => (Channel::Sms, false),
        _ => return Ok(page(&site, &visit, *entered, None, None).await?.into_response()),
    };
    let (mut wait, field) = (None, field(channel));
    let fault = if ask {
        let typed = form.single(field)?.unwrap_or_default();
        match contact::ask(app, visitor, current, &entered.citizen, channel, typed).await? {
            Asked::Sending(Sending::Sent) => return Ok(SeeOther::to(PATH).into_response()),
            Asked::Sending(Sending::Unreachable) => Fault::Unreachable,
            Asked::Sending(Sending::OverBudget { retry_after }) => {
                wait = Some(retry_after);
                Fault::TooManyMessages { minutes: minutes(retry_after) }
            }
            Asked::Malformed => Fault::ContactMalformed,
        }
    } else {
        let typed = form.single("code")?.unwrap_or_default();
        match contact::confirm(app, visitor, current, channel, typed).await? {
            Confirmed::Done | Confirmed::SignedOut => return Ok(SeeOther::to(PATH).into_response()),
            Confirmed::WrongCode if typed.trim().is_empty() => Fault::CodeMissing,
            Confirmed::WrongCode => Fault::WrongCode,
            Confirmed::Taken => Fault::ContactTaken,
        }
    };
    let shown = page(&site, &visit, *entered, Some((channel, fault)), None).await?;
    Ok(match wait {
        Some(wait) => later(shown.with_status(StatusCode::TOO_MANY_REQUESTS).into_response(), wait),
        None => shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response(),
    })
}

const fn field(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Sms => "phone",
    }
}

async fn page(
    site: &Site,
    visit: &Visit,
    entered: Entered,
    fault: Option<(Channel, Fault)>,
    notice: Option<Notice>,
) -> Result<Page, Failure> {
    let messages = &site.app.settings.messages;
    let template = Contact {
        notice,
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(visit) },
        email: reached(site, visit, &entered, Channel::Email, fault).await?,
        phone: reached(site, visit, &entered, Channel::Sms, fault).await?,
        off: Channel::ALL.into_iter().all(|channel| !messages.offers(channel)),
        layout: entered.layout,
    };
    Page::render(&template)
}

async fn reached(
    site: &Site,
    visit: &Visit,
    entered: &Entered,
    channel: Channel,
    fault: Option<(Channel, Fault)>,
) -> Result<Reached, Failure> {
    let profile = &entered.citizen.profile;
    let now = match channel {
        Channel::Email => &profile.email,
        Channel::Sms => &profile.phone_number,
    };
    let fault = fault.filter(|(at, _)| *at == channel).map(|(_, fault)| fault);
    Ok(Reached {
        now: now.as_ref().map(|contact| sent_code::masked(&site.app, &contact.value)),
        verified: now.as_ref().is_some_and(|contact| contact.verified),
        offered: site.app.settings.messages.offers(channel),
        waiting: contact::waiting(&site.app, &entered.current, channel).await?,
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
    })
}
