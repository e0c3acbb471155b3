//! A stream: SSF 1.0 §8.1.1. A client has one at most, so that what it is told has one place and one order.

use std::time::Duration;

use url::Url;

use super::EventType;
use crate::domain::ids::{ClientId, StreamId};
use crate::domain::random::Random;
use crate::domain::time::Timestamp;

/// A client's stream, as it asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    pub id: StreamId,
    pub client: ClientId,
    pub status: StreamStatus,
    /// Why it is not enabled, in its client's words or an operator's.
    pub reason: Option<String>,
    pub delivery: Delivery,
    /// Addresses of event types, known ones and others; `None` where everything is wanted.
    pub events_requested: Option<Vec<String>>,
    pub description: Option<String>,
    /// When the client last asked for a verification event.
    pub verified_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// SSF 1.0 §8.1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StreamStatus {
    Enabled,
    /// Events are held, for as long as events are kept at all.
    Paused,
    /// Nothing is sent, and nothing is held.
    Disabled,
}

impl StreamStatus {
    pub const ALL: [Self; 3] = [Self::Enabled, Self::Paused, Self::Disabled];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Paused => "paused",
            Self::Disabled => "disabled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// How a stream's events reach its client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// RFC 8935: posted to the client's endpoint, under the `Authorization` that it wants, sealed.
    Push { endpoint: String, authorization: Option<Vec<u8>> },
    /// RFC 8936: the client fetches them.
    Poll,
}

impl Delivery {
    pub const PUSH: &str = "urn:ietf:rfc:8935";
    pub const POLL: &str = "urn:ietf:rfc:8936";

    pub const fn method(&self) -> &'static str {
        match self {
            Self::Push { .. } => Self::PUSH,
            Self::Poll => Self::POLL,
        }
    }
}

/// What a stream cannot be. Its text is a sentence for its client's owner.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidStream(pub &'static str);

impl Stream {
    /// Between two verification events: SSF 1.0 §8.1.4.2.
    pub const MIN_VERIFICATION_INTERVAL: Duration = Duration::from_secs(30);
    const MOST_EVENTS: usize = 64;
    const LONGEST: usize = 512;

    /// A stream of everything, which its client fetches.
    pub fn new(client: &ClientId, now: Timestamp, random: &dyn Random) -> Self {
        Self {
            id: StreamId::new(now, random),
            client: client.clone(),
            status: StreamStatus::Enabled,
            reason: None,
            delivery: Delivery::Poll,
            events_requested: None,
            description: None,
            verified_at: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether it carries events of this type.
    pub fn delivers(&self, kind: EventType, issuer: &str) -> bool {
        kind.is_of_the_stream() || self.events_requested.as_ref().is_none_or(|asked| asked.contains(&kind.uri(issuer)))
    }

    /// What a change of it names, so that nobody's is undone unseen. It grows with every change.
    pub const fn version(&self) -> i64 {
        self.updated_at.micros()
    }

    /// It is changed at `now`, or just after the change before it: no two changes have one version.
    pub fn touch(&mut self, now: Timestamp) {
        self.updated_at = now.max(self.updated_at + Duration::from_micros(1));
    }

    /// Whether anything is put into it.
    pub fn holds(&self) -> bool {
        self.status != StreamStatus::Disabled
    }

    /// # Errors
    /// For an address that is not `https`, holds credentials or a fragment (a loopback address may be `http`: the fetcher decides
    /// whether any is reached).
    pub fn check_endpoint(text: &str) -> Result<(), InvalidStream> {
        let told = "delivery.endpoint_url must be an https address without credentials and fragment";
        let url = Url::parse(text).map_err(|_| InvalidStream(told))?;
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let scheme = url.scheme() == "https" || (url.scheme() == "http" && local);
        let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        match scheme && plain && text.len() <= Self::LONGEST {
            true => Ok(()),
            false => Err(InvalidStream(told)),
        }
    }

    /// # Errors
    /// For more, or longer ones, than anybody has a use for.
    pub fn check_events(events: &[String]) -> Result<(), InvalidStream> {
        match events.len() <= Self::MOST_EVENTS && events.iter().all(|event| event.len() <= Self::LONGEST) {
            true => Ok(()),
            false => Err(InvalidStream("events_requested has more than 64 entries, or one of more than 512 bytes")),
        }
    }

    /// # Errors
    /// For a text of several lines or of more than 512 bytes.
    pub fn check_text(text: &str) -> Result<(), InvalidStream> {
        match text.len() <= Self::LONGEST && !text.chars().any(char::is_control) {
            true => Ok(()),
            false => Err(InvalidStream("a text has more than one line, or more than 512 bytes")),
        }
    }

    /// What an `Authorization` header may be (RFC 9110 §5.5).
    ///
    /// # Errors
    /// For anything beyond visible ASCII and single spaces, or more than 4096 bytes.
    pub fn check_authorization(text: &str) -> Result<(), InvalidStream> {
        let sound = (1..=4096).contains(&text.len()) && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        match sound && text.trim() == text {
            true => Ok(()),
            false => Err(InvalidStream("delivery.authorization_header can be no value of that header")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_an_https_address_that_says_nothing_else() {
        for good in ["https://portal.example/events", "http://127.0.0.1:8080/events", "http://localhost/x"] {
            assert_eq!(Stream::check_endpoint(good), Ok(()), "{good}");
        }
        let long = format!("https://portal.example/{}", "x".repeat(512));
        for wrong in [
            "",
            "portal.example",
            "http://portal.example/",
            "ftp://portal.example/",
            "https://a:b@portal.example/",
            "https://portal.example/#x",
            "http://localhost.example/",
            &long,
        ] {
            assert!(Stream::check_endpoint(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_header_that_would_begin_another_is_refused() {
        assert_eq!(Stream::check_authorization("Bearer abc"), Ok(()));
        for wrong in ["", " x", "x\r\nx: y", "x\u{7f}", "é"] {
            assert!(Stream::check_authorization(wrong).is_err(), "{wrong:?}");
        }
    }
}
