//! `/account/organisations/{id}/mandates/{mandate}/end`: asks first; then a mandate is given back, or taken back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::super::{Door, enter_for_sensitive};
use super::{Names, PATH, end_path, path};
use crate::domain::ids::{MandateId, OrganisationId};
use crate::domain::mandate::Now;
use crate::flows::account::organisations::{self, Ending};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::organisations as view;
use crate::web::layout;

const GUARD: Guarded<'static> = Guarded::Account("mandate end");

pub async fn ask(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((organisation, mandate)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (id, mandate) = ids(&organisation, &mandate)?;
    let entered = match enter_for_sensitive(&site, &visit, &end_path(id, mandate)).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let at = site.app.clock.now();
    let language = entered.layout.voice.language;
    let overview = organisations::overview(&site.app, entered.citizen.id).await?;
    let own = overview.held.iter().find(|held| held.mandate.id == mandate && held.organisation.id == id);
    let (organisation, shown, whose) = match own {
        Some(held) => {
            let names = Names::of(&site, std::iter::once(&held.mandate), language).await?;
            let name = held.organisation.name.as_str().to_owned();
            let shown = view::Mandate { name: name.clone(), ..names.mandate(&held.mandate, held.now(at)) };
            (name, shown, view::Whose::Own)
        }
        None => {
            let seen = organisations::seen(&site.app, entered.citizen.id, id, None).await?.ok_or(Fault::NotFound)?;
            let found = organisations::holder(&site.app, &seen, mandate).await?;
            let holder = found.filter(|holder| seen.may_end(holder)).ok_or(Fault::NotFound)?;
            let names = Names::of(&site, std::iter::once(&holder.mandate), language).await?;
            let now = Now { at, organisation: seen.organisation.status, level: holder.citizen.account_level };
            let name = holder.citizen.profile.name.clone();
            let shown = view::Mandate { name, ..names.mandate(&holder.mandate, now) };
            (seen.organisation.name.as_str().to_owned(), shown, view::Whose::Others)
        }
    };
    let template = view::EndMandate {
        form: layout::Form { action: end_path(id, mandate), csrf: GUARD.token(&visit) },
        organisation,
        mandate: shown,
        keep: match whose {
            view::Whose::Own => PATH.to_owned(),
            view::Whose::Others => path(id),
        },
        whose,
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

pub async fn end(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path((organisation, mandate)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let (id, mandate) = ids(&organisation, &mandate)?;
    let entered = match enter_for_sensitive(&site, &visit, &end_path(id, mandate)).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let (app, visitor, current) = (&site.app, &visit.visitor, &entered.current);
    let own = organisations::give_back(app, visitor, current, &entered.citizen, mandate).await?;
    let (ended, back) = match own {
        Ending::NotFound => (organisations::revoke(app, visitor, current, id, mandate).await?, path(id)),
        done => (done, PATH.to_owned()),
    };
    match ended {
        Ending::Done => Ok(SeeOther::to(format!("{back}?done=ended")).into_response()),
        Ending::SignedOut => Ok(SeeOther::to(PATH.to_owned()).into_response()),
        Ending::NotFound => Err(Fault::NotFound.into()),
    }
}

fn ids(organisation: &str, mandate: &str) -> Result<(OrganisationId, MandateId), Failure> {
    let found = organisation.parse().ok().zip(mandate.parse().ok());
    Ok(found.ok_or(Fault::NotFound)?)
}
