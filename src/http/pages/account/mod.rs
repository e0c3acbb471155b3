//! The citizen's own pages.

pub mod activity;
pub mod change_password;
pub mod closing;
pub mod confirm;
pub mod contact;
pub mod credential;
pub mod data;
pub mod download;
mod events;
pub mod family;
pub mod linked_accounts;
pub mod lost;
pub mod new_certificate;
pub mod new_passkey;
pub mod not_me;
pub mod organisations;
pub mod overview;
mod paper;
pub mod portals;
pub mod raise;
pub mod recovery_codes;
pub mod requests;
pub mod second_step;
pub mod security;
pub mod sessions;
pub mod start;
pub mod totp;

use axum::response::{IntoResponse, Response};

use crate::domain::citizen::Citizen;
use crate::domain::secret::SecretString;
use crate::flows::account;
use crate::flows::account::guard::{self, Guard};
use crate::flows::session::{self, CurrentSession};
use crate::flows::sign_in::Begun;
use crate::http::Site;
use crate::http::cookies::Cookie;
use crate::http::error::Failure;
use crate::http::extract::Visit;
use crate::http::page::SeeOther;
use crate::web::layout::{Layout, SignedIn};

/// Who is signed in, or the way to sign in and come back.
pub(super) enum Door {
    Open(Box<Entered>),
    Closed(Response),
}

pub(super) struct Entered {
    pub(super) current: CurrentSession,
    pub(super) citizen: Citizen,
    pub(super) layout: Layout,
}

pub(super) async fn enter(site: &Site, visit: &Visit) -> Result<Door, Failure> {
    let current = session::current(&site.app, &visit.visitor).await?;
    let citizen = match &current {
        Some(current) => account::citizen(&site.app, current).await?,
        None => None,
    };
    let (Some(current), Some(citizen)) = (current, citizen) else {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", &visit.path).finish();
        return Ok(Door::Closed(SeeOther::to(format!("/account/sign-in?{query}")).into_response()));
    };
    let who = SignedIn { name: citizen.profile.name.clone(), sign_out: "/logout".to_owned() };
    let layout = site.layout_for(visit, who, citizen.profile.language.as_deref());
    Ok(Door::Open(Box::new(Entered { current, citizen, layout })))
}

/// As [`enter`], for a sensitive act: where what was proven lately is not the strongest that this citizen can bring, the way
/// to prove that, which comes back to `return_to`, a page of ours that is read by GET.
pub(in crate::http::pages) async fn enter_for_sensitive(
    site: &Site,
    visit: &Visit,
    return_to: &str,
) -> Result<Door, Failure> {
    let entered = match enter(site, visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(Door::Closed(response)),
    };
    match guard::sensitive(&site.app, &entered.current).await? {
        Guard::Allowed => Ok(Door::Open(entered)),
        Guard::StepUp(least) => {
            let (visitor, return_to) = (&visit.visitor, return_to.to_owned());
            let begun = guard::step_up(&site.app, visitor, &entered.current, return_to, least).await?;
            Ok(Door::Closed(to_sign_in(site, &begun)))
        }
    }
}

/// On to a sign-in that was just begun.
pub(super) fn to_sign_in(site: &Site, begun: &Begun) -> Response {
    to_sign_in_page(site, begun, "")
}

/// As [`to_sign_in`], to one of its pages.
pub(in crate::http::pages) fn to_sign_in_page(site: &Site, begun: &Begun, page: &str) -> Response {
    let browser = begun.browser.as_ref().map(SecretString::expose);
    let cookie = browser.and_then(|secret| site.cookies.set(Cookie::Browser, secret));
    SeeOther::to(format!("/sign-in/{}{page}", begun.sign_in.id)).with_cookie(cookie).into_response()
}
