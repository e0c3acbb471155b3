//! A client: a portal (relying party) that citizens sign in to.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ids::ClientId;
use super::scope::ScopeSet;
use super::secret::SecretHash;
use super::time::Timestamp;

/// A registered client, as the identity store holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    pub id: ClientId,
    pub status: ClientStatus,
    pub application_type: ApplicationType,
    pub authentication: ClientAuthentication,
    /// What people are shown of it.
    pub display: ClientDisplay,
    /// Compared as exact strings (RFC 9700 §4.1.3).
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    /// The most it may ask for. A scope that releases the national identifier is here only by approval.
    pub scopes: ScopeSet,
    pub subject_type: SubjectType,
    /// What pairwise subjects are derived from: stored, never recomputed from today's redirect URIs,
    /// so that a change of domains keeps every `sub`.
    pub sector_identifier: String,
    pub policy: ClientPolicy,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientStatus {
    Active,
    Disabled,
}

impl ClientStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// OpenID Connect Dynamic Client Registration §2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    #[default]
    Web,
    /// Runs on the person's own device: its loopback redirect URIs may name any port (RFC 8252 §7.3).
    Native,
}

/// How a client proves at the token endpoint that it is itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// A public client proves nothing; PKCE protects its codes.
    None,
    /// RFC 6749 §2.3.1, in the `Authorization` header.
    ClientSecretBasic { secret: SecretHash },
    /// RFC 6749 §2.3.1, in the form.
    ClientSecretPost { secret: SecretHash },
}

impl ClientAuthentication {
    /// The registered name (IANA, OAuth Token Endpoint Authentication Methods).
    pub const fn method(&self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic { .. } => "client_secret_basic",
            Self::ClientSecretPost { .. } => "client_secret_post",
        }
    }

    pub const fn is_public(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// What citizens see of a client: on the sign-in page, on the consent page, in their account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientDisplay {
    pub name: Localised,
    pub organisation: Localised,
    /// Why it asks: "to submit applications and receive results online".
    pub purpose: Localised,
    /// Whether the authority has verified that the organisation stands behind this client.
    pub organisation_verified: bool,
    /// The name of one of this server's own static files; a logo is never fetched from elsewhere while a page is shown.
    pub logo: Option<String>,
    /// Where people return to when there is no redirect URI to return to.
    pub home_uri: Option<String>,
}

/// A text in some languages, by BCP 47 primary tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localised(pub BTreeMap<String, String>);

impl Localised {
    /// The same text for every language.
    pub fn plain(text: impl Into<String>) -> Self {
        Self(BTreeMap::from([(String::new(), text.into())]))
    }

    /// The text in `language`, or the one that is for every language, or English, or any.
    pub fn in_language(&self, language: &str) -> &str {
        [language, "", "en"]
            .iter()
            .find_map(|tag| self.0.get(*tag))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}

/// OpenID Connect Core §8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// Another `sub` for every sector, so that portals cannot compare their citizens.
    Pairwise,
    Public,
}

impl SubjectType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pairwise => "pairwise",
            Self::Public => "public",
        }
    }
}

/// What a client must do, beyond what every client must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientPolicy {
    pub pkce: PkcePolicy,
    pub consent: ConsentPolicy,
    pub id_token_algorithm: IdTokenAlgorithm,
    /// Shorter than the server's, where set.
    pub access_token_lifetime: Option<Duration>,
}

impl Default for ClientPolicy {
    fn default() -> Self {
        Self {
            pkce: PkcePolicy::Required,
            consent: ConsentPolicy::Ask,
            id_token_algorithm: IdTokenAlgorithm::Es256,
            access_token_lifetime: None,
        }
    }
}

/// Whether a confidential client may leave PKCE out. A public client never may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PkcePolicy {
    Required,
    Optional,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPolicy {
    /// The citizen is asked, once, and again for anything new.
    Ask,
    /// The authority's own application: the law, not a click, is the ground.
    Implied,
}

/// The signature of a client's ID tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdTokenAlgorithm {
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "EdDSA")]
    EdDsa,
    #[serde(rename = "RS256")]
    Rs256,
}

macro_rules! from_wire_name {
    ($type:ty, $fault:literal, $($name:literal => $value:expr),+ $(,)?) => {
        impl FromStr for $type {
            type Err = UnknownValue;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($name => Ok($value),)+
                    _ => Err(UnknownValue($fault)),
                }
            }
        }
    };
}

/// A word that is none of those allowed; the message lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct UnknownValue(&'static str);

from_wire_name!(ClientStatus, "active or disabled", "active" => Self::Active, "disabled" => Self::Disabled);
from_wire_name!(ApplicationType, "web or native", "web" => Self::Web, "native" => Self::Native);
from_wire_name!(SubjectType, "pairwise or public", "pairwise" => Self::Pairwise, "public" => Self::Public);
from_wire_name!(PkcePolicy, "required or optional", "required" => Self::Required, "optional" => Self::Optional);
from_wire_name!(ConsentPolicy, "ask or implied", "ask" => Self::Ask, "implied" => Self::Implied);
from_wire_name!(IdTokenAlgorithm, "ES256, EdDSA or RS256", "ES256" => Self::Es256, "EdDSA" => Self::EdDsa, "RS256" => Self::Rs256);

impl Client {
    pub fn is_active(&self) -> bool {
        self.status == ClientStatus::Active
    }

    /// Whether a code of this client needs a PKCE challenge.
    pub fn requires_pkce(&self) -> bool {
        self.authentication.is_public() || self.policy.pkce == PkcePolicy::Required
    }
}
