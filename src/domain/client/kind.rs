//! What an application is, as its developer would say it; from that follows how it proves itself and where people return to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{ApplicationType, Client};

/// The kinds that onboarding knows: OAuth 2.1 §2.1 and RFC 8252 (native), RFC 9700 §2.1 (all of them by code with PKCE).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Pages that a server makes: it keeps a secret or a key.
    Web,
    /// An application that runs in the visitor's browser alone: whatever it knows, everybody knows.
    SinglePage,
    /// Installed on people's own devices: each copy knows what every other knows.
    Native,
    /// A program that asks for itself: nobody signs in to it.
    Service,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Web, Self::SinglePage, Self::Native, Self::Service];

    /// What a registered client is.
    pub fn of(client: &Client) -> Self {
        match client.application_type {
            _ if !client.serves_people() => Self::Service,
            ApplicationType::Native => Self::Native,
            ApplicationType::Web if client.authentication.is_public() => Self::SinglePage,
            ApplicationType::Web => Self::Web,
        }
    }

    /// Whether it can keep something to itself, and proves itself by it.
    pub const fn is_confidential(self) -> bool {
        matches!(self, Self::Web | Self::Service)
    }

    /// Whether people are sent to SenID by it.
    pub const fn sends_people(self) -> bool {
        !matches!(self, Self::Service)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::SinglePage => "single-page",
            Self::Native => "native",
            Self::Service => "service",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected web, single-page, native or service")]
pub struct UnknownKind;
