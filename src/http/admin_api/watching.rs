//! Who holds which role, who owns which application, and what was done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Call, Reply};
use super::problem::Problem;
use super::wire::{Instant, Page};
use crate::domain::administration;
use crate::domain::ids::{CitizenId, ClientId};
use crate::flows::admin::find_citizen::Who;
use crate::flows::admin::read_audit::{self, RecordedEvent};
use crate::flows::admin::{owners, roles};

/// That a citizen holds a role.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleGrant {
    citizen_id: String,
    role: &'static str,
    granted_by: String,
    since: Instant,
    until: Option<Instant>,
}

/// A role that is to be given to somebody else.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoleGrant {
    citizen_id: String,
    role: WantedRole,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WantedRole {
    Administrator,
    Registrar,
    ClientOwner,
    Support,
    Auditor,
    Operator,
}

/// Who looks after an application.
#[derive(Debug, Serialize, ToSchema)]
pub struct Owner {
    citizen_id: String,
}

/// Somebody who is to look after an application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOwner {
    citizen_id: String,
}

/// What was recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    id: String,
    at: Instant,
    /// Absent for one that only a newer version of the program knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    kind: Option<&'static str>,
    outcome: &'static str,
    actor: String,
    client_id: Option<String>,
    request: Option<String>,
    address: Option<String>,
    details: BTreeMap<String, String>,
}

pub async fn roles(call: &Call) -> Result<Reply, Problem> {
    let items = roles::list(&call.admin).await?.iter().map(RoleGrant::of).collect();
    Reply::ok(&Page { items, next: None })
}

pub async fn grant(call: &Call) -> Result<Reply, Problem> {
    let new: NewRoleGrant = call.body()?;
    let who = named(&new.citizen_id)?;
    let granted = roles::grant(&call.admin, &who, new.role.into(), None).await?;
    Reply::created(&RoleGrant::of(&granted), format!("/roles/{}/{}", granted.role, granted.citizen))
}

pub async fn revoke(call: &Call) -> Result<Reply, Problem> {
    let role = call.path("role")?;
    roles::revoke(&call.admin, &Who::Id(call.path("citizen_id")?), role).await?;
    Ok(Reply::done())
}

pub async fn owners(call: &Call) -> Result<Reply, Problem> {
    let found = owners::list(&call.admin, &client(call)?).await?;
    let items = found.iter().map(|citizen| Owner { citizen_id: citizen.to_string() }).collect();
    Reply::ok(&Page { items, next: None })
}

pub async fn name_owner(call: &Call) -> Result<Reply, Problem> {
    let new: NewOwner = call.body()?;
    owners::name(&call.admin, &client(call)?, &named(&new.citizen_id)?).await?;
    Ok(Reply::done())
}

pub async fn remove_owner(call: &Call) -> Result<Reply, Problem> {
    owners::remove(&call.admin, &client(call)?, &Who::Id(call.path("citizen_id")?)).await?;
    Ok(Reply::done())
}

pub async fn events_of_citizen(call: &Call) -> Result<Reply, Problem> {
    let who = Who::Id(call.path("citizen_id")?);
    let (_, events) = read_audit::of_citizen(&call.admin, &who, call.limit()?).await?;
    Reply::ok(&Page { items: events.iter().map(Event::of).collect(), next: None })
}

pub async fn events_of_client(call: &Call) -> Result<Reply, Problem> {
    let events = read_audit::of_client(&call.admin, &client(call)?, call.limit()?).await?;
    Reply::ok(&Page { items: events.iter().map(Event::of).collect(), next: None })
}

fn client(call: &Call) -> Result<ClientId, Problem> {
    call.path("client_id")
}

/// A citizen whom a body names.
fn named(text: &str) -> Result<Who, Problem> {
    let id: Result<CitizenId, _> = text.parse();
    id.map(Who::Id).map_err(|_| Problem::at("/citizen_id".to_owned(), "expected a citizen's id"))
}

impl RoleGrant {
    fn of(grant: &administration::RoleGrant) -> Self {
        Self {
            citizen_id: grant.citizen.to_string(),
            role: grant.role.as_str(),
            granted_by: grant.granted_by.clone(),
            since: grant.since.into(),
            until: grant.until.map(Instant::from),
        }
    }
}

impl Event {
    fn of(event: &RecordedEvent) -> Self {
        Self {
            id: event.id.to_string(),
            at: event.at.into(),
            kind: event.kind.map(|kind| kind.as_str()),
            outcome: event.outcome.as_str(),
            actor: event.actor.clone(),
            client_id: event.client.as_ref().map(ToString::to_string),
            request: event.request.clone(),
            address: event.address.clone(),
            details: event.details.clone(),
        }
    }
}

impl From<WantedRole> for administration::Role {
    fn from(wanted: WantedRole) -> Self {
        match wanted {
            WantedRole::Administrator => Self::Administrator,
            WantedRole::Registrar => Self::Registrar,
            WantedRole::ClientOwner => Self::ClientOwner,
            WantedRole::Support => Self::Support,
            WantedRole::Auditor => Self::Auditor,
            WantedRole::Operator => Self::Operator,
        }
    }
}
