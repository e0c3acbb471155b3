//! `/account/organisations/{id}/invite`: somebody is offered a part of what one may do oneself.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::super::super::schemes::{self, Typed};
use super::super::{Door, Entered, enter_for_sensitive};
use super::{delegation, path, role};
use crate::domain::ids::OrganisationId;
use crate::domain::mandate::{Delegation, Offer, Portals, Position, Refusal, Role};
use crate::domain::sign_in_name::SignInName;
use crate::domain::time::Timestamp;
use crate::flows::account::invitations::{self, Inviting};
use crate::flows::account::organisations::{self, Held, Seen};
use crate::http::Site;
use crate::http::error::{Failure, Fault as Wrong};
use crate::http::extract::{Form, Guarded, Visit};
use crate::http::page::{Page, SeeOther};
use crate::protocol::parameters::Parameters;
use crate::web::account::organisations as view;
use crate::web::layout;
use crate::web::sign_in::{Fault, Problem};
use crate::web::text::{Moment, Speaks};

const GUARD: Guarded<'static> = Guarded::Account("mandate invite");
/// What the form sends in the place of a portal's id: no client has such a one.
const EVERYWHERE: &str = "*";

pub async fn show(State(site): State<Arc<Site>>, visit: Visit, Path(id): Path<String>) -> Result<Response, Failure> {
    let (entered, seen) = match find(&site, &visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let own = seen.delegable().ok_or(Wrong::NotFound)?;
    Ok(page(&site, &visit, *entered, &seen, own, Said::default(), None).await?.into_response())
}

pub async fn submit(
    State(site): State<Arc<Site>>,
    visit: Visit,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, Failure> {
    GUARD.check(&visit, &form)?;
    let (entered, seen) = match find(&site, &visit, &id).await? {
        Ok(found) => found,
        Err(response) => return Ok(response),
    };
    let own = seen.delegable().ok_or(Wrong::NotFound)?;
    let said = Said::sent(&site, &form)?;
    let fault = match said.read(&site) {
        Err(fault) => fault,
        Ok((invited, offer)) => {
            let (app, visitor, with) = (&site.app, &visit.visitor, own.mandate.id);
            match invitations::invite(app, visitor, &entered.current, with, invited, offer).await? {
                Inviting::Done(code) => {
                    let until = app.clock.now() + app.settings.organisations.invitation;
                    let template = view::Invited {
                        organisation: seen.organisation.name.as_str().to_owned(),
                        code: code.expose().to_owned(),
                        until: Moment::from_micros(until.micros()),
                        back: path(seen.organisation.id),
                        layout: entered.layout,
                    };
                    return Ok(Page::render(&template)?.into_response());
                }
                Inviting::Refused(refusal) => refused(refusal),
                Inviting::TooMany => Fault::TooManyRequests,
                Inviting::NotFound => return Err(Wrong::NotFound.into()),
                Inviting::SignedOut => return Ok(SeeOther::to(path(seen.organisation.id)).into_response()),
            }
        }
    };
    let shown = page(&site, &visit, *entered, &seen, own, said, Some(fault)).await?;
    Ok(shown.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response())
}

async fn find(site: &Site, visit: &Visit, id: &str) -> Result<Result<(Box<Entered>, Seen), Response>, Failure> {
    let id: OrganisationId = id.parse().map_err(|_| Wrong::NotFound)?;
    let entered = match enter_for_sensitive(site, visit, &format!("{}/invite", path(id))).await? {
        Door::Open(entered) => entered,
        Door::Closed(response) => return Ok(Err(response)),
    };
    let seen = organisations::seen(&site.app, entered.citizen.id, id, None).await?.ok_or(Wrong::NotFound)?;
    Ok(Ok((entered, seen)))
}

/// What the form says; it stands there again where something is refused.
#[derive(Debug, Default)]
struct Said {
    invited: Typed,
    position: String,
    role: String,
    /// As the form sends them.
    portals: BTreeSet<String>,
    ends: String,
    delegation: String,
}

impl Said {
    fn sent(site: &Site, form: &Parameters) -> Result<Self, Failure> {
        let text = |name| Ok::<_, Failure>(form.single(name)?.unwrap_or_default().to_owned());
        Ok(Self {
            invited: Typed::sent(site, form)?,
            position: text("position")?,
            role: text("role")?,
            portals: form.all("portal").map(str::to_owned).collect(),
            ends: text("ends")?,
            delegation: text("delegation")?,
        })
    }

    /// As far as anybody could offer it.
    fn read(&self, site: &Site) -> Result<(SignInName, Offer), Fault> {
        let (invited, default) = (&self.invited, site.app.settings.national_id.default_scheme());
        if invited.name.trim().is_empty() {
            return Err(Fault::IdentifierMissing);
        }
        let name = invited.scheme.and_then(|scheme| SignInName::parse_as(&invited.name, scheme, default).ok());
        let name = name.ok_or_else(|| invited.malformed(site))?;
        let position = match self.position.trim() {
            "" => None,
            position => Some(Position::try_from(position.to_owned()).map_err(|_| Fault::NameMalformed)?),
        };
        let portals = match self.portals.contains(EVERYWHERE) {
            true => Portals::All,
            false => match self.portals.iter().map(|id| id.parse()).collect::<Result<_, _>>() {
                Ok(portals) if !self.portals.is_empty() => Portals::Only(portals),
                _ => return Err(Fault::NoPortalChosen),
            },
        };
        let ends_at = match self.ends.as_str() {
            "" => None,
            day => Some(end_of(day, site).ok_or(Fault::DateMalformed)?),
        };
        let (role, delegation) = (self.role(), self.delegation());
        Ok((name, Offer { role, position, portals, delegation, starts_at: None, ends_at }))
    }

    fn role(&self) -> Role {
        match self.role.as_str() {
            "employee" => Role::Employee,
            _ => Role::Delegate,
        }
    }

    fn delegation(&self) -> Delegation {
        match self.delegation.as_str() {
            "allowed" => Delegation::Allowed,
            _ => Delegation::NotAllowed,
        }
    }
}

/// The end of a day, in the operator's time zone.
fn end_of(day: &str, site: &Site) -> Option<Timestamp> {
    let day: jiff::civil::Date = day.parse().ok()?;
    let next = day.tomorrow().ok()?.to_zoned(site.app.settings.authority.time_zone.clone()).ok()?;
    Some(Timestamp::from_micros(next.timestamp().as_microsecond()))
}

const fn refused(refusal: Refusal) -> Fault {
    match refusal {
        Refusal::MoreThanHeld => Fault::MoreThanHeld,
        Refusal::LongerThanHeld | Refusal::NoTerm => Fault::LongerThanHeld,
        Refusal::ToThemselves => Fault::ToThemselves,
        Refusal::LevelTooLow => Fault::LevelTooLow,
        Refusal::NotInForce(_) | Refusal::MayNotDelegate | Refusal::LegalRepresentative => Fault::MayNotDelegate,
    }
}

async fn page(
    site: &Site,
    visit: &Visit,
    entered: Entered,
    seen: &Seen,
    own: &Held,
    said: Said,
    fault: Option<Fault>,
) -> Result<Page, Failure> {
    let id = seen.organisation.id;
    let language = entered.layout.voice.language;
    let portals = organisations::portals(&site.app, &own.mandate).await?;
    let latest = own.mandate.ends_at.map(|end| entered.layout.date(&Moment::from_micros(end.micros())));
    Page::render(&view::Invite {
        form: layout::Form { action: format!("{}/invite", path(id)), csrf: GUARD.token(visit) },
        organisation: seen.organisation.name.as_str().to_owned(),
        roles: own.mandate.role.grants().iter().copied().map(role).collect(),
        portals: portals
            .iter()
            .map(|client| view::PortalChoice { value: client.id.to_string(), name: site.portal(client, language).name })
            .collect(),
        everywhere: match own.mandate.portals {
            Portals::All => view::Everywhere::Allowed,
            Portals::Only(_) => view::Everywhere::NotAllowed,
        },
        latest,
        schemes: schemes::shown(&site.app.settings.national_id, said.invited.scheme),
        role: role(said.role()),
        delegation: delegation(said.delegation()),
        invited: said.invited.name,
        position: said.position,
        chosen: said.portals,
        ends: said.ends,
        problem: fault.map(|fault| Problem { fault, reference: visit.visitor.request.to_string() }),
        keep: path(id),
        layout: entered.layout,
    })
}
