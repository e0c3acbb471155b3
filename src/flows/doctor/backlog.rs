//! The schema, and what waits in the database for somebody to do it.

use std::time::Duration;

use super::{Doctor, Finding, What, or_sound, spoken};
use crate::domain::time::Timestamp;
use crate::flows::audit_log::Witness;
use crate::storage::{Backlog, Error, Leaf, SchemaState, Store};

/// Portals that are away are tried again for a day; what waits for longer than an hour is not only one of them.
const LATE: Duration = Duration::from_secs(3_600);
const SEQUENCED_WITHIN: Duration = Duration::from_secs(60);
const SIGNED_WITHIN: Duration = Duration::from_secs(60);
const COSIGNED_WITHIN: Duration = Duration::from_secs(600);

pub(super) async fn look(store: &Store, doctor: &Doctor) -> Vec<Finding> {
    let schema = match store.schema_state().await {
        Err(error) => return vec![Finding::new(What::DatabaseAway, error.to_string())],
        Ok(schema) => of_schema(schema),
    };
    let is_current = schema.what == What::SchemaSound;
    let mut findings = vec![schema];
    if is_current {
        match (outboxes(store, doctor.now()).await, audit(store, doctor).await) {
            (Ok(outboxes), Ok(audit)) => {
                findings.extend(outboxes);
                findings.extend(audit);
            }
            (Err(error), _) | (_, Err(error)) => findings.push(Finding::new(What::DatabaseAway, error.to_string())),
        }
    }
    findings
}

fn of_schema(state: SchemaState) -> Finding {
    match state {
        SchemaState::Current => Finding::new(What::SchemaSound, "the schema is this version's"),
        SchemaState::Behind(missing) => Finding::new(What::SchemaBehind, format!("{missing} migrations are missing")),
        SchemaState::Unknown => Finding::new(What::SchemaOther, "the schema is another version's"),
    }
}

async fn outboxes(store: &Store, now: Timestamp) -> Result<Vec<Finding>, Error> {
    let mut reading = store.read().await?;
    let backlogs = [
        ("sign-outs that portals are to be told", reading.logout_outbox().backlog().await?),
        ("security events", reading.security_events().backlog().await?),
        ("messages to citizens", reading.messages().backlog().await?),
    ];
    Ok(of_outboxes(&backlogs, now))
}

fn of_outboxes(backlogs: &[(&str, Backlog)], now: Timestamp) -> Vec<Finding> {
    let late = |(name, backlog): &(&str, Backlog)| {
        let age = now.since(backlog.oldest?);
        (age > LATE).then(|| {
            let detail = format!("{} {name} wait, the first for {}", backlog.pending, spoken(age));
            Finding::new(What::OutboxLate, detail)
        })
    };
    or_sound(backlogs.iter().filter_map(late).collect(), What::OutboxSound, "nothing waits for more than an hour")
}

/// What is known of the log's end.
struct LogEnd {
    oldest_waiting: Option<Timestamp>,
    size: u64,
    /// The last head's number, and when it was signed.
    head: Option<(u64, Timestamp)>,
    /// When the first event was recorded that is under no head.
    unsigned_since: Option<Timestamp>,
    /// Each witness's name, and the number of the last head that it cosigned.
    witnesses: Vec<(String, u64)>,
}

async fn audit(store: &Store, doctor: &Doctor) -> Result<Vec<Finding>, Error> {
    let mut reading = store.read().await?;
    let mut witnesses = Vec::new();
    for named in &doctor.settings.audit.witnesses {
        if let Ok(witness) = Witness::new(named) {
            let last = reading.audit_log().last_cosigned(witness.name()).await?;
            witnesses.push((witness.name().to_owned(), last.map_or(0, |(number, _)| number)));
        }
    }
    let head = reading.audit_log().last_head().await?;
    let signed = head.as_ref().map_or(0, |head| head.size);
    let end = LogEnd {
        oldest_waiting: reading.audit_log().oldest_waiting().await?,
        size: reading.audit_log().tree().await?.size(),
        head: head.map(|head| (head.number, head.at)),
        unsigned_since: reading.audit_log().leaves(signed, 1).await?.first().and_then(Leaf::recorded_at),
        witnesses,
    };
    Ok(of_log(&end, doctor.now()))
}

fn of_log(end: &LogEnd, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(age) = end.oldest_waiting.map(|at| now.since(at)).filter(|age| *age > SEQUENCED_WITHIN) {
        findings.push(Finding::new(What::AuditWaiting, format!("an event waits for its place for {}", spoken(age))));
    }
    if let Some(age) = end.unsigned_since.map(|at| now.since(at)).filter(|age| *age > SIGNED_WITHIN) {
        findings
            .push(Finding::new(What::AuditUnsigned, format!("an event is under no signed head for {}", spoken(age))));
    }
    let (number, at) = end.head.unwrap_or((0, Timestamp::EPOCH));
    if end.witnesses.is_empty() {
        findings.push(Finding::new(What::AuditNoWitness, "no witness cosigns heads of the log"));
    }
    for (name, last) in &end.witnesses {
        if *last < number && now.since(at) > COSIGNED_WITHIN {
            let detail = format!("{name} has cosigned head {last}, and the last is {number}");
            findings.push(Finding::new(What::AuditWitnessBehind, detail));
        }
    }
    or_sound(findings, What::AuditSound, format!("all of {} events are under signed head {number}", end.size))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(second)
    }

    fn whats(findings: Vec<Finding>) -> Vec<What> {
        findings.into_iter().map(|one| one.what).collect()
    }

    #[test]
    fn the_schema_is_this_programs_or_a_fault() {
        assert_eq!(of_schema(SchemaState::Current).what, What::SchemaSound);
        assert_eq!(of_schema(SchemaState::Behind(2)).what, What::SchemaBehind);
        assert_eq!(of_schema(SchemaState::Unknown).what, What::SchemaOther);
    }

    #[test]
    fn an_outbox_that_nobody_empties_is_found() {
        let waits = |oldest: Option<i64>| [("messages", Backlog { pending: 1, oldest: oldest.map(at) })];
        assert_eq!(whats(of_outboxes(&waits(None), at(10_000))), [What::OutboxSound]);
        assert_eq!(whats(of_outboxes(&waits(Some(6_400)), at(10_000))), [What::OutboxSound]);
        assert_eq!(whats(of_outboxes(&waits(Some(6_399)), at(10_000))), [What::OutboxLate]);
    }

    #[test]
    fn a_log_that_nobody_places_signs_or_cosigns_is_found() {
        let end = |oldest: Option<i64>, unsigned: Option<i64>, cosigned| LogEnd {
            oldest_waiting: oldest.map(at),
            size: 5,
            head: Some((7, at(0))),
            unsigned_since: unsigned.map(at),
            witnesses: vec![("w".to_owned(), cosigned)],
        };
        assert_eq!(whats(of_log(&end(None, None, 7), at(10_000))), [What::AuditSound], "nothing was recorded since");
        assert_eq!(whats(of_log(&end(Some(9_939), None, 7), at(10_000))), [What::AuditWaiting]);
        assert_eq!(whats(of_log(&end(None, Some(9_939), 7), at(10_000))), [What::AuditUnsigned]);
        assert_eq!(whats(of_log(&end(None, Some(9_940), 7), at(10_000))), [What::AuditSound]);
        assert_eq!(whats(of_log(&end(None, None, 6), at(601))), [What::AuditWitnessBehind]);
        let alone = LogEnd { witnesses: Vec::new(), head: None, ..end(None, Some(0), 7) };
        assert_eq!(whats(of_log(&alone, at(1))), [What::AuditSound, What::AuditNoWitness], "it has only begun");
    }
}
