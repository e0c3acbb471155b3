//! What a client registered of its keys, its requests and its logout endpoints: OpenID Connect Dynamic Client
//! Registration §2, Back-Channel Logout §2.2, Front-Channel Logout §2.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::encryption::Encryption;
use crate::domain::keys::SignatureAlgorithm;

/// Where a client's public keys are found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientKeys {
    #[default]
    None,
    /// `jwks`: the key set itself, as JSON, held against what is allowed when it was registered.
    Given(String),
    /// `jwks_uri`: fetched, and fetched again when the client signs with a key that is not known yet.
    Published(String),
}

/// What a client registered of its request objects (Core §6, RFC 9101 §10.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestObjects {
    /// Any that is advertised, where none was registered.
    pub algorithm: Option<SignatureAlgorithm>,
    /// Where registered, they must be encrypted so.
    pub encryption: Option<Encryption>,
    /// What `request_uri` may be; the fragment does not count (Core §6.2).
    pub uris: Vec<String>,
    /// No authorization request without one.
    pub required: bool,
}

/// What holds of a request that does not say (Registration §2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestDefaults {
    pub max_age: Option<Duration>,
    pub acr_values: Vec<String>,
    /// `require_auth_time`. Every ID token has one, so this is kept only to be told back.
    pub auth_time: bool,
}

/// Where a client wants to be told that a session ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogoutEndpoints {
    pub back_channel: Option<LogoutEndpoint>,
    pub front_channel: Option<LogoutEndpoint>,
}

/// Which program the client is an instance of, as its developer says (RFC 7591 §2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Software {
    pub id: Option<String>,
    pub version: Option<String>,
    /// The software statement itself, to be told back unchanged (RFC 7591 §3.2.1).
    pub statement: Option<String>,
    /// Who vouched for it: the issuer of a software statement that was verified.
    pub vouched_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoutEndpoint {
    pub uri: String,
    /// It is of no use to the client without the `sid`.
    pub session_required: bool,
}

/// How a client learns what became of a request that it began behind the person's back (CIBA Core §4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackChannelAuthentication {
    pub delivery: BackChannelDelivery,
    /// Where registered, its requests are signed with this and never unsigned.
    #[serde(default)]
    pub algorithm: Option<SignatureAlgorithm>,
}

/// `backchannel_token_delivery_mode` (CIBA Core §5). Push, which no FAPI profile allows, is not among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackChannelDelivery {
    /// It asks again until there is an answer.
    Poll,
    /// It is told at this address that there is one, and comes for it.
    Ping { notification_endpoint: String },
}

impl BackChannelDelivery {
    pub const fn mode(&self) -> &'static str {
        match self {
            Self::Poll => "poll",
            Self::Ping { .. } => "ping",
        }
    }

    pub fn notification_endpoint(&self) -> Option<&str> {
        match self {
            Self::Poll => None,
            Self::Ping { notification_endpoint } => Some(notification_endpoint),
        }
    }
}
