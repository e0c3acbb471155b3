//! Clients that register themselves (RFC 7591), and who may let them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::authorization::ResponseType;
use super::client::{GrantType, PkcePolicy, PolicyName, SubjectType};
use super::ids::{ClientId, InitialTokenId};
use super::scope::ScopeSet;
use super::secret::SecretHash;
use super::time::Timestamp;

/// What an initial access token grants other than the settings do. What it does not say, they say.
///
/// It is kept with every registration it was used for, so that an update is held against the same rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegistrationTerms {
    pub scopes: Option<ScopeSet>,
    pub response_types: Option<BTreeSet<ResponseType>>,
    pub subject_types: Option<BTreeSet<SubjectType>>,
    pub pkce: Option<PkcePolicy>,
    /// The name of the exception under which access tokens may be handed out through the browser.
    pub front_channel_access_tokens: Option<String>,
    /// What its clients are held against.
    pub policy: Option<PolicyName>,
    pub grant_types: Option<BTreeSet<GrantType>>,
    /// The types of `authorization_details` that its clients may ask for; none where nothing is said.
    pub authorization_details_types: Option<BTreeSet<String>>,
}

/// RFC 7591 §3: whoever holds it registers clients, as often as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InitialAccessToken {
    pub id: InitialTokenId,
    pub hash: SecretHash,
    /// Whom it was made for.
    pub note: String,
    pub terms: RegistrationTerms,
    pub uses_left: u32,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl InitialAccessToken {
    /// Whether a client can still be registered with it.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.uses_left > 0 && now < self.expires_at
    }
}

/// What is kept of a registration beside its client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRegistration {
    pub client: ClientId,
    /// The live registration access token.
    pub token: SecretHash,
    /// The update that brought that token, until the token was first used: its answer may have been lost.
    pub last_update: Option<LastUpdate>,
    pub initial_token: Option<InitialTokenId>,
    pub terms: RegistrationTerms,
    pub created_at: Timestamp,
}

/// An update whose answer may not have arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUpdate {
    /// The registration access token that it was made with, dead since.
    pub token: SecretHash,
    /// The SHA-256 of its body.
    pub body: SecretHash,
    /// The version of the key that derived the live token from the dead one.
    pub key_version: i32,
    pub at: Timestamp,
}
