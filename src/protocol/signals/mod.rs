//! Security events to portals: the Shared Signals Framework 1.0 (SSF), as RFC 8417, RFC 8935 and RFC 8936 carry it.

pub mod configuration;
pub mod fetch;
pub mod metadata;
pub mod token;

use serde_json::{Map, Value};

use crate::domain::ids::StreamId;
use crate::domain::signals::{InvalidStream, Stream, StreamStatus};
use crate::protocol::OAuthError;

/// The scope that lets a client open, change and close its stream, and fetch from it.
pub use crate::domain::claims::SSF_MANAGE as MANAGE;
/// The scope that lets a client read how its stream stands, and fetch from it.
pub use crate::domain::claims::SSF_READ as READ;

impl From<InvalidStream> for OAuthError {
    fn from(fault: InvalidStream) -> Self {
        Self::invalid_request(fault.0)
    }
}

/// The members of a body.
///
/// # Errors
/// `invalid_request` for anything but one JSON object.
pub fn members(body: &[u8]) -> Result<Map<String, Value>, OAuthError> {
    serde_json::from_slice(body).map_err(|_| OAuthError::invalid_request("the body must be one JSON object"))
}

/// Which stream a body names.
///
/// # Errors
/// `invalid_request` where it names none.
pub fn stream_id(members: &Map<String, Value>) -> Result<String, OAuthError> {
    text(members, "stream_id")?.ok_or_else(|| OAuthError::invalid_request("stream_id is missing"))
}

/// A member that is a text; `null` is as good as none.
fn text(members: &Map<String, Value>, name: &'static str) -> Result<Option<String>, OAuthError> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(OAuthError::invalid_request(format!("{name} must be a text"))),
    }
}

/// What a client wants its stream's status to be: SSF 1.0 §8.1.2.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    pub stream: String,
    pub status: StreamStatus,
    pub reason: Option<String>,
}

impl StatusChange {
    /// # Errors
    /// `invalid_request` for a status that there is not, or for a subject: a stream has one status.
    pub fn read(body: &[u8]) -> Result<Self, OAuthError> {
        let members = members(body)?;
        let status = text(&members, "status")?.as_deref().and_then(StreamStatus::parse);
        let status = status.ok_or_else(|| OAuthError::invalid_request("status must be enabled, paused or disabled"))?;
        if members.contains_key("subject") {
            return Err(OAuthError::invalid_request("a stream has one status: it cannot be changed for a subject"));
        }
        let reason = text(&members, "reason")?;
        reason.as_deref().map(Stream::check_text).transpose()?;
        Ok(Self { stream: stream_id(&members)?, status, reason })
    }
}

/// That a client wants to see whether its stream works: SSF 1.0 §8.1.4.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationRequest {
    pub stream: String,
    /// Given back in the event.
    pub state: Option<String>,
}

impl VerificationRequest {
    /// # Errors
    /// `invalid_request` where it names no stream, or the state is no text of at most 512 bytes.
    pub fn read(body: &[u8]) -> Result<Self, OAuthError> {
        let members = members(body)?;
        let state = text(&members, "state")?;
        state.as_deref().map(Stream::check_text).transpose()?;
        Ok(Self { stream: stream_id(&members)?, state })
    }
}

/// Whether `named` is this stream.
pub fn is_named(stream: &Stream, named: &str) -> bool {
    named.parse::<StreamId>().is_ok_and(|id| id == stream.id)
}
