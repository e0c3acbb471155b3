//! Spans as OTLP traces over HTTP, in the JSON encoding of OpenTelemetry Protocol 1.x (`ExportTraceServiceRequest`).

use serde_json::{Value, json};

use super::Span;

/// `SPAN_KIND_SERVER`, and `SPAN_KIND_CLIENT` for what a request waits for.
const SERVER: u8 = 2;
const CLIENT: u8 = 3;
/// `STATUS_CODE_ERROR`: of a server's span only where the server is at fault.
const ERROR: u8 = 2;

pub(super) fn request(spans: &[Span], host: &str) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    json!({ "resourceSpans": [{
        "resource": { "attributes": [
            attribute("service.name", "senid"),
            attribute("service.version", version),
            attribute("server.address", host),
        ] },
        "scopeSpans": [{
            "scope": { "name": "senid", "version": version },
            "spans": spans.iter().map(span).collect::<Vec<_>>(),
        }],
    }] })
}

fn span(span: &Span) -> Value {
    let is_request = span.name == "request";
    let mut attributes: Vec<Value> = span.attributes.iter().map(|(key, value)| attribute(key, value)).collect();
    if let Some(status) = span.status {
        attributes.push(json!({ "key": "http.response.status_code", "value": { "intValue": status.to_string() } }));
    }
    let mut told = json!({
        "traceId": hex(&span.trace),
        "spanId": hex(&span.id),
        "name": span.name,
        "kind": if is_request { SERVER } else { CLIENT },
        "startTimeUnixNano": span.began.to_string(),
        "endTimeUnixNano": span.ended.to_string(),
        "attributes": attributes,
    });
    if let Some(parent) = span.parent {
        told["parentSpanId"] = hex(&parent).into();
    }
    if let Some((trace, span)) = span.link {
        told["links"] = json!([{ "traceId": hex(&trace), "spanId": hex(&span) }]);
    }
    if span.status.is_some_and(|status| status >= 500) {
        told["status"] = json!({ "code": ERROR });
    }
    told
}

fn attribute(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

/// In lower case: OTLP's JSON has ids so, and not in base64.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_as_the_protocol_has_it() {
        let told = request(
            &[Span {
                trace: [1; 16],
                id: [2; 8],
                parent: Some([3; 8]),
                link: Some(([4; 16], [5; 8])),
                name: "request",
                began: 1,
                ended: 2,
                attributes: vec![("http.route", "/token".to_owned())],
                status: Some(503),
            }],
            "id.example",
        );
        let span = &told["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        assert_eq!(span["traceId"], "01010101010101010101010101010101");
        assert_eq!((&span["spanId"], &span["parentSpanId"]), (&"0202020202020202".into(), &"0303030303030303".into()));
        assert_eq!((&span["kind"], &span["status"]["code"]), (&2.into(), &2.into()));
        assert_eq!((&span["startTimeUnixNano"], &span["endTimeUnixNano"]), (&"1".into(), &"2".into()));
        assert_eq!(span["links"][0]["spanId"], "0505050505050505");
        assert_eq!(span["attributes"][1]["value"]["intValue"], "503");
    }
}
