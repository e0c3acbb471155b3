//! Events as OTLP logs over HTTP, in the JSON encoding of OpenTelemetry Protocol 1.x (`ExportLogsServiceRequest`).

use serde_json::{Value, json};
use url::Url;

use super::{EventLine, Unsent, at, is_success, text};
use crate::outbound::{Fetcher, Purpose};

const OK: u16 = 200;
/// `SEVERITY_NUMBER_INFO` and `SEVERITY_NUMBER_WARN`.
const INFO: u8 = 9;
const WARN: u8 = 13;

/// How many of the events the collector says that it refuses for good.
pub(super) async fn send(fetcher: &Fetcher, url: &Url, lines: &[EventLine], host: &str) -> Result<u64, Unsent> {
    let body = request(lines, host).to_string().into_bytes();
    let (status, answer) = fetcher.converse(url, Purpose::AuditCollector, "application/json", body).await?;
    // Also where OTLP would have it dropped: a collector that is set up wrongly makes no hole in the log.
    if status != OK { Err(Unsent::Status(status)) } else { Ok(rejected(&answer)) }
}

/// A 64-bit number is a text in this encoding; collectors write it as a number, too.
fn rejected(answer: &[u8]) -> u64 {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let count = &answer["partialSuccess"]["rejectedLogRecords"];
    count.as_u64().or_else(|| count.as_str()?.parse().ok()).unwrap_or(0)
}

fn request(lines: &[EventLine], host: &str) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    json!({ "resourceLogs": [{
        "resource": { "attributes": [
            attribute("service.name", "senid"),
            attribute("service.version", version),
            attribute("server.address", host),
        ] },
        "scopeLogs": [{
            "scope": { "name": "senid.audit", "version": version },
            "logRecords": lines.iter().map(record).collect::<Vec<_>>(),
        }],
    }] })
}

fn record(line: &EventLine) -> Value {
    let kind = line.event.as_ref().map_or("missing", |event| event.kind.as_str());
    let (number, word) = if is_success(line) { (INFO, "INFO") } else { (WARN, "WARN") };
    let mut record = json!({
        "severityNumber": number,
        "severityText": word,
        "eventName": kind,
        "body": { "stringValue": text(line) },
        "attributes": [
            { "key": "senid.audit.place", "value": { "intValue": line.place.to_string() } },
            attribute("event.name", kind),
        ],
    });
    let nanoseconds = at(line).and_then(|at| u64::try_from(at.micros()).ok()).map(|micros| u128::from(micros) * 1000);
    if let Some(nanoseconds) = nanoseconds {
        record["timeUnixNano"] = nanoseconds.to_string().into();
        record["observedTimeUnixNano"] = nanoseconds.to_string().into();
    }
    record
}

fn attribute(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_collector_refuses_is_read_in_both_spellings() {
        for (answer, count) in [
            ("{}", 0),
            ("", 0),
            (r#"{"partialSuccess":{}}"#, 0),
            (r#"{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"x"}}"#, 3),
            (r#"{"partialSuccess":{"rejectedLogRecords":4}}"#, 4),
        ] {
            assert_eq!(rejected(answer.as_bytes()), count, "{answer}");
        }
    }
}
