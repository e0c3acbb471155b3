//! The audit log: what is looked for in it, one event with its proof, and what is taken along.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use super::call::{Call, Reply};
use super::problem::Problem;
use super::wire::{Instant, Page};
use crate::domain::audit::{EventKind, Outcome};
use crate::domain::ids::{CitizenId, ClientId, EventId};
use crate::domain::time::Timestamp;
use crate::flows::admin::audit::export;
use crate::flows::admin::audit::search::{self, FoundEvent, Search};
use crate::flows::audit_log::prove::Inclusion;

/// What was recorded, of whomever.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEvent {
    id: String,
    at: Instant,
    /// One that this version does not know was recorded by a newer one.
    kind: String,
    outcome: &'static str,
    actor: String,
    citizen_id: Option<String>,
    client_id: Option<String>,
    request: Option<String>,
    address: Option<String>,
    details: BTreeMap<String, String>,
}

/// An event with what shows that it is in the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProvenEvent {
    event: AuditEvent,
    /// Absent until a head signs it, a few seconds later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    inclusion: Option<InclusionProof>,
}

/// That the text is the leaf of this place in the tree that the head signs (RFC 9162 section 2.1.3). `senid audit prove` writes the same.
#[derive(Debug, Serialize, ToSchema)]
pub struct InclusionProof {
    /// The event's canonical text: its leaf hash is SHA-256 of a zero byte and this.
    text: String,
    /// From 0 on.
    place: u64,
    /// Hashes in base64, those next to the leaf first.
    proof: Vec<String>,
    head: SignedHead,
}

/// A signed head of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedHead {
    number: u64,
    size: u64,
    root: String,
    at: Instant,
    /// C2SP tlog-checkpoint, with the log's signatures.
    note: String,
}

/// A line of an export.
#[derive(Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct ExportLine(serde_json::Value);

/// A moment of a query: RFC 3339.
struct Moment(Timestamp);

#[derive(Debug)]
struct NoMoment;

impl fmt::Display for NoMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected a moment of RFC 3339, such as 2026-01-31T00:00:00Z")
    }
}

impl FromStr for Moment {
    type Err = NoMoment;
    fn from_str(text: &str) -> Result<Self, NoMoment> {
        let at: jiff::Timestamp = text.parse().map_err(|_| NoMoment)?;
        Ok(Self(Timestamp::from_micros(at.as_microsecond())))
    }
}

fn moment(call: &Call, name: &'static str) -> Result<Option<Timestamp>, Problem> {
    Ok(call.query::<Moment>(name)?.map(|moment| moment.0))
}

pub async fn list(call: &Call) -> Result<Reply, Problem> {
    let kind: Option<String> = call.query("kind")?;
    let unknown = || Problem::parameter("kind", "there is no kind of event of this name");
    let kind = kind.map(|kind| EventKind::parse(&kind).ok_or_else(unknown)).transpose()?;
    let outcome: Option<String> = call.query("outcome")?;
    let wanted = Search {
        kind,
        outcome: outcome.and_then(|outcome| Outcome::parse(&outcome)),
        actor: call.query("actor")?,
        citizen: call.query::<CitizenId>("citizen_id")?,
        client: call.query::<ClientId>("client_id")?,
        since: moment(call, "since")?,
        until: moment(call, "until")?,
    };
    let page = search::search(&call.admin, &wanted, call.after()?, call.limit()?).await?;
    let next = call.next(page.next)?;
    Reply::ok(&Page { items: page.items.iter().map(AuditEvent::of).collect(), next })
}

pub async fn show(call: &Call) -> Result<Reply, Problem> {
    let shown = search::show(&call.admin, call.path::<EventId>("event_id")?).await?;
    let event = AuditEvent::of(&shown.found);
    Reply::ok(&ProvenEvent { event, inclusion: shown.inclusion.as_ref().map(InclusionProof::of) })
}

pub async fn export(call: &Call) -> Result<Reply, Problem> {
    let since = moment(call, "since")?.unwrap_or(Timestamp::EPOCH);
    let until = moment(call, "until")?.unwrap_or_else(|| call.admin.clock.now());
    let (lines, next) = export::between(&call.admin, (since, until), call.after()?, call.limit()?).await?;
    let next = call.next(next)?;
    Reply::ok(&Page { items: lines.into_iter().map(ExportLine).collect(), next })
}

impl AuditEvent {
    fn of(found: &FoundEvent) -> Self {
        let event = &found.event;
        Self {
            id: event.id.to_string(),
            at: event.at.into(),
            kind: found.kind.clone(),
            outcome: event.outcome.as_str(),
            actor: event.actor.clone(),
            citizen_id: found.citizen.map(|citizen| citizen.to_string()),
            client_id: event.client.as_ref().map(ToString::to_string),
            request: event.request.clone(),
            address: event.address.clone(),
            details: event.details.clone(),
        }
    }
}

impl InclusionProof {
    fn of(inclusion: &Inclusion) -> Self {
        let head = &inclusion.head;
        Self {
            text: String::from_utf8_lossy(&inclusion.record.canonical()).into_owned(),
            place: inclusion.place,
            proof: inclusion.proof.iter().map(|hash| STANDARD.encode(hash)).collect(),
            head: SignedHead {
                number: head.number,
                size: head.size,
                root: STANDARD.encode(&head.root),
                at: head.at.into(),
                note: head.note.clone(),
            },
        }
    }
}
