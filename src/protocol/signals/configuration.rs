//! A stream's configuration, as its client writes and reads it: SSF 1.0 §8.1.1.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{members, stream_id, text};
use crate::domain::signals::{Delivery, EventType, Stream};
use crate::protocol::OAuthError;

/// What a client wants of its stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub delivery: Option<WantedDelivery>,
    pub events_requested: Member<Vec<String>>,
    pub description: Member<String>,
}

/// A member of a document that changes another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member<T> {
    /// It is not named: it stays, where a change leaves alone what it does not name.
    Unnamed,
    /// `null`, or not named where everything is replaced.
    Gone,
    Given(T),
}

impl<T> Member<T> {
    /// What stands after it, where `before` did.
    pub fn over(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Unnamed => before,
            Self::Gone => None,
            Self::Given(value) => Some(value),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedDelivery {
    Push { endpoint: String, authorization: Option<String> },
    Poll { endpoint: Option<String> },
}

/// Whether what is not named stays (`PATCH`) or goes (`PUT`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Named,
    Whole,
}

impl Wish {
    /// What a new stream is to be (§8.1.1.1). The body may be empty.
    ///
    /// # Errors
    /// `invalid_request`, which names the member.
    pub fn to_create(body: &[u8]) -> Result<Self, OAuthError> {
        match body.is_empty() {
            true => Self::of(&Map::new(), Extent::Whole),
            false => Self::of(&members(body)?, Extent::Whole),
        }
    }

    /// Which stream is to be changed, and how (§8.1.1.3, §8.1.1.4). What the server says of a stream may be named, as it is.
    ///
    /// # Errors
    /// As [`to_create`](Self::to_create).
    pub fn to_change(body: &[u8], extent: Extent) -> Result<(String, Self, Map<String, Value>), OAuthError> {
        let members = members(body)?;
        Ok((stream_id(&members)?, Self::of(&members, extent)?, members))
    }

    fn of(members: &Map<String, Value>, extent: Extent) -> Result<Self, OAuthError> {
        let absent = || match extent {
            Extent::Named => Member::Unnamed,
            Extent::Whole => Member::Gone,
        };
        let events_requested = match members.get("events_requested") {
            None => absent(),
            Some(Value::Null) => Member::Gone,
            Some(value) => {
                let told = "events_requested must be a list of texts";
                let events: Vec<String> =
                    serde_json::from_value(value.clone()).map_err(|_| OAuthError::invalid_request(told))?;
                Stream::check_events(&events)?;
                Member::Given(events)
            }
        };
        let description = match (members.contains_key("description"), text(members, "description")?) {
            (false, _) => match extent {
                Extent::Named => Member::Unnamed,
                Extent::Whole => Member::Gone,
            },
            (true, None) => Member::Gone,
            (true, Some(text)) => {
                Stream::check_text(&text)?;
                Member::Given(text)
            }
        };
        let delivery = match members.get("delivery") {
            None if extent == Extent::Named => None,
            // §8.1.1.1: whoever names none fetches.
            None | Some(Value::Null) => Some(WantedDelivery::Poll { endpoint: None }),
            Some(Value::Object(delivery)) => Some(WantedDelivery::read(delivery)?),
            Some(_) => return Err(OAuthError::invalid_request("delivery must be an object")),
        };
        Ok(Self { delivery, events_requested, description })
    }
}

impl WantedDelivery {
    fn read(members: &Map<String, Value>) -> Result<Self, OAuthError> {
        let invalid = |told: &'static str| OAuthError::invalid_request(told);
        let text = |name: &'static str| match members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(invalid("the members of delivery must be texts")),
        };
        let (endpoint, authorization) = (text("endpoint_url")?, text("authorization_header")?);
        match text("method")?.as_deref() {
            Some(Delivery::PUSH) => {
                let endpoint = endpoint.ok_or_else(|| invalid("delivery.endpoint_url is missing"))?;
                Stream::check_endpoint(&endpoint)?;
                authorization.as_deref().map(Stream::check_authorization).transpose()?;
                Ok(Self::Push { endpoint, authorization })
            }
            Some(Delivery::POLL) => Ok(Self::Poll { endpoint }),
            _ => Err(invalid("delivery.method must be urn:ietf:rfc:8935 (push) or urn:ietf:rfc:8936 (poll)")),
        }
    }
}

/// A stream as its client reads it. What it wants to be written to with is never told again.
#[derive(Debug, Serialize)]
pub struct Document {
    stream_id: String,
    iss: String,
    aud: String,
    delivery: Value,
    events_supported: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events_requested: Option<Vec<String>>,
    events_delivered: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    min_verification_interval: u64,
}

impl Document {
    pub fn of(stream: &Stream, issuer: &str) -> Self {
        let endpoint = match &stream.delivery {
            Delivery::Push { endpoint, .. } => endpoint.clone(),
            Delivery::Poll => poll_endpoint(stream, issuer),
        };
        let delivered = EventType::SUPPORTED.into_iter().filter(|kind| stream.delivers(*kind, issuer));
        Self {
            stream_id: stream.id.to_string(),
            iss: issuer.to_owned(),
            aud: stream.client.to_string(),
            delivery: json!({ "method": stream.delivery.method(), "endpoint_url": endpoint }),
            events_supported: EventType::SUPPORTED.into_iter().map(|kind| kind.uri(issuer)).collect(),
            events_requested: stream.events_requested.clone(),
            events_delivered: delivered.map(|kind| kind.uri(issuer)).collect(),
            description: stream.description.clone(),
            min_verification_interval: Stream::MIN_VERIFICATION_INTERVAL.as_secs(),
        }
    }

    /// What the server says of a stream may stand in a change of it, where it is as the server says (§8.1.1.3).
    ///
    /// # Errors
    /// `invalid_request`, which names the member that is otherwise.
    pub fn agrees(&self, members: &Map<String, Value>) -> Result<(), OAuthError> {
        const OURS: [&str; 5] = ["iss", "aud", "events_supported", "events_delivered", "min_verification_interval"];
        let own = serde_json::to_value(self).unwrap_or_default();
        let other = |name: &&&str| members.get(**name).is_some_and(|given| Some(given) != own.get(**name));
        match OURS.iter().find(other) {
            Some(name) => {
                Err(OAuthError::invalid_request(format!("{name} is not the client's to say, and is otherwise")))
            }
            None => Ok(()),
        }
    }
}

/// Where a stream's events are fetched.
pub fn poll_endpoint(stream: &Stream, issuer: &str) -> String {
    format!("{issuer}/ssf/poll/{}", stream.id)
}
