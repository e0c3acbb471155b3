//! Organisations, those who ask to represent one, and their mandates.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{Call, Reply};
use super::problem::Problem;
use super::wire::{Instant, Page, Reason, reason};
use crate::domain::ids::{MandateId, OrganisationId, RegistrationRequestId};
use crate::domain::organisation::{OrganisationName, OrganisationStatus};
use crate::domain::organisation_code::OrganisationCode;
use crate::flows::admin::organisations::{self, Confirmed};
use crate::flows::admin::show_citizen::{self, Sight};

#[derive(Debug, Serialize, ToSchema)]
pub struct Organisation {
    id: String,
    /// Scheme and code: `vn-mst:0100109106`.
    code: String,
    name: String,
    status: String,
    created_at: Instant,
    updated_at: Instant,
}

/// An organisation, and everybody who acts or acted for it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrganisationWithMandates {
    organisation: Organisation,
    mandates: Vec<Mandate>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Mandate {
    id: String,
    citizen_id: String,
    /// Masked.
    name: String,
    role: String,
    starts_at: Instant,
    ends_at: Option<Instant>,
    /// Whether nobody has ended it.
    stands: bool,
}

/// An organisation that is to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganisation {
    /// Scheme and code: `vn-mst:0100109106`.
    #[schema(min_length = 1, max_length = 100)]
    code: String,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
}

/// To which state an organisation is to be taken, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationStatusChange {
    status: WantedStatus,
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

/// `dissolved` ends it and every mandate of it, for good.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WantedStatus {
    Active,
    Suspended,
    Dissolved,
}

/// What ended with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MandatesEnded {
    mandates_ended: u64,
    /// How many applications are told that a session is over.
    told: u64,
}

/// Somebody who asks to be confirmed as an organisation's legal representative.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepresentationRequest {
    id: String,
    citizen_id: String,
    /// Masked.
    name: String,
    code: String,
    organisation: String,
}

/// What became of a confirmation.
#[derive(Debug, Serialize, ToSchema)]
pub struct Confirmation {
    /// `once` where another registrar has to see the papers too, or `registered`.
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    mandate_id: Option<String>,
}

pub async fn list(call: &Call) -> Result<Reply, Problem> {
    let (found, next) = organisations::list(&call.admin, call.after::<OrganisationId>()?).await?;
    Reply::ok(&Page { items: found.iter().map(Organisation::of).collect(), next: call.next(next)? })
}

pub async fn show(call: &Call) -> Result<Reply, Problem> {
    let (organisation, holders) = organisations::show(&call.admin, &code(call)?).await?;
    let mandate = |holder: &organisations::Holder| Mandate {
        id: holder.mandate.id.to_string(),
        citizen_id: holder.citizen.id.to_string(),
        name: masked(call, &holder.citizen),
        role: holder.mandate.role.as_str().to_owned(),
        starts_at: holder.mandate.starts_at.into(),
        ends_at: holder.mandate.ends_at.map(Instant::from),
        stands: holder.mandate.ended.is_none(),
    };
    let mandates = holders.iter().map(mandate).collect();
    Reply::ok(&OrganisationWithMandates { organisation: Organisation::of(&organisation), mandates })
}

pub async fn register(call: &Call) -> Result<Reply, Problem> {
    let new: NewOrganisation = call.body()?;
    let told = |member: &str, why: &dyn std::fmt::Display| Problem::at(format!("/{member}"), why.to_string());
    let code: OrganisationCode = new.code.parse().map_err(|why| told("code", &why))?;
    let name: OrganisationName = OrganisationName::try_from(new.name).map_err(|why| told("name", &why))?;
    let registered = organisations::register(&call.admin, code, name).await?;
    Reply::created(&Organisation::of(&registered), format!("/organisations/{}", registered.code))
}

pub async fn turn(call: &Call) -> Result<Reply, Problem> {
    let wanted: OrganisationStatusChange = call.body()?;
    let status = match wanted.status {
        WantedStatus::Active => OrganisationStatus::Active,
        WantedStatus::Suspended => OrganisationStatus::Suspended,
        WantedStatus::Dissolved => OrganisationStatus::Dissolved,
    };
    let closed = organisations::turn(&call.admin, &code(call)?, status, Some(reason(&wanted.reason)?)).await?;
    Reply::ok(&MandatesEnded { mandates_ended: closed.mandates as u64, told: closed.told as u64 })
}

pub async fn revoke_mandate(call: &Call) -> Result<Reply, Problem> {
    let closed = organisations::revoke(&call.admin, &code(call)?, call.path::<MandateId>("mandate_id")?).await?;
    Reply::ok(&MandatesEnded { mandates_ended: closed.mandates as u64, told: closed.told as u64 })
}

pub async fn requests(call: &Call) -> Result<Reply, Problem> {
    let (found, next) = organisations::requests(&call.admin, call.after::<RegistrationRequestId>()?).await?;
    let items = found.iter().map(|(request, citizen)| RepresentationRequest {
        id: request.id.to_string(),
        citizen_id: citizen.id.to_string(),
        name: masked(call, citizen),
        code: request.code.to_string(),
        organisation: request.name.as_str().to_owned(),
    });
    Reply::ok(&Page { items: items.collect(), next: call.next(next)? })
}

pub async fn confirm(call: &Call) -> Result<Reply, Problem> {
    Reply::ok(&match organisations::confirm(&call.admin, call.path("request_id")?).await? {
        Confirmed::Once => Confirmation { outcome: "once", mandate_id: None },
        Confirmed::Registered { mandate, .. } => {
            Confirmation { outcome: "registered", mandate_id: Some(mandate.to_string()) }
        }
    })
}

pub async fn refuse(call: &Call) -> Result<Reply, Problem> {
    let said: Reason = call.body()?;
    organisations::refuse(&call.admin, call.path("request_id")?, Some(reason(&said.reason)?)).await?;
    Ok(Reply::done())
}

fn code(call: &Call) -> Result<OrganisationCode, Problem> {
    call.path("code")
}

fn masked(call: &Call, citizen: &crate::domain::citizen::Citizen) -> String {
    let scheme = call.admin.settings.national_id.default_scheme();
    let claims = show_citizen::particulars(citizen, &Sight::Masked, scheme);
    claims.into_iter().find(|(claim, _)| claim == "name").map(|(_, text)| text).unwrap_or_default()
}

impl Organisation {
    fn of(organisation: &crate::domain::organisation::Organisation) -> Self {
        Self {
            id: organisation.id.to_string(),
            code: organisation.code.to_string(),
            name: organisation.name.as_str().to_owned(),
            status: organisation.status.to_string(),
            created_at: organisation.created_at.into(),
            updated_at: organisation.updated_at.into(),
        }
    }
}
