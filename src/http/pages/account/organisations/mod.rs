//! `/account/organisations`: for whom the citizen acts, and what they have asked for.

pub mod end;
pub mod invitation;
pub mod invite;
pub mod new;
pub mod one;

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Uri;

use super::{Door, enter};
use crate::domain::ids::{ClientId, MandateId, OrganisationId};
use crate::domain::mandate::{self, Mandate, NotInForce, Now, Portals};
use crate::flows::account::organisations::{self, Held};
use crate::http::Site;
use crate::http::error::{Failure, Fault};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::web::account::Notice;
use crate::web::account::organisations as view;
use crate::web::layout;
use crate::web::organisations::Role;
use crate::web::text::{Language, Moment};

const PATH: &str = "/account/organisations";
const GUARD: Guarded<'static> = Guarded::Account("organisations");

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, uri: Uri) -> Result<Response, Failure> {
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let overview = organisations::overview(&site.app, entered.citizen.id).await?;
    let names = Names::of(&site, overview.held.iter().map(|held| &held.mandate), entered.layout.voice.language).await?;
    let now = site.app.clock.now();
    let shown = |held: &Held| {
        let stands = held.mandate.stands(held.now(now)).is_ok();
        view::Mandate {
            name: held.organisation.name.as_str().to_owned(),
            code: Some(held.organisation.code.written()),
            page: stands.then(|| path(held.organisation.id)),
            end: held.mandate.ended.is_none().then(|| end_path(held.organisation.id, held.mandate.id)),
            ..names.mandate(&held.mandate, held.now(now))
        }
    };
    let requests = overview.requests.iter().map(|request| view::Request {
        id: request.id.to_string(),
        organisation: request.name.as_str().to_owned(),
        code: request.code.written(),
        asked: Moment::from_micros(request.asked_at.micros()),
    });
    let template = view::Organisations {
        notice: notice(&uri),
        form: layout::Form { action: PATH.to_owned(), csrf: GUARD.token(&visit) },
        held: overview.held.iter().map(shown).collect(),
        ended: overview.ended.iter().map(shown).collect(),
        requests: requests.collect(),
        layout: entered.layout,
    };
    Ok(Page::render(&template)?.into_response())
}

/// A request is taken back.
pub async fn withdraw(State(site): State<Arc<Site>>, visit: Visit, Form(form): Form) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let entered = match enter(&site, &visit).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(response),
    };
    let id = form.required("withdraw")?.parse().map_err(|_| Fault::NotFound)?;
    match organisations::withdraw_request(&site.app, &visit.visitor, &entered.current, id).await? {
        true => Ok(SeeOther::to(format!("{PATH}?done=withdrawn")).into_response()),
        false => Ok(SeeOther::to(PATH.to_owned()).into_response()),
    }
}

pub(super) fn path(organisation: OrganisationId) -> String {
    format!("{PATH}/{organisation}")
}

fn end_path(organisation: OrganisationId, mandate: MandateId) -> String {
    format!("{PATH}/{organisation}/mandates/{mandate}/end")
}

/// What was just done, by the query that the redirect after it has.
fn notice(uri: &Uri) -> Option<Notice> {
    Some(match uri.query()? {
        "done=asked" => Notice::OrganisationAsked,
        "done=withdrawn" => Notice::OrganisationWithdrawn,
        "done=accepted" => Notice::InvitationAccepted,
        "done=declined" => Notice::InvitationDeclined,
        "done=invitation-withdrawn" => Notice::InvitationWithdrawn,
        "done=ended" => Notice::MandateEnded,
        _ => return None,
    })
}

const fn delegation(delegation: mandate::Delegation) -> view::Delegation {
    match delegation {
        mandate::Delegation::Allowed => view::Delegation::Allowed,
        mandate::Delegation::NotAllowed => view::Delegation::NotAllowed,
    }
}

pub(in crate::http::pages) const fn role(role: mandate::Role) -> Role {
    match role {
        mandate::Role::LegalRepresentative => Role::LegalRepresentative,
        mandate::Role::Employee => Role::Employee,
        mandate::Role::Delegate => Role::Delegate,
    }
}

/// What the portals of some mandates are called.
struct Names(HashMap<ClientId, String>);

impl Names {
    async fn of(site: &Site, mandates: impl Iterator<Item = &Mandate>, language: Language) -> Result<Self, Failure> {
        let mut names = HashMap::new();
        for mandate in mandates {
            let Portals::Only(portals) = &mandate.portals else { continue };
            for id in portals {
                if !names.contains_key(id) {
                    let client = site.app.clients.find(&site.app, id).await?;
                    let name = client.map_or_else(|| id.to_string(), |client| site.portal(&client, language).name);
                    names.insert(id.clone(), name);
                }
            }
        }
        Ok(Self(names))
    }

    /// A mandate as pages show it; whose it is, and what can be done with it, is filled in beside.
    fn mandate(&self, mandate: &Mandate, now: Now) -> view::Mandate {
        let moment = |at: crate::domain::time::Timestamp| Moment::from_micros(at.micros());
        let portals = match &mandate.portals {
            Portals::All => Vec::new(),
            Portals::Only(ids) => {
                ids.iter().map(|id| self.0.get(id).cloned().unwrap_or_else(|| id.to_string())).collect()
            }
        };
        view::Mandate {
            name: String::new(),
            code: None,
            role: role(mandate.role),
            position: mandate.position.as_ref().map(|position| position.as_str().to_owned()),
            portals,
            delegation: delegation(mandate.delegation),
            begins: moment(mandate.starts_at),
            ends: mandate.ends_at.map(moment),
            standing: match mandate.stands(now) {
                Ok(()) => view::Standing::InForce,
                Err(NotInForce::NotYet) => view::Standing::NotYet,
                Err(NotInForce::OrganisationInactive | NotInForce::OtherPortals) => view::Standing::Suspended,
                Err(NotInForce::LevelTooLow) => view::Standing::LevelTooLow,
                Err(NotInForce::Ended) => {
                    let at = mandate.ended.map(|ended| ended.at).or(mandate.ends_at).unwrap_or(now.at);
                    view::Standing::Ended(moment(at))
                }
            },
            page: None,
            end: None,
        }
    }
}
