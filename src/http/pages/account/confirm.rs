//! `/account/security/confirm`: a code over a verified channel, before a session that proved a password alone adds something.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::SET_COOKIE;
use http::{StatusCode, Uri};

use super::super::frame::later;
use super::super::second_step::minutes;
use super::start::own_page;
use super::{Door, Entered, enter_for_sensitive};
use crate::domain::message::Channel;
use crate::flows::account::confirm::{self, Confirmed};
use crate::flows::sent_code::Sending;
use crate::http::Site;
use crate::http::cookies::Cookie;
use crate::http::error::Failure;
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::protocol::parameters::Parameters;
use crate::web::account::Confirm;
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};

const PATH: &str = "/account/security/confirm";
const GUARD: Guarded<'static> = Guarded::Account("confirm");

/// As [`enter_for_sensitive`], for adding something to prove oneself with: with a password alone, a code over a verified channel
/// is asked for first, where there is one.
pub(in crate::http::pages) async fn enter_to_add(site: &Site, visit: &Visit, path: &str) -> Result<Door, Failure> {
    let entered = match enter_for_sensitive(site, visit, path).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(Door::Closed(response)),
    };
    match confirm::is_needed(&site.app, &entered.current, &entered.citizen) {
        true => Ok(Door::Closed(SeeOther::to(own_path(path)).into_response())),
        false => Ok(Door::Open(entered)),
    }
}

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let return_to = return_to(&uri)?;
    match enter_for_sensitive(&site, &visit, &return_to).await? {
        Door::Open(entered) => Ok(page(&site, &visit, *entered, &return_to, None).await?.into_response()),
        Door::Closed(response) => Ok(response),
    }
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    uri: Uri,
    Form(form): Form,
) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let return_to = return_to(&uri)?;
    let entered = match enter_for_sensitive(&site, &visit, &return_to).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let (app, visitor, current) = (&site.app, &visit.visitor, &entered.current);
    let channel = match form.single("choice")? {
        Some("send-email") => Some(Channel::Email),
        Some("send-sms") => Some(Channel::Sms),
        _ => None,
    };
    let mut wait = None;
    let fault = match channel {
        Some(channel) => match confirm::send(app, visitor, current, &entered.citizen, channel).await? {
            Sending::Sent => return Ok(SeeOther::to(own_path(&return_to)).into_response()),
            Sending::Unreachable => Fault::Unreachable,
            Sending::OverBudget { retry_after } => {
                wait = Some(retry_after);
                Fault::TooManyMessages { minutes: minutes(retry_after) }
            }
        },
        None => {
            let typed = form.single("code")?.unwrap_or_default();
            if typed.trim().is_empty() {
                Fault::CodeMissing
            } else {
                match confirm::confirm(app, visitor, current, &entered.citizen, typed).await? {
                    Confirmed::Done(cookie) => {
                        let mut response = SeeOther::to(return_to).into_response();
                        let cookie = site.cookies.set(Cookie::Session, cookie.expose());
                        if let Some(cookie) = cookie {
                            response.headers_mut().append(SET_COOKIE, cookie);
                        }
                        return Ok(response);
                    }
                    Confirmed::SignedOut => return Ok(SeeOther::to(return_to).into_response()),
                    Confirmed::WrongCode => Fault::WrongCode,
                    Confirmed::Exhausted => Fault::SentCodesExhausted,
                    Confirmed::Throttled { retry_after } => {
                        wait = Some(retry_after);
                        Fault::throttled(retry_after)
                    }
                }
            }
        }
    };
    let shown = page(&site, &visit, *entered, &return_to, Some(fault)).await?;
    Ok(match wait {
        Some(wait) => later(shown.with_status(StatusCode::TOO_MANY_REQUESTS).into_response(), wait),
        None => shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response(),
    })
}

/// The page that wanted it: one of ours, whatever was asked.
fn return_to(uri: &Uri) -> Result<String, Failure> {
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    Ok(own_page(query.single("return_to")?))
}

fn own_path(return_to: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
    format!("{PATH}?{query}")
}

async fn page(
    site: &Site,
    visit: &Visit,
    entered: Entered,
    return_to: &str,
    fault: Option<Fault>,
) -> Result<Page, Failure> {
    let channels = confirm::channels(&site.app, &entered.citizen);
    let channels = channels.into_iter().map(|(channel, to)| match channel {
        Channel::Email => ("send-email", to),
        Channel::Sms => ("send-sms", to),
    });
    Page::render(&Confirm {
        form: layout::Form { action: own_path(return_to), csrf: GUARD.token(visit) },
        channels: channels.collect(),
        waiting: confirm::waiting(&site.app, &entered.current).await?,
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        layout: entered.layout,
    })
}
