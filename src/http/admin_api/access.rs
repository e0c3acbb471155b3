//! How citizens come in: their sessions, their credentials, and what they allowed.

use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Call, Reply};
use super::problem::Problem;
use super::wire::{Instant, Page, Reason, reason};
use crate::domain::ids::{CitizenId, ClientId};
use crate::flows::admin::access;

/// A session of a citizen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    id: String,
    /// What its owner recognises the device by.
    device: String,
    /// Masked.
    address: String,
    /// How they proved who they are (RFC 8176).
    amr: Vec<&'static str>,
    started_at: Instant,
    last_seen_at: Instant,
    expires_at: Instant,
}

/// How many ended.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionsEnded {
    sessions_ended: u64,
}

/// What a citizen proves themselves with.
#[derive(Debug, Serialize, ToSchema)]
pub struct Credential {
    id: String,
    kind: &'static str,
    /// What its owner calls it.
    name: String,
    /// The authentication level that it counts towards at most.
    binding: i16,
    phishing_resistant: bool,
    hardware_bound: bool,
    created_at: Instant,
    last_used_at: Option<Instant>,
}

/// What a citizen allowed an application.
#[derive(Debug, Serialize, ToSchema)]
pub struct Consent {
    client_id: String,
    scope: String,
    claims: Vec<String>,
    declined: Vec<String>,
    granted_at: Instant,
    updated_at: Instant,
    expires_at: Option<Instant>,
}

pub async fn sessions(call: &Call) -> Result<Reply, Problem> {
    let found = access::sessions(&call.site.app, &call.admin, citizen(call)?).await?;
    let session = |found: &crate::flows::session::CurrentSession| Session {
        id: found.id().to_string(),
        device: found.session.device.clone(),
        address: found.session.address.clone(),
        amr: found.session.authentication.proofs.amr(),
        started_at: found.session.started_at.into(),
        last_seen_at: found.session.last_seen_at.into(),
        expires_at: found.session.expires_at.into(),
    };
    Reply::ok(&Page { items: found.iter().map(session).collect(), next: None })
}

pub async fn end_session(call: &Call) -> Result<Reply, Problem> {
    let only = call.path("session_id")?;
    access::end_session(&call.site.app, &call.admin, &call.visitor, citizen(call)?, only).await?;
    Ok(Reply::done())
}

pub async fn end_sessions(call: &Call) -> Result<Reply, Problem> {
    let ended = access::end_sessions(&call.site.app, &call.admin, citizen(call)?, None).await?;
    Reply::ok(&SessionsEnded { sessions_ended: ended as u64 })
}

pub async fn credentials(call: &Call) -> Result<Reply, Problem> {
    let found = access::credentials(&call.admin, citizen(call)?).await?;
    let credential = |one: &crate::domain::credential::Credential| Credential {
        id: one.id.to_string(),
        kind: one.kind.as_str(),
        name: one.name.to_string(),
        binding: one.binding.into(),
        phishing_resistant: one.traits.phishing_resistant,
        hardware_bound: one.traits.hardware_bound,
        created_at: one.created_at.into(),
        last_used_at: one.last_used_at.map(Instant::from),
    };
    Reply::ok(&Page { items: found.iter().map(credential).collect(), next: None })
}

pub async fn remove_credential(call: &Call) -> Result<Reply, Problem> {
    let said: Reason = call.body()?;
    let which = (citizen(call)?, call.path("credential_id")?);
    let reason = reason(&said.reason)?;
    let ended = access::remove_credential(&call.site.app, &call.admin, &call.visitor, which, reason).await?;
    Reply::ok(&SessionsEnded { sessions_ended: ended as u64 })
}

pub async fn consents(call: &Call) -> Result<Reply, Problem> {
    let after: Option<ClientId> = call.after()?;
    let page = access::consents(&call.admin, citizen(call)?, after.as_ref(), call.limit()?).await?;
    let consent = |one: &crate::domain::consent::Consent| Consent {
        client_id: one.client.to_string(),
        scope: one.scope.to_string(),
        claims: one.claims.iter().cloned().collect(),
        declined: one.declined.iter().cloned().collect(),
        granted_at: one.granted_at.into(),
        updated_at: one.updated_at.into(),
        expires_at: one.expires_at.map(Instant::from),
    };
    let next = call.next(page.next)?;
    Reply::ok(&Page { items: page.items.iter().map(consent).collect(), next })
}

pub async fn withdraw_consent(call: &Call) -> Result<Reply, Problem> {
    let client: ClientId = call.path("client_id")?;
    access::withdraw_consent(&call.site.app, &call.admin, &call.visitor, citizen(call)?, &client, None).await?;
    Ok(Reply::done())
}

fn citizen(call: &Call) -> Result<CitizenId, Problem> {
    call.path("citizen_id")
}
