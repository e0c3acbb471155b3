//! What an access token says, whatever it looks like to whoever holds it: RFC 9068 §2.2, RFC 7662 §2.2.

use serde::{Deserialize, Serialize};

use super::authorization_details::AuthorizationDetails;
use super::ids::{ClientId, GrantId, MandateId, OrganisationId};
use super::key_binding::KeyBinding;
use super::mandate::Role;
use super::organisation_code::OrganisationCode;
use super::resource::ResourceId;
use super::scope::ScopeSet;
use super::time::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    /// `jti`.
    pub id: String,
    /// Whom it was issued to.
    pub client: ClientId,
    /// `sub`: the citizen, as this client knows them, or the client where it asked for itself.
    pub subject: String,
    /// Whom it is for: resource servers, and this server by its issuer identifier.
    pub audience: Vec<ResourceId>,
    pub scope: ScopeSet,
    pub authorization_details: AuthorizationDetails,
    /// How and when the person proved who they are; absent where there is none.
    pub authentication: Option<Authenticated>,
    /// The key without which it is good for nothing.
    pub binding: Option<KeyBinding>,
    /// What it stands on: the grant whose end is the token's end.
    pub grant: Option<GrantId>,
    /// For whom the subject acts, where it is not themselves.
    pub acting: Option<ActingFor>,
    /// Who acts for the subject, the present actor first (`act`, RFC 8693 §4.1).
    pub actors: Vec<String>,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// An organisation that somebody acts for, and by what right, as resource servers are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActingFor {
    pub organisation: OrganisationId,
    pub code: OrganisationCode,
    pub role: Role,
    pub mandate: MandateId,
}

/// RFC 9068 §2.2.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticated {
    pub auth_time: Timestamp,
    pub acr: String,
    pub amr: Vec<String>,
}

impl AccessToken {
    pub fn is_for(&self, resource: &ResourceId) -> bool {
        self.audience.contains(resource)
    }
}
