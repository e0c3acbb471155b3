//! `/account/organisations/{id}`: an organisation, to somebody who acts for it.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::Uri;

use super::super::{Door, enter};
use super::{Names, end_path, notice, path, role};
use crate::domain::ids::{MandateId, OrganisationId};
use crate::domain::mandate::Now;
use crate::flows::account::invitations;
use crate::flows::account::organisations::{self, Holder};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::protocol::parameters::Parameters;
use crate::web::account::organisations as view;
use crate::web::layout;
use crate::web::text::Moment;

const GUARD: Guarded<'static> = Guarded::Account("organisation");

pub async fn show(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    uri: Uri,
) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let id: OrganisationId = id.parse().map_err(|_| Fault::NotFound)?;
    let before = before(&uri)?;
    let seen = organisations::seen(&site.app, entered.citizen.id, id, before).await?.ok_or(Fault::NotFound)?;
    let everybody = seen.people.iter().flat_map(|page| &page.items).map(|holder| &holder.mandate);
    let mandates = seen.own.iter().map(|held| &held.mandate).chain(everybody);
    let names = Names::of(&site, mandates, entered.layout.voice.language).await?;
    let at = site.app.clock.now();
    let holder = |holder: &Holder| {
        let now = Now { at, organisation: seen.organisation.status, level: holder.citizen.account_level };
        view::Mandate {
            name: holder.citizen.profile.name.clone(),
            end: seen.may_end(holder).then(|| end_path(id, holder.mandate.id)),
            ..names.mandate(&holder.mandate, now)
        }
    };
    let others = |holder: &&Holder| holder.citizen.id != entered.citizen.id;
    let people = seen.people.as_ref().map(|people| {
        people.items.iter().filter(others).filter(|holder| holder.mandate.ended.is_none()).map(holder).collect()
    });
    let ended = seen
        .people
        .iter()
        .flat_map(|page| &page.items)
        .filter(|holder| holder.mandate.ended.is_some())
        .map(holder)
        .collect();
    let own = seen.own.iter().map(|held| view::Mandate {
        name: seen.organisation.name.as_str().to_owned(),
        end: Some(end_path(id, held.mandate.id)),
        ..names.mandate(&held.mandate, held.now(at))
    });
    let waiting = seen.invitations.iter().map(|invitation| view::Invitation {
        id: invitation.id.to_string(),
        invited: invitation.invited.masked(),
        role: role(invitation.offer.role),
        until: Moment::from_micros(invitation.expires_at.micros()),
    });
    let template = view::Organisation {
        notice: notice(&uri),
        form: layout::Form { action: path(id), csrf: GUARD.token(&visit) },
        name: seen.organisation.name.as_str().to_owned(),
        code: seen.organisation.code.written(),
        own: own.collect(),
        people,
        invitations: waiting.collect(),
        ended,
        older: seen.people.as_ref().and_then(|page| page.next).map(|last| format!("{}?before={last}", path(id))),
        newest: before.map(|_| path(id)),
        invite: seen.delegable().map(|_| format!("{}/invite", path(id))),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

/// The mandate that the page of people goes on behind.
fn before(uri: &Uri) -> Result<Option<MandateId>, Failure> {
    let query = Parameters::decode(uri.query().unwrap_or_default().as_bytes())?;
    Ok(query.single("before")?.map(str::parse).transpose().map_err(|_| Fault::NotFound)?)
}

/// An invitation is withdrawn.
pub async fn withdraw(
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
    let id: OrganisationId = id.parse().map_err(|_| Fault::NotFound)?;
    let invitation = form.required("withdraw")?.parse().map_err(|_| Fault::NotFound)?;
    match invitations::withdraw(&site.app, &visit.visitor, &entered.current, id, invitation).await? {
        true => Ok(SeeOther::to(format!("{}?done=invitation-withdrawn", path(id))).into_response()),
        false => Ok(SeeOther::to(path(id)).into_response()),
    }
}
