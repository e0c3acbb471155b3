//! A verification as the schema writes it (Schema Definition §5.4), all of it: what of it is told is the request's to say.

use jiff::Timestamp as Instant;
use serde_json::{Map, Value, json};

use crate::domain::time::Timestamp;
use crate::domain::verification::{Check, Document, Evidence, Issuer, Record, Verification};

/// `tells_number`: of which documents the number is told.
pub(super) fn verification(verification: &Verification, tells_number: &dyn Fn(&Document) -> bool) -> Value {
    let statement = &verification.statement;
    without_nulls(json!({
        "trust_framework": statement.trust_framework,
        "assurance_level": i16::from(verification.level).to_string(),
        "time": moment(verification.verified_at),
        "verification_process": statement.process,
        "evidence": statement.evidence.iter().map(|one| evidence(one, tells_number)).collect::<Vec<_>>(),
    }))
}

fn evidence(evidence: &Evidence, tells_number: &dyn Fn(&Document) -> bool) -> Value {
    let kind = evidence.kind();
    match evidence {
        // What lies in a registrar's files is no attachment that a client could fetch.
        Evidence::Document { checks, document, attachments: _ } => json!({
            "type": kind, "check_details": check_details(checks), "document_details": document_details(document, tells_number),
        }),
        Evidence::ElectronicRecord { checks, record } => json!({
            "type": kind, "check_details": check_details(checks), "record": record_details(record),
        }),
        Evidence::ElectronicSignature { signature_type, issuer, serial_number, created_at } => json!({
            "type": kind, "signature_type": signature_type, "issuer": issuer, "serial_number": serial_number,
            "created_at": created_at.and_then(moment),
        }),
    }
}

fn check_details(checks: &[Check]) -> Vec<Value> {
    let details = |check: &Check| {
        json!({
            "check_method": check.method.as_str(), "organization": check.organization, "check_id": check.check_id,
            "time": check.at.and_then(moment),
        })
    };
    checks.iter().map(details).collect()
}

fn document_details(document: &Document, tells_number: &dyn Fn(&Document) -> bool) -> Value {
    json!({
        "type": document.kind.as_str(),
        "document_number": document.number.as_ref().filter(|_| tells_number(document)),
        "date_of_issuance": document.issued_on.map(|date| date.to_string()),
        "date_of_expiry": document.expires_on.map(|date| date.to_string()),
        "issuer": document.issuer.as_ref().map(place),
    })
}

fn record_details(record: &Record) -> Value {
    json!({
        "type": record.kind, "created_at": record.created_at.and_then(moment), "source": place(&record.source),
    })
}

fn place(issuer: &Issuer) -> Value {
    json!({ "name": issuer.name, "country_code": issuer.country_code })
}

/// In UTC and to the second (Identity Assurance, privacy considerations).
fn moment(at: Timestamp) -> Option<String> {
    Instant::from_second(at.seconds()).ok().map(|at| at.to_string())
}

/// What is not known is not there.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let known = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(known.map(|(name, value)| (name, without_nulls(value))).collect::<Map<_, _>>())
        }
        Value::Array(entries) => entries.into_iter().map(without_nulls).collect(),
        other => other,
    }
}
