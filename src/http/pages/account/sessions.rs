//! `/account/sessions`: where the citizen is signed in; end one, end all others; which devices know them; take one off.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Uri;
use http::header::SET_COOKIE;

use super::{Door, enter};
use crate::domain::ids::{DeviceId, SessionId};
use crate::flows::account::devices;
use crate::flows::{account, session};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::{Known, Naming, Notice, Session, Sessions, Standing};
use crate::web::device::Device;
use crate::web::layout;
use crate::web::text::Moment;

const END: Guarded<'static> = Guarded::Account("end-session");
const END_OTHERS: Guarded<'static> = Guarded::Account("end-other-sessions");
const FORGET: Guarded<'static> = Guarded::Account("forget-device");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let language = entered.layout.voice.language;
    let mut sessions = Vec::new();
    for found in session::list(&site.app, entered.citizen.id).await? {
        let mut portals = Vec::new();
        for id in session::clients(&site.app, &found).await? {
            let client = site.app.clients.find(&site.app, &id).await?;
            portals.extend(client.map(|client| site.portal(&client, language).name));
        }
        portals.sort();
        sessions.push(Session {
            id: found.id().to_string(),
            standing: if found.id() == entered.current.id() { Standing::Here } else { Standing::Elsewhere },
            device: Device::from_user_agent(&found.session.device),
            address: Some(found.session.address.clone()),
            signed_in: Moment::from_micros(found.session.started_at.micros()),
            last_seen: Moment::from_micros(found.session.last_seen_at.micros()),
            portals,
        });
    }
    let known = devices::list(&site.app, &visit.visitor, entered.citizen.id).await?;
    let form = |action: &str, guard: Guarded<'_>| layout::Form { action: action.to_owned(), csrf: guard.token(&visit) };
    let template = Sessions {
        notice: match uri.query() {
            Some("done=one") => Some(Notice::SessionEnded),
            Some("done=others") => Some(Notice::OtherSessionsEnded),
            Some("done=forgotten") => Some(Notice::DeviceForgotten),
            _ => None,
        },
        sessions,
        end: form("/account/sessions/end", END),
        end_others: form("/account/sessions/end-others", END_OTHERS),
        known: known.into_iter().map(shown).collect(),
        forget: form("/account/sessions/forget", FORGET),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

fn shown(known: devices::Shown) -> Known {
    Known {
        id: known.device.id.to_string(),
        device: Device::from_user_agent(&known.device.label),
        standing: match known.place {
            devices::Place::Here => Standing::Here,
            devices::Place::Elsewhere => Standing::Elsewhere,
        },
        naming: match known.whose_name {
            devices::Naming::Shown => Naming::Shown,
            devices::Naming::NotShown => Naming::NotShown,
        },
        last_used: Moment::from_micros(known.device.last_used_at.micros()),
    }
}

pub async fn forget(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    FORGET.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let id: DeviceId = form.required("device")?.parse().map_err(|_| Fault::NotFound)?;
    let gone = devices::forget(&site.app, &visit.visitor, entered.citizen.id, id).await?;
    let mut response = SeeOther::to("/account/sessions?done=forgotten").into_response();
    let here = gone.filter(|secret| visit.visitor.devices.contains(secret));
    if let Some(cookie) = here.and_then(|secret| site.cookies.set_devices(&visit.devices, None, Some(secret))) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

pub async fn end(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    END.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let id: SessionId = form.required("session")?.parse().map_err(|_| Fault::NotFound)?;
    account::end_session(&site.app, &visit.visitor, entered.citizen.id, id).await?;
    Ok(SeeOther::to("/account/sessions?done=one").into_response())
}

pub async fn end_others(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    END_OTHERS.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    account::end_other_sessions(&site.app, &visit.visitor, &entered.current).await?;
    Ok(SeeOther::to("/account/sessions?done=others").into_response())
}
