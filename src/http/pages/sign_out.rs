//! Signing out: the question, and the page afterwards.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Uri;
use http::header::SET_COOKIE;

use crate::domain::client::Client;
use crate::domain::ids::ClientId;
use crate::flows::logout::{Confirmation, Logout, logout};
use crate::flows::{account, session};
use crate::http::Site;
use crate::http::cookies::Cookie;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::protocol::logout::LogoutFault;
use crate::protocol::parameters::Parameters;
use crate::web::layout::{self, SignedIn};
use crate::web::sign_out as view;
use crate::web::text::Language;

const GUARD: Guarded<'static> = Guarded::Account("sign-out");

/// Answers a request to sign out, wherever it came from.
pub async fn answer(site: &Site, visit: &Visit, asked: &Parameters, outcome: Logout) -> Result<Response, Failure> {
    match outcome {
        Logout::Page(fault) => Err(Fault::Logout(fault).into()),
        Logout::Ask { request, client } => {
            let language = visit.language(site, &request.ui_locales);
            ask(site, visit, asked, client.as_deref(), &request.ui_locales, language).await
        }
        Logout::Done { return_uri, client, frames } => {
            let to = match (return_uri, client) {
                (Some(uri), _) => uri,
                (None, Some(client)) => format!("/signed-out?client={}", client.id),
                (None, None) => "/signed-out".to_owned(),
            };
            let mut response = match frames.is_empty() {
                true => SeeOther::to(to).into_response(),
                false => signing_out(site, visit, frames, to)?,
            };
            // The browser's too: sign-ins under way, with what was typed there, are not the next person's.
            let cookies = [Cookie::Session, Cookie::Browser, Cookie::State];
            for cookie in cookies.into_iter().filter_map(|cookie| site.cookies.clear(cookie)) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            Ok(response)
        }
    }
}

/// Portals that are told in the browser are told before it leaves.
pub(super) fn signing_out(site: &Site, visit: &Visit, frames: Vec<String>, to: String) -> Result<Response, Failure> {
    let next = match to.strip_prefix('/') {
        Some(_) => format!("{}{to}", site.app.settings.issuer.path()),
        None => to,
    };
    let framed = frames.clone();
    let page = view::SigningOut { layout: site.layout(visit, &[], None), frames, next };
    Ok(Page::render(&page)?.framing(&framed).into_response())
}

/// The person confirmed. The form carries the request along, and it is judged anew.
pub async fn confirm(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let asked = Parameters::decode(form.single("request")?.unwrap_or_default().as_bytes())?;
    let outcome = logout(&site.app, &visit.visitor, &asked, Confirmation::Given).await?;
    answer(&site, &visit, &asked, outcome).await
}

async fn ask(
    site: &Site,
    visit: &Visit,
    asked: &Parameters,
    client: Option<&Client>,
    ui_locales: &[String],
    language: Language,
) -> Result<Response, Failure> {
    let Some(current) = session::current(&site.app, &visit.visitor).await? else {
        return Ok(SeeOther::to("/signed-out").into_response());
    };
    let Some(citizen) = account::citizen(&site.app, &current).await? else {
        return Ok(SeeOther::to("/signed-out").into_response());
    };
    let hearing = session::hearing(&site.app, &current).await?;
    let template = view::SignOut {
        layout: site.layout(
            visit,
            ui_locales,
            Some(SignedIn { name: citizen.profile.name.clone(), sign_out: "/logout".to_owned() }),
        ),
        form: layout::Form { action: "/logout/confirm".to_owned(), csrf: GUARD.token(visit) },
        request: asked.encode(),
        portal: client.map(|client| site.portal(client, language).name),
        told: hearing.told,
        untold: hearing.untold,
        stay: "/account".to_owned(),
    };
    let leads_to = asked.single("post_logout_redirect_uri").ok().flatten();
    let leads_to = leads_to
        .filter(|uri| client.is_some_and(|client| client.post_logout_redirect_uris.iter().any(|own| own == uri)));
    Ok(Page::render(&template)?.leading_to(leads_to).into_response())
}

pub async fn signed_out(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes());
    let query = query.map_err(|_| Fault::Logout(LogoutFault::Repeated))?;
    let layout = site.layout(&visit, &[], None);
    // Only where to: a registered client's own address, never one from the request.
    let named: Option<ClientId> = query.single("client").ok().flatten().and_then(|id| id.parse().ok());
    let client = match named {
        Some(id) => site.app.clients.find(&site.app, &id).await?.filter(|client| client.is_active()),
        None => None,
    };
    let back = client.and_then(|client| {
        let url = client.display.home_uri.clone()?;
        Some(view::BackLink { name: site.portal(&client, layout.voice.language).name, url })
    });
    Ok(Page::render(&view::SignedOut { layout, back, account: "/account".to_owned() })?.into_response())
}
