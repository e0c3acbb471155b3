//! `/account/family/{id}`: the account of a minor, as their guardian sees it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::overview::level;
use super::portals::connected;
use super::{Door, Entered, enter};
use crate::domain::account_life::Transition;
use crate::domain::citizen::CitizenStatus;
use crate::domain::ids::GuardianshipId;
use crate::flows::account::{self, family};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::{Ward, WardStanding};
use crate::web::layout;
use crate::web::text::Moment;

const GUARD: Guarded<'static> = Guarded::Account("ward");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    Ok(page(&site, &visit, *entered, &id).await?.into_response())
}

pub async fn lock(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let ward = ward(&site, &entered, &id).await?;
    // Whatever it is instead, the page that follows says it.
    let _ = family::lock(&site.app, &visit.visitor, &entered.current, ward.citizen.id).await?;
    Ok(SeeOther::to(path(&ward)).into_response())
}

/// By the guardianship: nobody's own id leaves the house.
pub(super) fn path(ward: &family::Ward) -> String {
    format!("/account/family/{}", ward.guardianship.id)
}

/// Whose they are not, for whoever asks, nobody is.
async fn ward(site: &Site, entered: &Entered, id: &str) -> Result<family::Ward, Failure> {
    let id: GuardianshipId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = family::ward(&site.app, entered.citizen.id, id).await?;
    Ok(found.ok_or(Fault::NotFound)?)
}

async fn page(site: &Site, visit: &Visit, entered: Entered, id: &str) -> Result<Page, Failure> {
    let ward = ward(site, &entered, id).await?;
    let action = path(&ward);
    let family::Ward { citizen, guardianship } = ward;
    let language = entered.layout.voice.language;
    let mut portals = Vec::new();
    for consent in account::consents(&site.app, citizen.id).await? {
        portals.extend(connected(site, &citizen, &consent, language).await?);
    }
    let lockable = Transition::Lock.from().contains(&citizen.status);
    Page::render(&Ward {
        name: citizen.profile.name.clone(),
        level: level(citizen.account_level),
        standing: match citizen.status {
            CitizenStatus::Active => WardStanding::Active,
            CitizenStatus::Registered => WardStanding::Asleep,
            CitizenStatus::Locked => WardStanding::Locked,
            // Of an account that has ended there is no guardian any more.
            CitizenStatus::Suspended | CitizenStatus::Deceased | CitizenStatus::Closed => WardStanding::Suspended,
        },
        until: Moment::from_micros(guardianship.until.micros()),
        portals,
        lock: lockable.then(|| layout::Form { action, csrf: GUARD.token(visit) }),
        layout: entered.layout,
    })
}
