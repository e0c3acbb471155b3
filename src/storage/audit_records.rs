//! Rows of the audit log as the tree is made of them: texts, whatever version of the program wrote them.

use sqlx::types::Uuid;

use crate::domain::audit_record::{AuditRecord, Details};

pub(super) const RECORDS_POSTGRES: &str =
    "SELECT id, at, kind, outcome, actor, citizen_id, client_id, request, address, details FROM audit_events
    WHERE id = ANY($1) ORDER BY id";
pub(super) const RECORDS_SQLITE: &str =
    "SELECT id, at, kind, outcome, actor, citizen_id, client_id, request, address, details FROM audit_events";

#[derive(sqlx::FromRow)]
pub(super) struct AuditRow {
    id: Uuid,
    at: i64,
    kind: String,
    outcome: String,
    actor: String,
    citizen_id: Option<Uuid>,
    client_id: Option<String>,
    request: Option<String>,
    address: Option<String>,
    details: String,
}

impl AuditRow {
    pub(super) fn open(self) -> AuditRecord {
        AuditRecord {
            actor: self.actor,
            address: self.address,
            at: self.at,
            citizen: self.citizen_id,
            client: self.client_id,
            details: Details::stored(&self.details),
            id: self.id,
            kind: self.kind,
            outcome: self.outcome,
            request: self.request,
        }
    }
}
