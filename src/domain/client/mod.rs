//! A client: a portal (relying party) that citizens sign in to.

mod authentication;
mod display;
mod grant_type;
mod kind;
mod library;
mod metadata;
mod policy;
mod release;

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use authentication::{
    CertificateSubject, ClientAuthentication, ClientAuthenticationMethod, FormerSecret, UnknownMethod,
};
pub use display::{ClientDisplay, FetchedLogo, Localised};
pub use grant_type::{GrantType, UnknownGrantType};
pub use kind::{Kind, UnknownKind};
pub use library::{Library, UnknownLibrary};
pub use metadata::{
    BackChannelAuthentication, BackChannelDelivery, ClientKeys, LogoutEndpoint, LogoutEndpoints, RequestDefaults,
    RequestObjects, Software,
};
pub use policy::{
    AssertionAudience, BoundAccessTokens, ClientPolicy, ConsentPolicy, InvalidPolicyName, PkcePolicy, PolicyName,
    ProtectedAnswer,
};
pub use release::{EncryptedRelease, LegalBasis, ReleasePolicy, Terms};

use super::authorization::ResponseType;
use super::ids::{CitizenId, ClientId};
use super::resource::ResourceId;
use super::scope::ScopeSet;
use super::stage::Stage;
use super::time::Timestamp;
use super::token_exchange::ExchangeRule;

/// A registered client, as the identity store holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    pub id: ClientId,
    pub status: ClientStatus,
    #[serde(default)]
    pub stage: Stage,
    pub application_type: ApplicationType,
    pub authentication: ClientAuthentication,
    #[serde(default)]
    pub former_secret: Option<FormerSecret>,
    /// From then on its secret proves nothing; it has none such where this is not said.
    #[serde(default)]
    pub secret_until: Option<Timestamp>,
    /// What its assertions and request objects are signed with, and what is encrypted to it.
    #[serde(default)]
    pub keys: ClientKeys,
    /// What people are shown of it.
    pub display: ClientDisplay,
    /// Compared as exact strings (RFC 9700 §4.1.3).
    pub redirect_uris: Vec<String>,
    /// What it may ask the authorization endpoint for; RFC 9700 §2.1.2 advises against all but `code`.
    #[serde(default = "only_code")]
    pub response_types: BTreeSet<ResponseType>,
    /// What it may bring to the token endpoint, and `implicit` for what it is given without going there.
    #[serde(default = "GrantType::of_the_code_flow")]
    pub grant_types: BTreeSet<GrantType>,
    #[serde(default)]
    pub request_objects: RequestObjects,
    #[serde(default)]
    pub request_defaults: RequestDefaults,
    /// Where someone else may send a citizen so that the client begins a sign-in (Core §4).
    #[serde(default)]
    pub initiate_login_uri: Option<String>,
    #[serde(default)]
    pub logout: LogoutEndpoints,
    pub post_logout_redirect_uris: Vec<String>,
    /// The most it may ask for. A scope that releases the national identifier is here only by approval.
    pub scopes: ScopeSet,
    /// The resource servers that it may ask for tokens for; this server itself is always among them.
    #[serde(default)]
    pub resources: BTreeSet<ResourceId>,
    /// The types of `authorization_details` that it may ask for (RFC 9396 §10).
    #[serde(default)]
    pub authorization_details_types: BTreeSet<String>,
    /// How it is answered where it asks a person on another device (CIBA); such requests need it.
    #[serde(default)]
    pub backchannel_authentication: Option<BackChannelAuthentication>,
    /// Whose tokens it may exchange for what (RFC 8693); an operator's to say.
    #[serde(default)]
    pub token_exchange: Vec<ExchangeRule>,
    pub subject_type: SubjectType,
    /// What pairwise subjects are derived from: stored, never recomputed from today's redirect URIs,
    /// so that a change of domains keeps every `sub`.
    pub sector_identifier: String,
    /// Where the sector's redirect URIs are listed, for a client that registered itself with it (Registration §5).
    #[serde(default)]
    pub sector_identifier_uri: Option<String>,
    pub policy: ClientPolicy,
    /// What of its citizens it was approved to be told.
    #[serde(default)]
    pub release: ReleasePolicy,
    #[serde(default)]
    pub software: Software,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientStatus {
    Active,
    Disabled,
    /// Taken away by its own owner (RFC 7592 §2.3), for good: what names it still finds it, and it may do nothing.
    Deleted,
}

impl ClientStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
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

/// OpenID Connect Core §8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

from_wire_name!(ClientStatus, "active, disabled or deleted",
    "active" => Self::Active, "disabled" => Self::Disabled, "deleted" => Self::Deleted);
from_wire_name!(ApplicationType, "web or native", "web" => Self::Web, "native" => Self::Native);
from_wire_name!(SubjectType, "pairwise or public", "pairwise" => Self::Pairwise, "public" => Self::Public);
from_wire_name!(PkcePolicy, "required or optional", "required" => Self::Required, "optional" => Self::Optional);
from_wire_name!(ConsentPolicy, "ask or implied", "ask" => Self::Ask, "implied" => Self::Implied);

/// What every client may ask for, and nearly every client needs.
pub fn only_code() -> BTreeSet<ResponseType> {
    BTreeSet::from([ResponseType::Code])
}

impl Client {
    /// A client that may do what every client may and nothing more; it has no redirect URI and no scope yet.
    pub fn new(id: ClientId, authentication: ClientAuthentication, now: Timestamp) -> Self {
        Self {
            sector_identifier: id.to_string(),
            id,
            status: ClientStatus::Active,
            stage: Stage::Production,
            application_type: ApplicationType::Web,
            authentication,
            former_secret: None,
            secret_until: None,
            keys: ClientKeys::None,
            display: ClientDisplay::default(),
            redirect_uris: Vec::new(),
            response_types: only_code(),
            grant_types: GrantType::of_the_code_flow(),
            request_objects: RequestObjects::default(),
            request_defaults: RequestDefaults::default(),
            initiate_login_uri: None,
            logout: LogoutEndpoints::default(),
            post_logout_redirect_uris: Vec::new(),
            scopes: ScopeSet::default(),
            resources: BTreeSet::new(),
            authorization_details_types: BTreeSet::new(),
            backchannel_authentication: None,
            token_exchange: Vec::new(),
            subject_type: SubjectType::Pairwise,
            sector_identifier_uri: None,
            policy: ClientPolicy { set: PolicyName::baseline(), ..ClientPolicy::default() },
            release: ReleasePolicy::default(),
            software: Software::default(),
            created_at: now,
            updated_at: now,
        }
    }

    pub fn is_active(&self) -> bool {
        self.status == ClientStatus::Active
    }

    /// Whether this citizen and this client may meet at all ([`Stage::serves`]).
    pub fn serves(&self, citizen: CitizenId) -> bool {
        self.stage.serves(citizen.person())
    }

    /// Whether people are ever sent to the authorization endpoint by it.
    pub fn sends_people(&self) -> bool {
        [GrantType::AuthorizationCode, GrantType::Implicit].iter().any(|grant| self.grant_types.contains(grant))
    }

    /// Whether its tokens can be about a person at all.
    pub fn serves_people(&self) -> bool {
        let people = [GrantType::DeviceCode, GrantType::Ciba, GrantType::TokenExchange, GrantType::JwtBearer];
        self.sends_people() || people.iter().any(|grant| self.grant_types.contains(grant))
    }

    /// Whether a code of this client needs a PKCE challenge.
    pub fn requires_pkce(&self) -> bool {
        self.authentication.is_public() || self.policy.pkce == PkcePolicy::Required
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// As the first release wrote it. Documents of a running system outlive an upgrade: this must be read for ever.
    const FIRST: &str = r#"{
        "id": "portal",
        "status": "active",
        "application_type": "web",
        "authentication": {"method": "client_secret_basic", "secret": [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31]},
        "display": {
            "name": {"vi": "Cổng", "en": "Portal"},
            "organisation": {"": "Sở Tư pháp"},
            "purpose": {},
            "organisation_verified": true,
            "logo": "portal.svg",
            "home_uri": "https://portal.example/"
        },
        "redirect_uris": ["https://portal.example/callback"],
        "post_logout_redirect_uris": [],
        "scopes": ["offline_access", "openid"],
        "subject_type": "pairwise",
        "sector_identifier": "portal.example",
        "policy": {
            "pkce": "required",
            "consent": "ask",
            "id_token_algorithm": "ES256",
            "access_token_lifetime": {"secs": 300, "nanos": 0}
        },
        "created_at": 1700000000000000,
        "updated_at": 1700000000000000
    }"#;

    #[test]
    fn a_client_that_the_first_release_stored_is_read() {
        let client: Client = serde_json::from_str(FIRST).unwrap();
        assert!(client.is_active() && client.requires_pkce());
        assert_eq!(client.display.name.in_language("vi"), "Cổng");
        assert_eq!((client.response_types, client.stage), (only_code(), Stage::Production));
        // The scope decided about refresh tokens, and goes on deciding.
        assert_eq!(client.grant_types, BTreeSet::from([GrantType::AuthorizationCode, GrantType::RefreshToken]));
        assert_eq!((client.keys, client.software), (ClientKeys::None, Software::default()));
        assert_eq!((client.sector_identifier_uri, client.display.fetched_logo), (None, None));
        assert_eq!(client.policy.set, PolicyName::legacy_openid());
        assert_eq!(client.policy.access_token_lifetime, Some(std::time::Duration::from_secs(300)));
    }
}
