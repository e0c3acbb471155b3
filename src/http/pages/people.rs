//! Several people at one browser: whom the sign-in page names, and the buttons that are about them.

use axum::response::{IntoResponse, Response};
use http::header::SET_COOKIE;

use super::sign_out::signing_out;
use super::{dispatch, method_path, step_up};
use crate::domain::session::Remember;
use crate::domain::sign_in::{Named, SignIn, State as Standing};
use crate::flows::session;
use crate::flows::sign_in::people::{self, Chosen, Place, SignedOut};
use crate::flows::sign_in::{Missing, whom};
use crate::http::Site;
use crate::http::cookies::Cookie;
use crate::http::error::{Failure, Fault};
use crate::http::extract::Visit;
use crate::http::page::SeeOther;
use crate::protocol::parameters::Parameters;
use crate::web::people as view;

/// What the page shows of them.
pub(super) async fn shown(site: &Site, visit: &Visit, sign_in: &SignIn) -> Result<view::People, Failure> {
    if let Standing::Identified(Named::Chosen(_)) = sign_in.state {
        let chosen = whom::shown(&site.app, sign_in).await?;
        return Ok(view::People { chosen, people: Vec::new(), keeps: None });
    }
    let people = people::here(&site.app, &visit.visitor, sign_in).await?.into_iter().map(person).collect();
    let shared = session::current(&site.app, &visit.visitor).await?;
    let shared = shared.is_some_and(|current| current.session.remember == Remember::Nothing);
    let keeps = if shared { Remember::Nothing } else { sign_in.remember };
    let seconds = site.app.settings.lifetimes.session_on_shared_device.as_secs();
    let keeps = view::Keeps { chosen: keeping(keeps), minutes: i64::try_from(seconds / 60).unwrap_or(i64::MAX) };
    Ok(view::People { chosen: None, people, keeps: Some(keeps) })
}

fn person(person: people::Person) -> view::Person {
    view::Person {
        value: match person.place {
            Place::Session => SESSION.to_owned(),
            Place::Device(device) => device.to_string(),
        },
        name: person.name,
        standing: match person.standing {
            people::Standing::GoesOn => view::Standing::GoesOn,
            people::Standing::SignedIn => view::Standing::SignedIn,
            people::Standing::Remembered => view::Standing::Remembered,
        },
    }
}

const SESSION: &str = "session";

fn place(value: &str) -> Option<Place> {
    match value {
        SESSION => Some(Place::Session),
        device => device.parse().ok().map(Place::Device),
    }
}

const fn keeping(remember: Remember) -> view::Keeping {
    match remember {
        Remember::Device => view::Keeping::Device,
        Remember::Name => view::Keeping::Name,
        Remember::Nothing => view::Keeping::Nothing,
    }
}

/// The sign-in, with what the form says is to stay on the device.
pub(super) async fn kept(site: &Site, sign_in: SignIn, form: &Parameters) -> Result<SignIn, Failure> {
    let remember = match form.single("device")? {
        Some("mine") => Remember::Device,
        Some("name") => Remember::Name,
        Some("shared") => Remember::Nothing,
        _ => return Ok(sign_in),
    };
    Ok(people::keep(&site.app, sign_in, remember).await?.map_err(|_| Fault::SignIn(Missing::Gone))?)
}

/// The answer to a button that is about somebody; `None` where it was another one.
pub(super) async fn answered(
    site: &Site,
    visit: &Visit,
    sign_in: &SignIn,
    form: &Parameters,
) -> Result<Option<Response>, Failure> {
    if let Some(chosen) = form.single("person")? {
        return choose(site, visit, sign_in.clone(), chosen).await.map(Some);
    }
    if let Some(gone) = form.single("forget")? {
        return forget(site, visit, sign_in, gone).await.map(Some);
    }
    match form.single("choice")? {
        Some("sign-out") => sign_out(site, visit, sign_in.clone()).await.map(Some),
        Some("somebody-else") => somebody_else(site, visit, sign_in.clone()).await.map(Some),
        _ => Ok(None),
    }
}

async fn choose(site: &Site, visit: &Visit, sign_in: SignIn, chosen: &str) -> Result<Response, Failure> {
    let again = page(&sign_in);
    let Some(place) = place(chosen) else { return Ok(again) };
    Ok(match people::choose(&site.app, &visit.visitor, sign_in.clone(), place).await? {
        Chosen::GoesOn(sign_in) => dispatch(site, visit, sign_in).await?,
        Chosen::Asked(sign_in, method) => {
            let path = step_up::method_shown(method).and_then(|method| method_path(&sign_in, &method));
            path.map_or(again, |path| SeeOther::to(path).into_response())
        }
        Chosen::Gone => again,
        Chosen::OutOfOrder(_) => dispatch(site, visit, sign_in).await?,
    })
}

async fn forget(site: &Site, visit: &Visit, sign_in: &SignIn, gone: &str) -> Result<Response, Failure> {
    let mut response = page(sign_in);
    if let Some(Place::Device(device)) = place(gone)
        && let Some(secret) = people::forget(&site.app, &visit.visitor, device).await?
        && let Some(cookie) = site.cookies.set_devices(&visit.devices, None, Some(secret))
    {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn sign_out(site: &Site, visit: &Visit, sign_in: SignIn) -> Result<Response, Failure> {
    let path = format!("/sign-in/{}", sign_in.id);
    let signed_out = people::sign_out(&site.app, &visit.visitor, sign_in).await?;
    let SignedOut { browser, frames, .. } = signed_out.map_err(|_| Fault::SignIn(Missing::Gone))?;
    let mut response = match frames.is_empty() {
        true => SeeOther::to(path).into_response(),
        false => signing_out(site, visit, frames, path)?,
    };
    let ended = [Cookie::Session, Cookie::State].map(|cookie| site.cookies.clear(cookie));
    let begun = site.cookies.set(Cookie::Browser, browser.expose());
    for cookie in ended.into_iter().chain([begun]).flatten() {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Back to the first page, which asks who it is.
pub(super) async fn somebody_else(site: &Site, visit: &Visit, sign_in: SignIn) -> Result<Response, Failure> {
    match people::somebody_else(&site.app, sign_in.clone()).await? {
        Ok(sign_in) => Ok(page(&sign_in)),
        Err(_) => dispatch(site, visit, sign_in).await,
    }
}

fn page(sign_in: &SignIn) -> Response {
    SeeOther::to(format!("/sign-in/{}", sign_in.id)).into_response()
}
