//! Resource servers: the programs that access tokens are for. RFC 8707, RFC 9728.

mod registry;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

use super::client::{ClientKeys, Localised};
use super::encryption::Encryption;
use super::ids::ClientId;
use super::keys::SignatureAlgorithm;
use super::scope::{Scope, ScopeSet};
use super::time::Timestamp;

pub use registry::ResourceRegistry;

/// A resource indicator (RFC 8707 §2): an absolute URI without a fragment, which tokens for it name as their audience.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceId(String);

impl ResourceId {
    /// The issuer itself, whose userinfo is a resource like others: an issuer identifier is an absolute URI without a
    /// fragment.
    pub fn of_issuer(issuer: &str) -> Self {
        Self(issuer.to_owned())
    }

    /// A resource of this server's own, at `path` below the issuer.
    pub fn below(issuer: &str, path: &str) -> Self {
        Self(format!("{issuer}{path}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ResourceId {
    type Error = InvalidResourceId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fits = (1..=512).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        let absolute = Url::parse(&text).is_ok_and(|url| url.fragment().is_none());
        if fits && absolute { Ok(Self(text)) } else { Err(InvalidResourceId) }
    }
}

impl FromStr for ResourceId {
    type Err = InvalidResourceId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.to_owned().try_into()
    }
}

impl From<ResourceId> for String {
    fn from(id: ResourceId) -> Self {
        id.0
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a resource is an absolute URI without a fragment, of at most 512 characters")]
pub struct InvalidResourceId;

/// A registered resource server, as the identity store holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceServer {
    pub id: ResourceId,
    pub status: ResourceStatus,
    /// What people are shown of it on the consent page.
    pub name: Localised,
    /// What tokens for it can be good for; no scope belongs to two resource servers.
    pub scopes: BTreeMap<Scope, ScopeTerms>,
    /// The types of `authorization_details` that it understands (RFC 9396).
    #[serde(default)]
    pub authorization_details_types: BTreeSet<String>,
    /// How tokens for it look, unless the client has a format of its own.
    #[serde(default)]
    pub token_format: AccessTokenFormat,
    /// What its JWT access tokens, and introspection answers to it, are signed with.
    #[serde(default = "es256")]
    pub algorithm: SignatureAlgorithm,
    /// What its JWT access tokens and introspection answers are encrypted to, where `encryption` says so.
    #[serde(default)]
    pub keys: ClientKeys,
    #[serde(default)]
    pub encryption: Option<Encryption>,
    /// As whom it authenticates at the introspection endpoint.
    #[serde(default)]
    pub introspected_by: BTreeSet<ClientId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceStatus {
    Active,
    Disabled,
}

impl ResourceStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

impl FromStr for ResourceStatus {
    type Err = UnknownResourceStatus;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "active" => Ok(Self::Active),
            "disabled" => Ok(Self::Disabled),
            _ => Err(UnknownResourceStatus),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected active or disabled")]
pub struct UnknownResourceStatus;

impl ResourceServer {
    /// One that has a name for nothing yet.
    pub fn new(id: ResourceId, now: Timestamp) -> Self {
        Self {
            id,
            status: ResourceStatus::Active,
            name: Localised::default(),
            scopes: BTreeMap::new(),
            authorization_details_types: BTreeSet::new(),
            token_format: AccessTokenFormat::default(),
            algorithm: es256(),
            keys: ClientKeys::None,
            encryption: None,
            introspected_by: BTreeSet::new(),
            created_at: now,
            updated_at: now,
        }
    }

    pub fn is_active(&self) -> bool {
        self.status == ResourceStatus::Active
    }

    /// Those of `scopes` that are its own.
    pub fn own(&self, scopes: &ScopeSet) -> ScopeSet {
        scopes.iter().filter(|scope| self.scopes.contains_key(*scope)).cloned().collect()
    }
}

/// What one scope of a resource server means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScopeTerms {
    /// What a person reads who is asked to allow it.
    pub description: Localised,
    /// What it opens is of a class that asks more of the client: its policy must meet the one that the settings demand.
    pub sensitive: bool,
}

/// What an access token looks like to whoever holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessTokenFormat {
    /// RFC 9068: a resource server can check it by itself.
    #[default]
    Jwt,
    /// It says nothing to anybody; a resource server asks (RFC 7662), and its end is seen at once.
    Opaque,
}

impl AccessTokenFormat {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::Opaque => "opaque",
        }
    }
}

impl FromStr for AccessTokenFormat {
    type Err = UnknownFormat;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "jwt" => Ok(Self::Jwt),
            "opaque" => Ok(Self::Opaque),
            _ => Err(UnknownFormat),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected jwt or opaque")]
pub struct UnknownFormat;

const fn es256() -> SignatureAlgorithm {
    SignatureAlgorithm::Es256
}
