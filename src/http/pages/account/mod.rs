//! The citizen's own pages.

pub mod activity;
mod events;
pub mod overview;
pub mod portals;
pub mod requests;
pub mod sessions;
pub mod start;

use axum::response::{IntoResponse, Response};

use crate::domain::citizen::Citizen;
use crate::flows::account;
use crate::flows::session::{self, CurrentSession};
use crate::http::Site;
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
    let layout = site.layout(visit, &[], Some(who));
    Ok(Door::Open(Box::new(Entered { current, citizen, layout })))
}
