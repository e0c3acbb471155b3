//! Security event tokens: RFC 8417 §2, as SSF 1.0 §4 profiles them. They have no `sub`, so that none is taken for an ID token, and no
//! `exp`: what happened has happened (§4.2).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::domain::signals::{Facts, SecurityEvent, Stream, Subject};

/// The claims of one event for one client. `jti` stays what it is however often the event is sent, so that a client that has seen it
/// knows.
#[derive(Debug, Serialize)]
pub struct SecurityEventClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    jti: String,
    iat: i64,
    txn: &'a str,
    sub_id: Value,
    events: BTreeMap<String, &'a Facts>,
}

impl<'a> SecurityEventClaims<'a> {
    /// `subject` is what the client knows the citizen by, where the event is about one.
    pub fn new(issuer: &'a str, stream: &'a Stream, event: &'a SecurityEvent, subject: &str) -> Self {
        // RFC 9493 §3.2.3.
        let person = |subject: &str| json!({ "format": "iss_sub", "iss": issuer, "sub": subject });
        let sub_id = match &event.subject {
            Subject::Citizen(_) => person(subject),
            // SSF 1.0 §3.2: both at once, so that the session is the one of this person.
            Subject::Session { subject, sid, .. } => json!({
                "format": "complex",
                "user": person(subject),
                "session": { "format": "opaque", "id": sid },
            }),
            Subject::Stream => json!({ "format": "opaque", "id": stream.id.to_string() }),
        };
        Self {
            iss: issuer,
            aud: event.client.as_str(),
            jti: event.id.to_string(),
            iat: event.created_at.seconds(),
            txn: &event.txn,
            sub_id,
            events: BTreeMap::from([(event.kind.uri(issuer), &event.facts)]),
        }
    }
}
