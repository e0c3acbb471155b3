//! Fetching: RFC 8936 §2.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::ids::SecurityEventId;
use crate::protocol::OAuthError;

/// At once, at most, whatever is asked for.
pub const MOST_EVENTS: u32 = 100;
/// What one request may say of events that came before.
const MOST_ANSWERS: usize = 1000;

/// What a client that fetches sends (§2.2, §2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchRequest {
    /// None where the client only says what became of those before.
    pub most: u32,
    pub waits: Waits,
    pub acknowledged: Vec<SecurityEventId>,
    /// By event, the code of what is wrong with it.
    pub faults: Vec<(SecurityEventId, String)>,
}

/// Whether an answer is held back until there is something to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    No,
    ForSomething,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    max_events: Option<u32>,
    #[serde(default)]
    return_immediately: bool,
    #[serde(default)]
    ack: Vec<String>,
    #[serde(default)]
    set_errs: BTreeMap<String, Complaint>,
}

#[derive(Deserialize)]
struct Complaint {
    err: String,
}

impl FetchRequest {
    /// # Errors
    /// `invalid_request` for a body that is none of RFC 8936's, or that answers more than 1000 events.
    pub fn read(body: &[u8]) -> Result<Self, OAuthError> {
        let wire: Wire = serde_json::from_slice(body).map_err(|fault| {
            OAuthError::invalid_request(format!("the body is no poll request of RFC 8936 section 2.2: {fault}"))
        })?;
        if wire.ack.len() + wire.set_errs.len() > MOST_ANSWERS {
            return Err(OAuthError::invalid_request("ack and setErrs name more than 1000 events"));
        }
        // What is no jti of ours was never sent, and there is nothing to say of it (§2.4.2: it is ignored).
        let faults = wire.set_errs.into_iter().filter_map(|(jti, told)| Some((jti.parse().ok()?, word(&told.err))));
        Ok(Self {
            most: wire.max_events.unwrap_or(MOST_EVENTS).min(MOST_EVENTS),
            waits: if wire.return_immediately { Waits::No } else { Waits::ForSomething },
            acknowledged: wire.ack.iter().filter_map(|jti| jti.parse().ok()).collect(),
            faults: faults.collect(),
        })
    }
}

/// A code of RFC 8935 §2.4's registry, or what stands for any other text: nothing of a stranger's goes into our records.
pub fn word(code: &str) -> String {
    const KNOWN: [&str; 7] = [
        "invalid_request",
        "invalid_key",
        "invalid_issuer",
        "invalid_audience",
        "authentication_failed",
        "access_denied",
        "json",
    ];
    KNOWN.into_iter().find(|known| *known == code).unwrap_or("unknown_error").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_request_asks_for_as_much_as_there_may_be_and_waits_for_it() {
        let read = FetchRequest::read(b"{}").unwrap();
        assert_eq!((read.most, read.waits), (MOST_EVENTS, Waits::ForSomething));
        assert_eq!(FetchRequest::read(br#"{"maxEvents":4294967295}"#).unwrap().most, MOST_EVENTS);
        assert_eq!(FetchRequest::read(br#"{"maxEvents":0}"#).unwrap().most, 0);
    }

    #[test]
    fn what_was_never_sent_is_passed_over_and_what_is_no_request_is_refused() {
        let read = FetchRequest::read(br#"{"ack":["x"],"setErrs":{"y":{"err":"invalid_key"}}}"#).unwrap();
        assert_eq!((read.acknowledged.len(), read.faults.len()), (0, 0));
        for wrong in [&b""[..], b"[]", b"{\"ack\":1}", b"{\"maxEvents\":-1}", b"{\"setErrs\":{\"x\":1}}", b"nul"] {
            assert!(FetchRequest::read(wrong).is_err(), "{wrong:?}");
        }
        let many = format!(r#"{{"ack":[{}]}}"#, vec!["\"x\""; 1001].join(","));
        assert!(FetchRequest::read(many.as_bytes()).is_err());
    }

    #[test]
    fn only_codes_that_the_standard_knows_are_kept() {
        assert_eq!(word("invalid_key"), "invalid_key");
        assert_eq!(word("invalid_key\r\n<script>"), "unknown_error");
    }
}
